import { elapsed, type Millis, type MonoTime, millis, seconds } from '../../sdk/model/time.ts';
import type { Seq } from '../journal/journal.ts';
import type { Clock } from '../platform/clock.ts';

export type PresentContext = {
  readonly clock: Clock;
  /** Number of the newest entry of readings. */
  readonly last: () => Seq;
  /** Up to where the destination has taken readings. */
  readonly cursor: () => Seq;
  /** The present value of every point, as messages; `seq`: the last entry before them. */
  readonly make: (seq: Seq) => readonly Uint8Array[];
  /** Something is due. */
  readonly wake: () => void;
};

/** When a destination is told what every point is now: before the readings of an outage, and again while they last. */
export interface PresentState {
  /** The link is up: all is due at once. */
  begin(): void;
  /** The link is down. */
  end(): void;
  /** The next message that is due. */
  next(): Uint8Array | undefined;
  /** A message was taken, or not: the rest goes on. */
  done(): void;
}

/** By then a gateway that has just started has read its devices. */
const secondAfter = seconds(10);
const every = seconds(60);
/** It takes a tenth of the line at most. */
const leastPause = 10;

export function presentState(ctx: PresentContext): PresentState {
  const { clock } = ctx;
  let waiting: Uint8Array[] = [];
  let underWay = 0;
  let isDue = false;
  let isOn = false;
  let began: MonoTime = clock.mono();
  let lastBefore: Seq = 0;
  let pause: Millis = secondAfter;
  let cancel: (() => void) | undefined;

  /** Behind: what was stored by the time of the look before has not all been taken. */
  const look = (): void => {
    const isBehind = ctx.cursor() < lastBefore;
    lastBefore = ctx.last();
    if (!isBehind) return plan();
    isDue = true;
    ctx.wake();
  };
  const plan = (least = pause): void => {
    cancel?.();
    if (!isOn) return; // what was under way when the link ended may be taken all the same
    cancel = clock.after(least, look);
    pause = every;
  };
  const finish = (): void => plan(millis(Math.max(pause, elapsed(began, clock.mono()) * leastPause)));
  return {
    begin() {
      waiting = [];
      underWay = 0;
      isDue = true;
      isOn = true;
      pause = secondAfter;
      lastBefore = ctx.last();
    },
    end() {
      cancel?.();
      waiting = [];
      isDue = false;
      isOn = false;
    },
    next() {
      if (isDue) {
        isDue = false;
        began = clock.mono();
        waiting = [...ctx.make(ctx.last())];
        if (waiting.length === 0) finish();
      }
      const body = waiting.shift();
      if (body) underWay++;
      return body;
    },
    done() {
      underWay--;
      if (underWay === 0 && waiting.length === 0) finish();
    },
  };
}
