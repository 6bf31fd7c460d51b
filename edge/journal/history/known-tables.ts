import { decodePointTable, type PointTable } from '../../../sdk/wire/point-table.ts';

const tablesKept = 8;

/** Point tables by their hash, each decoded once. Undefined: it is not stored, or not stored yet. */
export function knownTables(
  tableBytes: (hash: number) => Uint8Array | undefined,
): (hash: number) => PointTable | undefined {
  const tables = new Map<number, PointTable>();
  return (hash) => {
    const known = tables.get(hash);
    const bytes = known ? undefined : tableBytes(hash);
    const table = known ?? (bytes && readable(() => decodePointTable(bytes)));
    if (tables.size >= tablesKept) tables.clear();
    if (table) tables.set(hash, table);
    return table;
  };
}

/** One entry that makes no sense must not hold up all that follow. */
export function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
