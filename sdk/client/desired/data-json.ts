import type { Json } from '../../store/platform-store.ts';
import type { Data } from '../../wire/request.ts';

/** What a message has told, as the audit keeps it: bytes in hex, what is absent as null. */
export function jsonOf(value: Data | undefined): Json {
  if (value === undefined || value === null) return null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (isList(value)) return value.map(jsonOf);
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, x]) => [key, jsonOf(x)]));
  return value;
}

const isList = (value: Data): value is readonly Data[] => Array.isArray(value);

/** A map of plain data, and no list or bytes. */
export const isMap = (value: Data): value is { readonly [key: string]: Data | undefined } =>
  typeof value === 'object' && value !== null && !isList(value) && !(value instanceof Uint8Array);
