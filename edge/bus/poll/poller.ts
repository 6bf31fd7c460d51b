import type { UnitState } from '../../../sdk/model/link-quality.ts';
import { later, millis, seconds } from '../../../sdk/model/time.ts';
import type { Clock } from '../../platform/clock.ts';
import type { ModbusBus } from '../modbus/modbus-bus.ts';
import type { PlannedRead } from '../plan/planned-read.ts';
import type { Reading } from '../reading.ts';
import { type Asked, choose } from './choose.ts';
import { phaseOf } from './grid.ts';
import type { PollUnit } from './poll-unit.ts';
import { readOnce } from './read-once.ts';
import { takeAnswer } from './take-answer.ts';
import type { Ticker } from './ticker.ts';
import { changeWants, hurry, stateOf, suspect, type UnitWatch, watchUnit } from './unit-watch.ts';

export type PollOptions = {
  readonly clock: Clock;
  readonly ticker: Ticker;
  /**
   * Answers carry no transaction number (RTU): at the start, after trouble with a unit and after the bus was opened
   * anew a read is made twice, and stays doubtful until two in a row agree, or so many have not that the value must be
   * one that changes all the time.
   */
  readonly confirm: boolean;
  /** What came of one planned read; all reads of a unit are told when it is lost. */
  readonly deliver: (read: PlannedRead, answer: Reading) => void;
};

export interface Poller {
  /**
   * Takes effect at once, without touching the connection; reads that stay keep their rhythm. A bus that was never
   * opened is opened within a second.
   */
  replace(units: readonly PollUnit[]): void;
  /** How each unit stands. */
  states(): ReadonlyMap<number, UnitState>;
  /** Polls until the signal fires. Field failures are readings; anything else is a bug and is thrown. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Polls the units of one bus, one request at a time, each read on a grid of its period. Reads that could not be made
 * before they were due again are left out.
 */
export function poller(bus: ModbusBus, options: PollOptions): Poller {
  const { clock, ticker, confirm, deliver } = options;
  const phase = ticker.nextPhase();
  let watches: ReadonlyMap<number, UnitWatch> = new Map();
  let taken = 0;
  let opened = bus.opened();
  let isDown = false;
  let wake = (): void => {};

  const take = (asked: Asked, answer: Reading): void => {
    const { watch } = asked;
    const isNew = bus.opened() !== opened;
    opened = bus.opened();
    const wasDown = isDown;
    isDown = !answer.ok && answer.why === 'bus-down';
    if (isNew || wasDown) {
      for (const other of watches.values()) {
        if (!isDown && other.lost === 'bus-down') hurry(other, ticker.now());
        if (isNew && other !== watch) suspect(other, confirm);
      }
    }
    if (watches.get(watch.spec.unit) !== watch) return; // no longer wanted
    if (isNew && !isBelieved(asked, answer, confirm)) return;
    takeAnswer(asked, answer, { now: ticker.now(), confirm, deliver });
  };
  /** Asks, takes the answer and asks again, or sleeps. Callbacks: a promise kept for each sleep costs the most here. */
  const keepAsking = (signal: AbortSignal, failed: (bug: unknown) => void, ended: () => void): void => {
    let isAsking = false;
    let afterSilence = false;
    const goOn = (): void => {
      if (isAsking) return;
      if (signal.aborted) return ended();
      const { asked, until } = choose(watches.values(), ticker.now(), afterSilence, (unit) => bus.barredUntil(unit));
      if (!asked) return until === undefined ? undefined : ticker.at(until, goOn);
      isAsking = true;
      readOnce(bus, asked.block, { clock, urgency: asked.urgency, signal })
        .then((answer) => {
          if (!signal.aborted) take(asked, answer);
          afterSilence = !answer.ok && answer.why !== 'refused';
          isAsking = false;
          goOn();
        })
        .catch(failed);
    };
    wake = () => {
      ticker.cancel(goOn);
      goOn();
    };
    goOn();
  };

  return {
    replace(units) {
      const now = ticker.now();
      const start = bus.opened() > 0 ? now : later(now, millis(phase * openWithin));
      const next = units.flatMap((spec) => {
        if (spec.reads.length === 0) return [];
        const watch = watches.get(spec.unit);
        if (!watch) return watchUnit(spec, phaseOf(taken++, phase), { now: start, confirm });
        changeWants(watch, spec, { now, confirm });
        return watch;
      });
      watches = new Map(next.map((watch) => [watch.spec.unit, watch]));
      wake();
    },
    states: () => new Map([...watches].map(([unit, watch]) => [unit, stateOf(watch)])),
    async run(signal) {
      const stop = (): void => wake();
      signal.addEventListener('abort', stop, { once: true });
      await new Promise<void>((resolve, reject) => keepAsking(signal, reject, resolve));
      signal.removeEventListener('abort', stop);
    },
  };
}

/**
 * A gateway opens its buses within this time and not all in one moment: of a thousand connections at once, many would
 * take longer than a connection may.
 */
const openWithin = seconds(1);

/**
 * Whether to believe what came of a request within which the bus was opened anew: somebody else may have answered. If
 * the unit has just been recognised the answer counts all the same, or a server that closes after every answer would
 * never be heard.
 */
function isBelieved({ watch }: Asked, answer: Reading, confirm: boolean): boolean {
  if (!watch.isKnown || watch.isFresh) return true;
  suspect(watch, confirm);
  return watch.spec.identity.length === 0 || (!answer.ok && answer.why !== 'refused');
}
