import { parseArgs } from 'node:util';
import { renderSVG, renderUnicodeCompact } from 'uqr';
import type { NewClaim } from '../../../sdk/authority/claims/claim.ts';
import { openAuthority } from '../../../sdk/authority/open-authority.ts';
import { roleIn } from '../../../sdk/identity/claim/site-facts.ts';
import { refuseExisting, writeNew } from '../../../sdk/identity/secret-files.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { Lang } from '../terminal/language.ts';
import { need } from '../terminal/need.ts';
import { tell } from '../terminal/terminal.ts';
import { where } from './arguments.ts';
import { claimsJson, claimTable } from './claim-table.ts';
import { minuteOf } from './table.ts';
import { say } from './words.ts';

const common = { folder: { type: 'string' }, lang: { type: 'string' } } as const;

/** `fengsui authority claim GATEWAY`: makes a code for an installer. @throws FengsuiError as {@link Claims.create} */
export async function authorityClaim(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...common,
      town: { type: 'string' },
      name: { type: 'string' },
      village: { type: 'string' },
      broker: { type: 'string', multiple: true },
      operator: { type: 'string', multiple: true },
      service: { type: 'string' },
      hours: { type: 'string' },
      days: { type: 'string' },
      qr: { type: 'boolean', default: false },
      svg: { type: 'string' },
      ticket: { type: 'string' },
    },
  });
  const { lang, folder } = where(values);
  const { town, village, service, broker: brokers, svg, ticket } = values;
  const gateway = need(positionals[0], 'for which gateway? For example: claim gw-1 --town 001 --name "East hill"');
  const name = values.name ?? gateway;
  const authority = await openAuthority({ folder });
  for (const file of [svg, ticket]) if (file !== undefined) await refuseExisting(file);
  const claim = await authority.claims.create({
    gateway,
    town: need(town, 'of which town? Add --town and its code, three digits (GB/T 10114)'),
    name,
    village,
    service,
    brokers,
    operators: values.operator?.map(operatorIn),
    hours: hoursIn(values),
  });
  process.stdout.write(`${claim.code}\n`);
  if (values.qr) process.stdout.write(`${renderUnicodeCompact(claim.link)}\n`);
  if (svg !== undefined) await writeNew(svg, renderSVG(claim.link), 0o600);
  if (ticket !== undefined) await writeNew(ticket, claim.ticket, 0o644);
  tell(say('claimed', lang, gateway, minuteOf(claim.notAfter)));
  tellFiles({ svg, ticket }, lang);
  tell(say('tellBroker', lang));
}

function tellFiles(
  files: { readonly svg?: string | undefined; readonly ticket?: string | undefined },
  lang: Lang,
): void {
  if (files.svg !== undefined) tell(say('qrWritten', lang, files.svg));
  if (files.ticket !== undefined) tell(say('ticketWritten', lang, files.ticket));
}

/** `fengsui authority claims`: all codes that were made. */
export async function authorityClaims(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { ...common, json: { type: 'boolean', default: false } } });
  const { lang, folder } = where(values);
  const claims = await (await openAuthority({ folder })).claims.list();
  process.stdout.write(values.json ? claimsJson(claims) : claimTable(claims, lang));
}

/** `fengsui authority cancel GATEWAY|CLAIM`. @throws FengsuiError NOT_FOUND */
export async function authorityCancel(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: common });
  const { lang, folder } = where(values);
  const which = need(positionals[0], 'which code? Name its gateway, or the claim as “fengsui authority claims” does');
  for (const { gateway, id } of await (await openAuthority({ folder })).claims.cancel(which))
    tell(say('cancelled', lang, gateway, id));
  tell(say('tellBroker', lang));
}

type Operator = NonNullable<NewClaim['operators']>[number];

function operatorIn(text: string): Operator {
  const [, name, key, roles] = /^([^=]+)=([^:]+)(?::(.+))?$/.exec(text) ?? [];
  if (name !== undefined && key !== undefined) return { name, key, roles: roles?.split(',').map(roleIn) };
  throw new FengsuiError(
    'INVALID',
    `--operator ${text}: expected NAME=KEY or NAME=KEY:ROLE,ROLE, the key as “fengsui keygen” prints it`,
  );
}

function hoursIn({ hours, days }: { readonly hours?: string | undefined; readonly days?: string | undefined }) {
  if (hours !== undefined && days !== undefined) throw new FengsuiError('INVALID', 'either --hours or --days');
  if (days !== undefined) return Number(days) * 24;
  return hours === undefined ? undefined : Number(hours);
}
