import { elapsed, later, type MonoTime, millis } from '../../../sdk/model/time.ts';
import { type Clock, instant } from '../../platform/clock.ts';

/** A watch on a deadline that moves with every request and is nearly always met. */
export type LazyDeadline = {
  /** The deadline may have moved. */
  watch(): void;
  stop(): void;
};

export type Watched = {
  readonly clock: Clock;
  /** `undefined` while there is nothing to wait for. */
  readonly due: () => MonoTime | undefined;
  readonly missed: () => void;
};

/** A timer this late tells that the process was held up, and that what came meanwhile may not have been read yet. */
const heldUp = millis(5);
const grace = millis(20);

/** One timer, set again only when it fires or must fire sooner: a request that is answered in time touches none. */
export function lazyDeadline({ clock, due, missed }: Watched): LazyDeadline {
  let wakesAt: MonoTime | undefined;
  let cancel = (): void => {};
  /** The deadline that had its grace. */
  let graced: MonoTime | undefined;

  const wakeAt = (at: MonoTime): void => {
    if (wakesAt !== undefined && wakesAt <= at) return;
    cancel();
    wakesAt = at;
    cancel = clock.after(elapsed(clock.mono(), at), wake);
  };
  const wake = (): void => {
    const wanted = wakesAt;
    wakesAt = undefined;
    const at = due();
    if (at === undefined || wanted === undefined) return;
    const now = clock.mono();
    if (now < at - instant) return wakeAt(at);
    if (graced !== at && elapsed(wanted, now) > heldUp) {
      graced = at;
      return wakeAt(later(now, grace));
    }
    missed();
  };
  return {
    watch() {
      const at = due();
      if (at !== undefined) wakeAt(at);
    },
    stop() {
      cancel();
      wakesAt = undefined;
    },
  };
}
