import { roleFor } from '../model/command.ts';
import { FengsuiError } from '../model/errors.ts';
import type { CommandSpec, ProfileSpec } from '../model/profile.ts';
import { decodeCbor, encodeCbor } from '../wire/cbor.ts';
import { type InvokeParams, readInvoke } from '../wire/command.ts';
import { fieldsOf, isBytes, isList, isText } from '../wire/parse.ts';
import { decodeRequest } from '../wire/request.ts';
import { openSign1 } from '../wire/sign1.ts';
import type { Directory } from './gateway-directory.ts';
import { wallOf } from './results.ts';

/** A command that one person has signed, and another is to look at. Everything here is read from `bytes`. */
export type CommandProposal = {
  /** Carry these to the second person, by any means: nothing is lost if somebody sees them, and nothing can be changed. */
  readonly bytes: Uint8Array;
  readonly auditId: string;
  readonly gateway: string;
  readonly device: string;
  readonly command: string;
  readonly args: Readonly<Record<string, number>>;
  /** Key of the first person, as it names itself. Whether it is theirs the gateway verifies. */
  readonly proposedBy: string;
  /** The first person, as their platform names them. */
  readonly operator?: string;
  /** In which role they act. */
  readonly role: string;
  /** After this nothing is done any more. */
  readonly notAfter: Date;
  /** What to show beside the button: what would be done where, with names of the profile and of the gateway where they are known. */
  readonly text: { readonly en: string; readonly zh: string };
};

/** What is inside, for whoever sends it on. */
export type OpenProposal = {
  readonly gateway: string;
  readonly proposedBy: string;
  /** As the first person has signed it. */
  readonly once: Uint8Array;
  readonly id: string;
  readonly client: string;
  readonly params: InvokeParams;
};

export const encodeProposal = (gateway: string, once: Uint8Array): Uint8Array => encodeCbor([gateway, once]);

/** @throws FengsuiError PROTOCOL */
export function openProposal(bytes: Uint8Array): OpenProposal {
  const parts = decodeCbor(bytes);
  const [gateway, once] = isList(parts) ? parts : [];
  if (!isText(gateway) || !isBytes(once))
    throw new FengsuiError('PROTOCOL', 'these are not the bytes of a proposal: expected what propose() has returned');
  const { keyId, payload } = openSign1(once);
  const { method, id, client, params } = decodeRequest(payload);
  if (method !== 'invoke') throw new FengsuiError('PROTOCOL', `a proposal to ${method} cannot be approved`);
  return {
    gateway,
    proposedBy: keyId,
    once: Uint8Array.from(once),
    id,
    client,
    params: readInvoke(fieldsOf(params, 'proposal')),
  };
}

/** @throws FengsuiError PROTOCOL */
export function describeProposal(
  bytes: Uint8Array,
  directory: Directory,
  profiles: readonly ProfileSpec[],
): CommandProposal {
  const { gateway, proposedBy, params } = openProposal(bytes);
  const { audit: auditId, device, command, args, operator, role, notAfter } = params;
  const entry = directory.entries().find(({ site }) => site.gateway === gateway);
  const state = entry?.state?.devices.find(({ id }) => id === device);
  const spec = profiles.find(({ id }) => id === state?.profile)?.commands?.[command];
  const place = { gateway: named(gateway, entry?.state?.name), device: named(device, state?.name) };
  return {
    bytes: Uint8Array.from(bytes),
    auditId,
    gateway,
    device,
    command,
    args,
    proposedBy,
    ...(operator !== undefined && { operator }),
    role,
    notAfter: new Date(wallOf(notAfter, 'proposal: notAfter')),
    text: { en: inWords('en', params, { spec, ...place }), zh: inWords('zh', params, { spec, ...place }) },
  };
}

const named = (id: string, name: string | undefined): string =>
  name === undefined || name === id || name === '' ? id : `${name} (${id})`;

type Known = { readonly spec: CommandSpec | undefined; readonly gateway: string; readonly device: string };

function inWords(language: 'en' | 'zh', { command, args, role }: InvokeParams, known: Known): string {
  const { spec, gateway, device } = known;
  const what = named(command, spec?.name[language]);
  const values = Object.entries(args).map(([name, value]) => {
    const unit = spec?.args?.[name]?.unit;
    return unit === undefined || unit === '1' ? `${name} ${value}` : `${name} ${value} ${unit}`;
  });
  const list = values.length > 0 ? `: ${values.join(', ')}` : '';
  const risk = spec && roleFor(spec.risk) === 'life-safety' ? spec.risk : role;
  return language === 'en'
    ? `${what}${list}, on ${device} of gateway ${gateway}, ${risk}`
    : `${what}${list}，设备 ${device}，网关 ${gateway}，${risk}`;
}
