import { type DeviceId, deviceId } from '../model/ids.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import { documentLimits } from './cbor-limits.ts';
import { fieldsOf, isText, mapOf } from './parse.ts';

/** What one column of telemetry means: enough to decode it without the profile. Bits and texts travel as they are. */
export type PointColumn = {
  readonly device: DeviceId;
  readonly point: string;
  readonly unit?: string;
  /** Numbers travel as whole multiples of it. */
  readonly resolution?: number;
  /** Names of a choice; they travel as their position here. */
  readonly choices?: readonly string[];
};

/** Columns by index. Batches name it by hash, so that a reader with another table fetches, and never guesses. */
export type PointTable = { readonly hash: number; readonly columns: readonly PointColumn[] };

const key = { hash: 1, columns: 2 } as const;
const column = { device: 1, point: 2, unit: 3, resolution: 4, choices: 5 } as const;

/** Checked against docs/contract/fengsui.cddl. */
export { column as columnKeys, key as pointsKeys };

export const pointTable = (columns: readonly PointColumn[]): PointTable => ({
  hash: fnv1a(encodeCbor(columns.map(columnMap))),
  columns,
});

export const encodePointTable = (table: PointTable): Uint8Array =>
  encodeCbor(
    mapOf([
      [key.hash, table.hash],
      [key.columns, table.columns.map(columnMap)],
    ]),
  );

/** @throws FengsuiError PROTOCOL */
export function decodePointTable(bytes: Uint8Array): PointTable {
  const fields = fieldsOf(decodeCbor(bytes, documentLimits), 'points');
  const columns = fields.list(key.columns).map((raw, i) => {
    const c = fieldsOf(raw, `points[${i}]`);
    return {
      device: deviceId(c.text(column.device)),
      point: c.text(column.point),
      ...(c.has(column.unit) && { unit: c.text(column.unit) }),
      ...(c.has(column.resolution) && { resolution: c.number(column.resolution) }),
      ...(c.has(column.choices) && { choices: c.list(column.choices).filter(isText) }),
    };
  });
  return { hash: fields.count(key.hash), columns };
}

const columnMap = (c: PointColumn) =>
  mapOf([
    [column.device, c.device],
    [column.point, c.point],
    [column.unit, c.unit],
    [column.resolution, c.resolution],
    [column.choices, c.choices],
  ]);

/** FNV-1a, 32 bits: tells tables of one gateway apart; it is no protection against forgery. */
function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
