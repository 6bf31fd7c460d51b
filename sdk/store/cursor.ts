import { FengsuiError } from '../model/errors.ts';
import { defaultLimit } from './checks.ts';
import type { Listing, PageQuery } from './platform-store.ts';

/** The key of the last item of a page, in the order of its list. */
export type Key = readonly (string | number)[];

const encodeCursor = (key: Key): string => Buffer.from(JSON.stringify(key)).toString('base64url');

/**
 * @param shape an example of a key of this list
 * @throws FengsuiError INVALID when it is no cursor of such a list
 */
export function decodeCursor(after: string | undefined, shape: Key): Key | undefined {
  if (after === undefined) return undefined;
  const key = parse(after);
  const fits = Array.isArray(key) && key.length === shape.length && key.every((k, i) => typeof k === typeof shape[i]);
  if (!fits) throw new FengsuiError('INVALID', 'after must be the `next` of a page of the same list');
  return key;
}

function parse(after: string): unknown {
  try {
    return JSON.parse(Buffer.from(after, 'base64url').toString());
  } catch {
    return undefined;
  }
}

export const limitOf = ({ limit = defaultLimit }: PageQuery): number => limit;

/** @param rows what was found, one more than `limit` when there is another page */
export function listing<T>(rows: readonly T[], limit: number, keyOf: (item: T) => Key): Listing<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return rows.length > limit && last !== undefined ? { items, next: encodeCursor(keyOf(last)) } : { items };
}
