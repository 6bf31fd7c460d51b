import type { MonoTime } from '../../../sdk/model/time.ts';

/** How much of the last minute something was in use. */
export type BusyMinute = {
  /** It is in use from then until then, which may lie a little ahead; what was told before is not counted twice. */
  used(from: MonoTime, until: MonoTime): void;
  /** 0 to 1; of the time since the beginning while that is less than a minute. */
  share(now: MonoTime): number;
};

const minute = 60;
/** Room for silences that reach into the next seconds. */
const slots = 64;

export function busyMinute(begin: MonoTime): BusyMinute {
  const busy = new Float64Array(slots);
  let newest = Math.floor(begin / 1_000);
  /** Of the newest second, which is not in `busy` yet. */
  let sum = 0;
  let usedUntil: number = begin;

  /** Closes the newest second, and clears those that passed since. */
  const turnTo = (second: number): void => {
    if (second <= newest) return;
    busy[newest % slots] = sum;
    sum = 0;
    for (let s = Math.max(newest + 1, second - slots + 1); s <= second; s++) busy[s % slots] = 0;
    newest = second;
  };
  return {
    used(from, until) {
      let at = Math.max(from, usedUntil);
      while (at < until) {
        const second = Math.floor(at / 1_000);
        const end = Math.min(until, (second + 1) * 1_000);
        turnTo(second);
        sum += end - at;
        at = end;
      }
      usedUntil = Math.max(usedUntil, until);
    },
    share(now) {
      const second = Math.floor(now / 1_000);
      const oldest = Math.max(0, second - minute + 1);
      turnTo(second);
      let total = second === newest ? sum : 0;
      for (let s = oldest; s <= second; s++) if (s !== newest) total += busy[s % slots] ?? 0;
      const window = now - Math.max(begin, oldest * 1_000);
      return window > 0 ? Math.min(1, total / window) : 0;
    },
  };
}
