import { FengsuiError } from '../model/errors.ts';
import type { Scalar } from '../model/point.ts';
import type { Cbor } from './cbor.ts';

/** Reads fields of a decoded map by key, without coercion: `Number(null)` is 0, and 0 may mean normal. */
export type Fields = {
  readonly count: (key: number | string) => number;
  readonly number: (key: number | string) => number;
  readonly text: (key: number | string) => string;
  readonly flag: (key: number | string) => boolean;
  readonly bytes: (key: number | string) => Uint8Array;
  readonly list: (key: number | string) => readonly unknown[];
  readonly fields: (key: number | string) => Fields;
  readonly one: <T extends string>(key: number | string, of: readonly T[]) => T;
  /** As `one`; a position behind the end of the list was added by a later version, and is read as `otherwise`. */
  readonly oneOr: <T extends string, D extends string>(key: number | string, of: readonly T[], otherwise: D) => T | D;
  readonly scalar: (key: number | string) => Scalar;
  readonly raw: (key: number | string) => unknown;
  readonly has: (key: number | string) => boolean;
};

/** @param what names the message in errors. Unknown keys are ignored: readers of version 1 survive 1.1. */
export function fieldsOf(raw: unknown, what: string): Fields {
  const map = raw instanceof Map ? raw : isRecord(raw) ? new Map(Object.entries(raw)) : wrong(what, 'a map', raw);
  const get = (key: number | string): unknown => map.get(key);
  const take =
    <T>(is: (x: unknown) => x is T, expected: string) =>
    (key: number | string): T => {
      const value = get(key);
      return is(value) ? value : wrong(`${what}[${key}]`, expected, value);
    };
  const one = <T extends string>(key: number | string, of: readonly T[]): T => {
    const code = get(key);
    return (isCount(code) ? of[code] : undefined) ?? wrong(`${what}[${key}]`, `one of 0–${of.length - 1}`, code);
  };
  return {
    count: take(isCount, 'a whole number from 0'),
    number: take(isNumber, 'a number'),
    text: take(isText, 'a text'),
    flag: take(isFlag, 'true or false'),
    bytes: take(isBytes, 'bytes'),
    list: take(isList, 'a list'),
    scalar: take(isScalar, 'a number, text, true or false'),
    fields: (key) => fieldsOf(get(key), `${what}[${key}]`),
    one,
    oneOr: (key, of, otherwise) => {
      const code = get(key);
      return isCount(code) && code >= of.length ? otherwise : one(key, of);
    },
    raw: get,
    has: (key) => get(key) !== undefined,
  };
}

/** Builds a map without its absent fields. */
export function mapOf(entries: readonly (readonly [number | string, Cbor | undefined])[]): ReadonlyMap<Cbor, Cbor> {
  const map = new Map<Cbor, Cbor>();
  for (const [key, value] of entries) if (value !== undefined) map.set(key, value);
  return map;
}

export const isNumber = (x: unknown): x is number => typeof x === 'number' && Number.isFinite(x);
export const isCount = (x: unknown): x is number => typeof x === 'number' && Number.isSafeInteger(x) && x >= 0;
export const isText = (x: unknown): x is string => typeof x === 'string';
export const isFlag = (x: unknown): x is boolean => typeof x === 'boolean';
export const isBytes = (x: unknown): x is Uint8Array => x instanceof Uint8Array;
export const isList = (x: unknown): x is readonly unknown[] => Array.isArray(x);
export const isScalar = (x: unknown): x is Scalar => isNumber(x) || isText(x) || isFlag(x);

const isRecord = (x: unknown): x is object => typeof x === 'object' && x !== null && !isList(x) && !isBytes(x);

function wrong(where: string, expected: string, got: unknown): never {
  const shown = isRecord(got) ? 'a map' : Array.isArray(got) ? 'a list' : String(got).slice(0, 40);
  throw new FengsuiError('PROTOCOL', `${where}: expected ${expected}, got ${shown}`);
}
