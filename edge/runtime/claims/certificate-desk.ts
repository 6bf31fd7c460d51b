import { FengsuiError } from '../../../sdk/model/errors.ts';
import { seconds } from '../../../sdk/model/time.ts';
import type { CertificateRow } from '../../../sdk/wire/methods.ts';
import type { Fields } from '../../../sdk/wire/parse.ts';
import type { Data } from '../../../sdk/wire/request.ts';
import { endOf } from '../../identity/check-certificate.ts';
import { type IdentityFiles, identityFiles } from '../../identity/identity-files.ts';
import { type Trial, trial } from '../../identity/trial.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Site, SiteUplink } from '../config/site.ts';

/** The certificates of this gateway: what it connects with, and how the next one takes its place. */
export type CertificateDesk = {
  /** `undefined` for an uplink without a certificate. */
  readonly trialFor: (uplink: SiteUplink) => Trial | undefined;
  readonly show: () => Promise<Data>;
  /** @throws FengsuiError NOT_FOUND (no such uplink with a certificate), INVALID, CONFLICT */
  readonly install: (params: Fields) => Promise<Data>;
};

type Identity = { readonly files: IdentityFiles; readonly uplinks: string[]; wasRefused: boolean };

/** The answer to the command goes out first. */
const afterAnswer = seconds(1);

export function certificateDesk(
  { uplinks, address }: Site,
  ctx: { readonly clock: Clock; readonly log: Log; readonly reconnect: (uplink: string) => void },
): CertificateDesk {
  const { clock, log, reconnect } = ctx;
  const identities = new Map<string, Identity>();
  const identityOf = ({ id, cert, key, ca }: SiteUplink): Identity | undefined => {
    if (cert === undefined || key === undefined) return undefined;
    const name = JSON.stringify([cert, key, ca]);
    const identity = identities.get(name) ?? {
      files: identityFiles({ ca, cert, key }, address),
      uplinks: [],
      wasRefused: false,
    };
    if (!identity.uplinks.includes(id)) identity.uplinks.push(id);
    identities.set(name, identity);
    return identity;
  };
  for (const uplink of uplinks) identityOf(uplink);
  return {
    trialFor(uplink) {
      const identity = identityOf(uplink);
      return (
        identity &&
        trial({
          files: identity.files,
          clock,
          log: log.child({ uplink: uplink.id }),
          reconnect: () => reconnect(uplink.id),
          decided: (outcome) => {
            identity.wasRefused = outcome === 'refused';
          },
        })
      );
    },
    show: async () => ({ certificates: await Promise.all([...identities.values()].map(row)) }),
    async install(p) {
      const wanted = p.text('uplink');
      const identity = [...identities.values()].find((one) => one.uplinks.includes(wanted));
      if (!identity) throw new FengsuiError('NOT_FOUND', `no uplink “${wanted}” of this gateway has a certificate`);
      const authority = p.has('authority') ? p.text('authority') : undefined;
      const { serialNumber } = await identity.files.putNext(p.text('certificate'), authority);
      identity.wasRefused = false;
      log.info('certificate.next', { serial: serialNumber.toLowerCase(), uplinks: identity.uplinks.join(' ') });
      clock.after(afterAnswer, () => identity.uplinks.forEach(reconnect));
      return { serial: serialNumber.toLowerCase() };
    },
  };
}

async function row({ files, uplinks, wasRefused }: Identity): Promise<CertificateRow> {
  const [present, following] = [await files.certificate('present'), await files.certificate('next')];
  return {
    uplinks,
    ...(present && { serial: present.serialNumber.toLowerCase(), notAfter: endOf(present) }),
    ...(following && { next: following.serialNumber.toLowerCase() }),
    ...(wasRefused && { refused: true }),
    request: await files.request(),
  };
}
