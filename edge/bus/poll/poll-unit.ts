import type { Millis } from '../../../sdk/model/time.ts';
import type { PlannedRead } from '../plan/planned-read.ts';
import type { Block, Words } from '../reading.ts';

/** A read that tells whether a unit is who it is taken for. */
export type IdentityRead = {
  readonly block: Block;
  readonly fits: (words: Words) => boolean;
  /** What has to stand there, in words. */
  readonly expects: string;
};

/** What one unit is asked for. */
export type PollUnit = {
  readonly unit: number;
  /** While the unit does not answer it is tried less and less often, but at least this often. */
  readonly probe: Millis;
  readonly reads: readonly PlannedRead[];
  /** All have to fit before anything else that the unit says is believed; empty where nothing tells it apart. */
  readonly identity: readonly IdentityRead[];
};

/** Two reads of one key are the same read, in a new plan as in the old one. */
export const readKey = ({ block, every }: PlannedRead): string =>
  `${block.unit} ${block.table} ${block.address} ${block.count} ${every}`;
