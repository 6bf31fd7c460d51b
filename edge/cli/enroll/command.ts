import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { claimKey } from '../../../sdk/identity/claim/claim-key.ts';
import { type ClaimLink, parseClaimLink } from '../../../sdk/identity/claim/claim-link.ts';
import { type SiteFacts, serviceUrl } from '../../../sdk/identity/claim/site-facts.ts';
import { openTicket } from '../../../sdk/identity/claim/ticket.ts';
import { ownKey } from '../../../sdk/identity/own-key.ts';
import { writeNew } from '../../../sdk/identity/secret-files.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { seconds } from '../../../sdk/model/time.ts';
import { enrol, refuseOther } from '../../identity/enrol.ts';
import { keepEnrolled, writeSame } from '../../identity/keep-enrolled.ts';
import { forgetPending, readPending, writePending } from '../../identity/pending-claim.ts';
import { systemClock } from '../../platform/clock.ts';
import { withDeadline } from '../../platform/deadline.ts';
import { readText } from '../../platform/files.ts';
import { kernelTime } from '../../platform/kernel-time.ts';
import { stopper } from '../../platform/stop.ts';
import { loadConfig } from '../../runtime/config/load-config.ts';
import type { Site } from '../../runtime/config/site.ts';
import { type Lang, languageOf } from '../terminal/language.ts';
import { need } from '../terminal/need.ts';
import { tell } from '../terminal/terminal.ts';
import { type IdentityPaths, newSiteText } from './new-site.ts';
import { siteHints } from './site-hints.ts';
import { sayEnrol } from './words.ts';

const answerWithin = seconds(20);

/**
 * `fengsui enroll CODE`: obtains this gateway’s certificate, or, with a ticket, takes up the claim where there is no network.
 * @throws FengsuiError INVALID, CONFIG, CONFLICT, and as {@link enrol} and {@link openTicket}
 */
export async function enrollCommand(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      config: { type: 'string' },
      service: { type: 'string' },
      ticket: { type: 'string' },
      lang: { type: 'string' },
    },
  });
  const lang = languageOf(values.lang, process.env);
  const link = parseClaimLink(
    need(positionals.join(' '), 'with which code? For example: enroll 7K2QM-9XD4T-0BVHW-E3RZ6'),
  );
  const file = need(values.config, 'for which gateway? Add --config FILE; where there is none yet, it is written');
  const site = (await readText(file)) === undefined ? undefined : await loadConfig(file);
  const place: Place = { file, site, paths: pathsOf(file, site), lang };
  if (site && link.gateway !== undefined && link.gateway !== site.address.gateway)
    throw new FengsuiError(
      'CONFLICT',
      `the QR code is for “${link.gateway}”, and this gateway is “${site.address.gateway}”`,
    );
  const facts =
    values.ticket === undefined
      ? await online(link, values.service, place)
      : await offline(link, await readFile(values.ticket, 'utf8'), place);
  await settle(facts, place);
}

type Place = {
  readonly file: string;
  /** Absent where there is no configuration yet. */
  readonly site: Site | undefined;
  readonly paths: IdentityPaths;
  readonly lang: Lang;
};

async function online(link: ClaimLink, service: string | undefined, { site, paths, lang }: Place): Promise<SiteFacts> {
  const where = need(service ?? link.service, 'where is the enrolment service? Add --service URL, or scan the QR code');
  serviceUrl(where);
  const enrolment = { code: link.code, service: where, keyFile: paths.key, address: site?.address };
  const deadline = { clock: systemClock(), ms: answerWithin, signal: stopper().signal, what: where };
  const enrolled = await withDeadline(deadline, (signal) => enrol(enrolment, signal));
  await keepEnrolled(paths, enrolled);
  await forgetPending(paths.key);
  tell(sayEnrol('enrolled', lang, enrolled.facts.gateway, paths.cert));
  return enrolled.facts;
}

async function offline({ code }: ClaimLink, ticket: string, { site, paths, lang }: Place): Promise<SiteFacts> {
  const facts = openTicket(ticket, claimKey(code));
  if (site) refuseOther(facts, site.address);
  await refuseExpired(facts);
  await ownKey(paths.key);
  await writeSame(paths.ca, facts.authority);
  const pending = await readPending(paths.key);
  if (pending && pending.code.characters !== code.characters) await forgetPending(paths.key);
  if (pending?.code.characters !== code.characters) await writePending(paths.key, { code, service: facts.service });
  tell(sayEnrol('takenUp', lang, facts.gateway, facts.service));
  return facts;
}

/** Only a clock that can be trusted says so: the service has the last word. */
async function refuseExpired({ gateway, notAfter }: SiteFacts): Promise<void> {
  const clock = systemClock(undefined, await kernelTime());
  if (clock.trust() === 'synced' && clock.wall() > notAfter)
    throw new FengsuiError('CLAIM_EXPIRED', `the ticket for “${gateway}” has expired: ask for a new one`);
}

/** The configuration: written where there is none; one that is there is only compared. */
async function settle(facts: SiteFacts, { file, site, paths, lang }: Place): Promise<void> {
  if (!site) {
    await writeNew(file, newSiteText(facts, dirname(resolve(file)), paths), 0o644);
    tell(sayEnrol('written', lang, file));
    return;
  }
  const hints = siteHints(facts, site, await readText(file), lang);
  for (const hint of hints) tell(hint);
  if (hints.length === 0) tell(sayEnrol('agrees', lang, file));
}

/** Where the configuration says, else beside it. */
function pathsOf(file: string, site: Site | undefined): IdentityPaths {
  for (const { ca, cert, key } of site?.uplinks ?? [])
    if (ca !== undefined && cert !== undefined && key !== undefined) return { ca, cert, key };
  const folder = dirname(resolve(file));
  return { ca: join(folder, 'ca.pem'), cert: join(folder, 'gateway.pem'), key: join(folder, 'gateway.key') };
}
