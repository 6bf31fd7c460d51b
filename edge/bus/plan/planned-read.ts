import type { Millis } from '../../../sdk/model/time.ts';
import type { Block, Urgency } from '../reading.ts';

/** Something to be read again and again: what a point wants, and what a plan makes of many wants. */
export type PlannedRead = {
  readonly block: Block;
  /** Period; the next one is due before it is over. */
  readonly every: Millis;
  readonly urgency: Extract<Urgency, 'alarm' | 'supervision' | 'telemetry'>;
};
