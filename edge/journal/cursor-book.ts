import { elapsed, type MonoTime, seconds } from '../../sdk/model/time.ts';
import type { Clock } from '../platform/clock.ts';
import type { Lane, Seq } from './journal.ts';

/** How far each destination has come, and when that is written: a cursor that is lost only sends again, a commit of its own costs the card more than an alarm. */
export type CursorBook = {
  at(destination: string, lane: Lane): Seq;
  /** Never back. */
  raise(destination: string, lane: Lane, upTo: Seq): void;
  /** An entry is about to be written: what waits may be written in the same commit. */
  ride(lane: Lane): void;
  /** Writes all that waits. */
  flush(): void;
};

/** How long a cursor waits before it rides along: the commit of an alarm writes its page anyway, that of readings would not. */
const rideAfter = { alarm: seconds(0), telemetry: seconds(120) } as const satisfies Record<Lane, number>;
/** Where nothing comes to ride on. */
const writeAfter = { alarm: seconds(60), telemetry: seconds(180) } as const satisfies Record<Lane, number>;

type Late = { readonly cursors: Map<string, Seq>; since: MonoTime | undefined; cancel: (() => void) | undefined };

/** @param stored what the files hold. @param write puts a cursor into the lane's next commit. */
export function cursorBook(
  stored: Readonly<Record<Lane, ReadonlyMap<string, Seq>>>,
  clock: Clock,
  write: (lane: Lane, destination: string, upTo: Seq) => void,
): CursorBook {
  const current = { alarm: new Map(stored.alarm), telemetry: new Map(stored.telemetry) };
  const nothing = (): Late => ({ cursors: new Map(), since: undefined, cancel: undefined });
  const late = { alarm: nothing(), telemetry: nothing() };
  const at = (destination: string, lane: Lane): Seq => current[lane].get(destination) ?? 0;
  const writeLate = (lane: Lane): void => {
    const waiting = late[lane];
    waiting.cancel?.();
    late[lane] = nothing();
    for (const [destination, upTo] of waiting.cursors) write(lane, destination, upTo);
  };
  return {
    at,
    raise(destination, lane, upTo) {
      if (upTo <= at(destination, lane)) return;
      current[lane].set(destination, upTo);
      const waiting = late[lane];
      waiting.cursors.set(destination, upTo);
      waiting.since ??= clock.mono();
      waiting.cancel ??= clock.after(writeAfter[lane], () => writeLate(lane));
    },
    ride(lane) {
      const { since } = late[lane];
      if (since !== undefined && elapsed(since, clock.mono()) >= rideAfter[lane]) writeLate(lane);
    },
    flush() {
      writeLate('alarm');
      writeLate('telemetry');
    },
  };
}
