import type { AlarmChange, HeardChange } from '../../../sdk/model/alarm.ts';
import type { MonoTime } from '../../../sdk/model/time.ts';
import type { Receipt } from '../../../sdk/wire/receipt.ts';
import type { Seq } from '../../journal/journal.ts';

/** Fires and calls whose raising no application has confirmed yet. Pure. */
export type Unconfirmed = {
  readonly add: (seq: Seq, since: MonoTime) => void;
  readonly received: (ranges: Receipt['ranges']) => void;
  readonly size: number;
  /** When the one that waits longest began to wait. */
  readonly since: MonoTime | undefined;
};

/** Beyond that nobody is served by knowing more: the oldest are late long before. */
const mostWaiting = 1_000;

/** Someone is in danger or calls for help: what nobody may suppress. */
export const isUrgent = ({ kind, event }: Pick<AlarmChange | HeardChange, 'kind' | 'event'>): boolean =>
  (kind === 'fire' || kind === 'call') && (event === 'raised' || event === 'repeated');

export function unconfirmed(): Unconfirmed {
  const waiting = new Map<Seq, MonoTime>();
  const oldest = (): MonoTime | undefined => waiting.values().next().value;
  return {
    add(seq, since) {
      if (waiting.size < mostWaiting) waiting.set(seq, since);
    },
    received(ranges) {
      for (const seq of waiting.keys()) {
        if (ranges.some(([from, to]) => seq >= from && seq <= to)) waiting.delete(seq);
      }
    },
    get size() {
      return waiting.size;
    },
    get since() {
      return oldest();
    },
  };
}
