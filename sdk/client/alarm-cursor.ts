import { FengsuiError } from '../model/errors.ts';
import { fieldsOf, isList } from '../wire/parse.ts';

/** Up to where the alarm lane of one gateway was taken. Numbers of another log mean nothing. */
export type Position = { readonly log: number; readonly seq: number };

/** Positions by gateway as one opaque text, to be stored with what was made of the alarms. */
export const encodeCursor = (positions: ReadonlyMap<string, Position>): string =>
  Buffer.from(JSON.stringify([...positions].map(([gateway, p]) => [gateway, p.log, p.seq]))).toString('base64url');

/** @throws FengsuiError INVALID when the text is not a cursor. */
export function decodeCursor(cursor: string): ReadonlyMap<string, Position> {
  try {
    const raw: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (!isList(raw)) throw new FengsuiError('INVALID', 'it is not a list');
    return new Map(
      raw.map((item, i) => {
        const fields = fieldsOf(isList(item) ? { gateway: item[0], log: item[1], seq: item[2] } : item, `cursor[${i}]`);
        return [fields.text('gateway'), { log: fields.count('log'), seq: fields.count('seq') }] as const;
      }),
    );
  } catch (cause) {
    throw new FengsuiError(
      'INVALID',
      'the alarm cursor cannot be read; give the text of an earlier `cursor` unchanged, or none',
      { cause },
    );
  }
}
