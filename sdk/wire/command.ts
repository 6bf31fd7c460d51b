import { type CommandRisk, type CommandState, commandRisks, commandStates, isAuditId } from '../model/command.ts';
import { type ErrorCode, FengsuiError, isErrorCode } from '../model/errors.ts';
import type { Scalar } from '../model/point.ts';
import { type ClockTrust, clockTrusts } from '../model/time.ts';
import { type Cbor, decodeCbor, encodeCbor } from './cbor.ts';
import { type Fields, fieldsOf, isBytes, isList, isNumber, isScalar, isText, mapOf } from './parse.ts';

/** Arguments by their names, in the units that the profile states. */
export type CommandArgs = Readonly<Record<string, number>>;

/**
 * `params` of `invoke`. Without a nonce in the request it is judged by the gateway’s clock alone, and only while that can
 * be trusted (else CLOCK_UNTRUSTED); with one, by the challenge.
 */
export type InvokeParams = {
  readonly device: string;
  readonly command: string;
  readonly args: CommandArgs;
  /** See `isAuditId`: done at most once, whatever comes twice. */
  readonly audit: string;
  /** Unix ms; at most `longestValidity` ahead. */
  readonly notAfter: number;
  /** Refused as CONFLICT unless the device list has this version. */
  readonly ifVersion?: number;
  /** In which role of the signer: `operate` or `life-safety`. */
  readonly role: string;
  /** The person behind the key, as the platform names them. */
  readonly operator?: string;
};

/** Most arguments of one command. */
const mostArgs = 8;
const longestName = 64;

/** Checks every field: what is signed may still be nonsense. @throws FengsuiError PROTOCOL | INVALID */
export function readInvoke(p: Fields): InvokeParams {
  const audit = p.text('audit');
  if (!isAuditId(audit))
    throw new FengsuiError('INVALID', 'audit: expected 16 to 64 letters, digits, hyphens and underscores');
  return {
    device: short(p, 'device'),
    command: short(p, 'command'),
    args: p.has('args') && p.raw('args') !== null ? readArgs(p.raw('args')) : {},
    audit,
    notAfter: p.count('notAfter'),
    ...(p.has('ifVersion') && { ifVersion: p.count('ifVersion') }),
    role: short(p, 'role'),
    ...(p.has('operator') && p.raw('operator') !== null && { operator: short(p, 'operator') }),
  };
}

/** What a point was, before or after; without `value` it could not be read. */
export type SeenPoint = { readonly device: string; readonly point: string; readonly value?: Scalar };

/** What became of a command, as the gateway signs it. */
export type CommandReceipt = {
  readonly audit: string;
  readonly device: string;
  readonly command: string;
  readonly args: CommandArgs;
  /** Absent where the device has no such command. */
  readonly risk?: CommandRisk;
  /** Names of the keys that have signed: one, or two. */
  readonly signedBy: readonly string[];
  readonly state: CommandState;
  /** Why it was refused, is not proven or was interrupted, in words; `code` of a refusal alone. */
  readonly code?: ErrorCode;
  readonly message?: string;
  /** Unix ms when it was taken up, by a clock of this trust. */
  readonly at: number;
  readonly clock: ClockTrust;
  /** From then until its outcome was known, ms. */
  readonly tookMs: number;
  /** The device list that it was done under. */
  readonly configVersion: number;
  /** Points that its profile or the site names, as they were before and when the outcome was known. */
  readonly before: readonly SeenPoint[];
  readonly after: readonly SeenPoint[];
};

/** Result of `invoke`, and of `outcome` once there is one: a COSE_Sign1 by the gateway, with its `state` topic as external data. */
export type InvokeResult = { readonly receipt: Uint8Array };

/** `params` of the query `outcome`. */
export type OutcomeParams = { readonly audit: string };
/** `unknown`: never taken up by this gateway, or so long ago that it has forgotten; until its `notAfter` it may still arrive. */
export type OutcomeResult = InvokeResult | { readonly state: 'running' | 'unknown' };

/** Answers to `challenge` that lives long enough for a second person to sign, too; worth nothing for other requests. */
export type ChallengeParams = { readonly for?: 'approval' };

export const encodeCommandReceipt = (r: CommandReceipt): Uint8Array =>
  encodeCbor(
    mapOf([
      ['audit', r.audit],
      ['device', r.device],
      ['command', r.command],
      ['args', mapOf(Object.entries(r.args))],
      ['risk', r.risk],
      ['signedBy', r.signedBy],
      ['state', r.state],
      ['code', r.code],
      ['message', r.message],
      ['at', r.at],
      ['clock', r.clock],
      ['tookMs', r.tookMs],
      ['configVersion', r.configVersion],
      ['before', r.before.map(seenCbor)],
      ['after', r.after.map(seenCbor)],
    ]),
  );

/** The payload of a receipt whose signature was verified. @throws FengsuiError PROTOCOL */
export function decodeCommandReceipt(bytes: Uint8Array): CommandReceipt {
  const fields = fieldsOf(decodeCbor(bytes), 'command receipt');
  const code = fields.raw('code');
  return {
    audit: fields.text('audit'),
    device: fields.text('device'),
    command: fields.text('command'),
    args: readArgs(fields.raw('args')),
    ...(fields.has('risk') && { risk: named(fields, 'risk', commandRisks) }),
    signedBy: fields.list('signedBy').filter(isText),
    state: named(fields, 'state', commandStates),
    ...(code !== undefined && { code: isErrorCode(code) ? code : 'PROTOCOL' }),
    ...(fields.has('message') && { message: fields.text('message') }),
    at: fields.count('at'),
    clock: named(fields, 'clock', clockTrusts),
    tookMs: fields.count('tookMs'),
    configVersion: fields.count('configVersion'),
    before: fields.list('before').map(readSeen),
    after: fields.list('after').map(readSeen),
  };
}

const seenCbor = ({ device, point, value }: SeenPoint): Cbor =>
  mapOf([
    ['device', device],
    ['point', point],
    ['value', value],
  ]);

function readSeen(raw: unknown): SeenPoint {
  const fields = fieldsOf(raw, 'command receipt: point');
  const value = fields.raw('value');
  return { device: fields.text('device'), point: fields.text('point'), ...(isScalar(value) && { value }) };
}

function readArgs(raw: unknown): CommandArgs {
  const wrong = new FengsuiError('PROTOCOL', `args: expected at most ${mostArgs} numbers by their names`);
  if (typeof raw !== 'object' || raw === null || isList(raw) || isBytes(raw)) throw wrong;
  const entries: readonly (readonly [unknown, unknown])[] = raw instanceof Map ? [...raw] : Object.entries(raw);
  const args = entries.flatMap(([name, value]): [string, number][] =>
    isText(name) && name !== '__proto__' && name.length <= longestName && isNumber(value) ? [[name, value]] : [],
  );
  if (entries.length > mostArgs || args.length < entries.length) throw wrong;
  return Object.fromEntries(args);
}

function short(p: Fields, key: string): string {
  const text = p.text(key);
  if (text.length === 0 || text.length > longestName)
    throw new FengsuiError('PROTOCOL', `${key}: expected 1 to ${longestName} characters`);
  return text;
}

function named<T extends string>(fields: Fields, key: string, of: readonly T[]): T {
  const text = fields.text(key);
  const found = of.find((each) => each === text);
  if (found === undefined) throw new FengsuiError('PROTOCOL', `${key}: expected one of ${of.join(', ')}`);
  return found;
}
