import { FengsuiError } from '../model/errors.ts';
import type { Scalar } from '../model/point.ts';
import type { Cbor } from './cbor.ts';

/** Reads fields of a decoded map by key, without coercion: `Number(null)` is 0, and 0 may mean normal. */
export type Fields = {
  count(key: number | string): number;
  number(key: number | string): number;
  text(key: number | string): string;
  flag(key: number | string): boolean;
  bytes(key: number | string): Uint8Array;
  list(key: number | string): readonly unknown[];
  fields(key: number | string): Fields;
  one<T extends string>(key: number | string, of: readonly T[]): T;
  /** As `one`; a position behind the end of the list was added by a later version, and is read as `otherwise`. */
  oneOr<T extends string, D extends string>(key: number | string, of: readonly T[], otherwise: D): T | D;
  scalar(key: number | string): Scalar;
  raw(key: number | string): unknown;
  has(key: number | string): boolean;
};

/** @param what names the message in errors. Unknown keys are ignored: readers of version 1 survive 1.1. */
export function fieldsOf(raw: unknown, what: string): Fields {
  if (raw instanceof Map) return new MapFields(raw, what);
  return new MapFields(isRecord(raw) ? new Map(Object.entries(raw)) : wrong(what, 'a map', raw), what);
}

/** A class, as one is made for every message: a dozen closures each time cost more than what they read. */
class MapFields implements Fields {
  readonly #map: ReadonlyMap<unknown, unknown>;
  readonly #what: string;
  constructor(map: ReadonlyMap<unknown, unknown>, what: string) {
    this.#map = map;
    this.#what = what;
  }
  count(key: number | string): number {
    return this.#take(key, isCount, 'a whole number from 0');
  }
  number(key: number | string): number {
    return this.#take(key, isNumber, 'a number');
  }
  text(key: number | string): string {
    return this.#take(key, isText, 'a text');
  }
  flag(key: number | string): boolean {
    return this.#take(key, isFlag, 'true or false');
  }
  bytes(key: number | string): Uint8Array {
    return this.#take(key, isBytes, 'bytes');
  }
  list(key: number | string): readonly unknown[] {
    return this.#take(key, isList, 'a list');
  }
  scalar(key: number | string): Scalar {
    return this.#take(key, isScalar, 'a number, text, true or false');
  }
  fields(key: number | string): Fields {
    return fieldsOf(this.raw(key), this.#at(key));
  }
  one<T extends string>(key: number | string, of: readonly T[]): T {
    const code = this.raw(key);
    return (isCount(code) ? of[code] : undefined) ?? wrong(this.#at(key), `one of 0–${of.length - 1}`, code);
  }
  oneOr<T extends string, D extends string>(key: number | string, of: readonly T[], otherwise: D): T | D {
    const code = this.raw(key);
    return isCount(code) && code >= of.length ? otherwise : this.one(key, of);
  }
  raw(key: number | string): unknown {
    return this.#map.get(key);
  }
  has(key: number | string): boolean {
    return this.raw(key) !== undefined;
  }
  #take<T>(key: number | string, is: (x: unknown) => x is T, expected: string): T {
    const value = this.raw(key);
    return is(value) ? value : wrong(this.#at(key), expected, value);
  }
  #at(key: number | string): string {
    return `${this.#what}[${key}]`;
  }
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
