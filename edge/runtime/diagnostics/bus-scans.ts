import { describeError, FengsuiError } from '../../../sdk/model/errors.ts';
import { elapsed, millis } from '../../../sdk/model/time.ts';
import type { FoundUnit, ScanResult } from '../../../sdk/wire/methods.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import { stopper } from '../../platform/stop.ts';

/** What a look at one address of a bus shows; `undefined`: silence. */
export type Look = (bus: string, unit: number, signal: AbortSignal) => Promise<FoundUnit | undefined>;

export type ScanWanted = { readonly bus: string; readonly from: number; readonly to: number };

/** Looks for devices on a bus that is being polled, for whoever asks from afar. At most one at a time. */
export type BusScans = AsyncDisposable & {
  /** @throws FengsuiError CONFLICT while another one runs · INVALID */
  readonly start: (wanted: ScanWanted) => void;
  /** What it leaves is told as before. @throws FengsuiError CONFLICT when none runs */
  readonly stop: () => void;
  /** Of the one that runs, or of the last one. */
  readonly state: () => ScanResult;
};

/**
 * Of the time that a bus has, at most a fifth is spent on looking: an address where nobody answers costs a time-out or two,
 * for which everybody else waits.
 */
const restPerWork = 4;

export function busScans(ctx: {
  readonly look: Look;
  /** Devices that are polled at an address: those are known and not looked at. */
  readonly devicesAt: (bus: string, unit: number) => readonly string[];
  readonly clock: Clock;
  readonly log: Log;
}): BusScans {
  const { clock, log } = ctx;
  let state: ScanResult = { isRunning: false, done: 0, total: 0, found: [] };
  let running: AbortController | undefined;

  const walk = async ({ bus, from, to }: ScanWanted, signal: AbortSignal): Promise<void> => {
    for (let unit = from; unit <= to && !signal.aborted; unit++) {
      const devices = ctx.devicesAt(bus, unit);
      const began = clock.mono();
      const seen =
        devices.length > 0
          ? { unit, devices, kind: 'present' as const, candidates: [] }
          : await ctx.look(bus, unit, signal);
      state = { ...state, done: state.done + 1, ...(seen && { found: [...state.found, seen] }) };
      const rest = millis(elapsed(began, clock.mono()) * restPerWork);
      if (rest > 0) await clock.sleep(rest, signal);
    }
  };
  const run = async (wanted: ScanWanted, own: AbortController): Promise<void> => {
    let why: string | undefined;
    try {
      await walk(wanted, own.signal);
    } catch (e) {
      if (!own.signal.aborted) why = describeError(e);
    }
    if (own.signal.aborted) why = describeError(own.signal.reason);
    state = { ...state, isRunning: false, ...(why !== undefined && { why }) };
    running = undefined;
    log.info('scan.ended', { bus: wanted.bus, found: state.found.length, why });
  };
  return {
    start(wanted) {
      if (running)
        throw new FengsuiError('CONFLICT', `bus “${state.bus}” is being scanned; wait for its end or stop it`);
      running = stopper();
      state = { isRunning: true, ...wanted, done: 0, total: wanted.to - wanted.from + 1, found: [] };
      log.info('scan.started', { ...wanted });
      void run(wanted, running);
    },
    stop() {
      if (!running) throw new FengsuiError('CONFLICT', 'no bus is being scanned');
      running.abort(new Error('it was stopped'));
    },
    state: () => state,
    async [Symbol.asyncDispose]() {
      running?.abort(new Error('the gateway stops'));
    },
  };
}
