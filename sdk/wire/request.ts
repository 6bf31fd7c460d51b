import { type ErrorCode, FengsuiError, isErrorCode } from '../model/errors.ts';
import { type Cbor, decodeCbor, encodeCbor } from './cbor.ts';
import { documentLimits } from './cbor-limits.ts';
import { type Fields, fieldsOf, isBytes, isFlag, isList, isNumber, isText, mapOf } from './parse.ts';
import { isClientId } from './topics.ts';

/** Asked by anybody who may publish to the gateway: nothing changes. */
export const queries = [
  'challenge',
  'latest',
  'history',
  'batches',
  'table',
  'alarms',
  'resume',
  'status',
  'suppressed',
  'walkTest',
  'logs',
  'scan',
  'outcome',
  'config',
  'certificate',
] as const;
/** Change something: must be signed, and must answer a fresh challenge. */
export const commands = [
  'provision',
  'remove',
  'acknowledge',
  'reset',
  'silence',
  'suppress',
  'unsuppress',
  'setRiskLevel',
  'startWalkTest',
  'stopWalkTest',
  'scanBus',
  'stopScan',
  'invoke',
  'apply',
  'installCertificate',
] as const;
export type Query = (typeof queries)[number];
export type Command = (typeof commands)[number];

/** Plain data of requests and replies. Rare and read by people, so with names for keys, unlike alarms and telemetry. */
export type Data =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly Data[]
  | { readonly [key: string]: Data | undefined };

/** How long a challenge may be answered: lateness and repetition are judged by the gateway’s own monotonic clock. */
export const challengeLifeMs = 10_000;

export type Request = {
  readonly id: string;
  readonly client: string;
  readonly method: Query | Command;
  readonly params: Data;
  /** The challenge that a command answers; only `invoke` goes without one where the clock can be trusted. */
  readonly nonce?: Uint8Array;
};

export type Reply =
  | { readonly id: string; readonly ok: true; readonly result: Data }
  | { readonly id: string; readonly ok: false; readonly code: ErrorCode; readonly message: string };

export const isCommand = (method: Query | Command): method is Command => commands.some((c) => c === method);

export const encodeRequest = (r: Request): Uint8Array =>
  encodeCbor(
    mapOf([
      ['id', r.id],
      ['client', r.client],
      ['method', r.method],
      ['params', toCbor(r.params)],
      ['nonce', r.nonce],
    ]),
  );

/** @throws FengsuiError PROTOCOL */
export function decodeRequest(bytes: Uint8Array): Request {
  const fields = fieldsOf(decodeCbor(bytes), 'request');
  const name = fields.text('method');
  const method = [...queries, ...commands].find((m) => m === name);
  if (!method) {
    throw new FengsuiError(
      'PROTOCOL',
      `the gateway does not know the method ${JSON.stringify(name.slice(0, 40))}; it may be of an earlier version`,
    );
  }
  return {
    ...addresseeIn(fields),
    method,
    params: toData(fields.raw('params')),
    ...(fields.has('nonce') && { nonce: fields.bytes('nonce') }),
  };
}

/** Whom to answer, whatever else is in the request. */
type Addressee = Pick<Request, 'id' | 'client'>;

/** @throws FengsuiError PROTOCOL */
export const decodeAddressee = (bytes: Uint8Array): Addressee => addresseeIn(fieldsOf(decodeCbor(bytes), 'request'));

export const encodeReply = (r: Reply): Uint8Array =>
  encodeCbor(
    r.ok
      ? mapOf([
          ['id', r.id],
          ['ok', true],
          ['result', toCbor(r.result)],
        ])
      : mapOf([
          ['id', r.id],
          ['ok', false],
          ['code', r.code],
          ['message', r.message],
        ]),
  );

/** @throws FengsuiError PROTOCOL */
export function decodeReply(bytes: Uint8Array): Reply {
  const fields = fieldsOf(decodeCbor(bytes, documentLimits), 'reply');
  const id = boundedText(fields, 'id');
  if (fields.flag('ok')) return { id, ok: true, result: toData(fields.raw('result')) };
  const code = fields.text('code');
  return { id, ok: false, code: isErrorCode(code) ? code : 'PROTOCOL', message: fields.text('message') };
}

const addresseeIn = (fields: Fields): Addressee => ({ id: boundedText(fields, 'id'), client: clientOf(fields) });

function clientOf(fields: Fields): string {
  const client = fields.text('client');
  if (!isClientId(client)) throw new FengsuiError('PROTOCOL', 'client: expected 1 to 64 letters, digits and hyphens');
  return client;
}

function boundedText(fields: Fields, key: string): string {
  const text = fields.text(key);
  if (text.length === 0 || text.length > 64) throw new FengsuiError('PROTOCOL', `${key}: expected 1 to 64 characters`);
  return text;
}

const isDataList = (x: Data): x is readonly Data[] => Array.isArray(x);
const isDataObject = (x: Data): x is { readonly [key: string]: Data | undefined } =>
  typeof x === 'object' && x !== null && !isDataList(x) && !isBytes(x);

function toCbor(x: Data): Cbor {
  if (isDataList(x)) return x.map(toCbor);
  if (isDataObject(x)) return mapOf(Object.entries(x).map(([k, v]) => [k, v === undefined ? undefined : toCbor(v)]));
  return x;
}

function toData(x: unknown): Data {
  if (x === undefined || x === null) return null;
  if (isFlag(x) || isNumber(x) || isText(x) || isBytes(x)) return x;
  if (isList(x)) return x.map(toData);
  if (x instanceof Map) {
    return Object.fromEntries(
      [...x].map(([k, v]) => [isText(k) && k !== '__proto__' ? k : `?${String(k)}`, toData(v)]),
    );
  }
  throw new FengsuiError('PROTOCOL', `expected plain data, got ${typeof x}`);
}
