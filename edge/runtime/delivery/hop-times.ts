import { elapsed, type Millis, type MonoTime, millis } from '../../../sdk/model/time.ts';
import type { HopTimes } from '../../../sdk/wire/methods.ts';
import type { Seq } from '../../journal/journal.ts';
import { type RecentTimes, recentTimes } from '../../platform/recent-times.ts';
import type { DeliveryWatch } from '../../uplink/delivery-watch.ts';

/** When an alarm change was judged, and when it was on disk. */
export type Birth = { readonly judged: MonoTime; readonly stored: MonoTime };

/** How long alarm changes take from hop to hop on their way to one destination. Pure but for the clock it is given. */
export type HopWatch = DeliveryWatch & {
  /** Of the last 128 changes that were received; none before the first. */
  readonly times: () => HopTimes | undefined;
};

type Passed = { sent: MonoTime; taken?: MonoTime };

/** Changes of this run that are on their way; what is older than that is not timed. */
const mostOnTheWay = 1_000;

/** @param births of the changes of this run; what is not in it is a record, or of an earlier run, and is not timed */
export function hopWatch(births: ReadonlyMap<Seq, Birth>, now: () => MonoTime): HopWatch {
  const onTheWay = new Map<Seq, Passed>();
  const rings = {
    stored: recentTimes(),
    sent: recentTimes(),
    taken: recentTimes(),
    received: recentTimes(),
    all: recentTimes(),
    held: recentTimes(),
  };
  const measure = (birth: Birth, { sent, taken }: Passed): void => {
    const received = now();
    const broker = taken ?? received; // its word may come after that of the application
    rings.stored.add(elapsed(birth.judged, birth.stored));
    rings.sent.add(elapsed(birth.stored, sent));
    rings.taken.add(elapsed(sent, broker));
    rings.received.add(elapsed(broker, received));
    rings.all.add(elapsed(birth.judged, received));
  };
  return {
    sent(seq) {
      if (onTheWay.has(seq) || !births.has(seq)) return;
      onTheWay.set(seq, { sent: now() });
      const oldest = onTheWay.keys().next();
      if (onTheWay.size > mostOnTheWay && !oldest.done) onTheWay.delete(oldest.value);
    },
    taken(seq) {
      const passed = onTheWay.get(seq);
      if (passed) passed.taken ??= now();
    },
    received({ ranges, heldMs }) {
      let measured = false;
      for (const [seq, passed] of onTheWay) {
        if (!ranges.some(([from, to]) => seq >= from && seq <= to)) continue;
        onTheWay.delete(seq);
        const birth = births.get(seq);
        if (!birth) continue;
        measure(birth, passed);
        measured = true;
      }
      if (measured && heldMs !== undefined) rings.held.add(millis(heldMs));
    },
    times() {
      if (rings.all.count() === 0) return undefined;
      const { held, ...hops } = rings;
      return {
        count: rings.all.count(),
        stored: figures(hops.stored),
        sent: figures(hops.sent),
        taken: figures(hops.taken),
        received: figures(hops.received),
        all: figures(hops.all),
        ...(held.count() > 0 && { held: figures(held) }),
      };
    },
  };
}

const figures = (times: RecentTimes): readonly [p50: number, p99: number, most: number] => [
  rounded(times.percentile(0.5)),
  rounded(times.percentile(0.99)),
  rounded(times.percentile(1)),
];

const rounded = (time: Millis): number => Math.round(time * 10) / 10;
