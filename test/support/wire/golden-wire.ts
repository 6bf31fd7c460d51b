import { readFileSync } from 'node:fs';
import { decodePointTable, type PointTable } from '../../../sdk/wire/point-table.ts';
import type { Channel } from '../../../sdk/wire/topics.ts';

/** Published bytes and what they mean, for every language: docs/contract/README.md explains the fields. */
export type Golden = {
  readonly name: string;
  readonly channel: Channel;
  readonly hex: string;
  readonly meaning: unknown;
  /** Of telemetry: the name of the golden point table that it needs. */
  readonly table?: string;
  /** `old`: written by an earlier version; `later`: by one to come. Absent: every writer of today makes these bytes. */
  readonly age?: 'old' | 'later';
};

export const goldenWire: readonly Golden[] = JSON.parse(
  readFileSync(new URL('../../golden/wire.json', import.meta.url), 'utf8'),
);

/** @throws Error when there is none of this name */
export function golden(name: string): Golden {
  const found = goldenWire.find((each) => each.name === name);
  if (!found) throw new Error(`there are no golden bytes “${name}”`);
  return found;
}

export const bytesOfHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

export const tableOf = ({ table }: Golden): PointTable =>
  table === undefined ? { hash: 0, columns: [] } : decodePointTable(bytesOfHex(golden(table).hex));
