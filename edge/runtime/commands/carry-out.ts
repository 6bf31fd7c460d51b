import { describeError, FengsuiError } from '../../../sdk/model/errors.ts';
import type { PointValue } from '../../../sdk/model/point.ts';
import { type MonoTime, millis, seconds } from '../../../sdk/model/time.ts';
import type { SeenPoint } from '../../../sdk/wire/command.ts';
import type { Clock } from '../../platform/clock.ts';
import type { OutputAccess } from '../field/field-desk.ts';
import type { LentOutput } from '../linkage-actor.ts';
import type { Order, Wanted } from './order.ts';

/** What became of an order that was begun. */
export type Effect = { readonly state: 'verified' | 'executed' | 'not-proven'; readonly message?: string };

export type Carried = {
  readonly effect: Effect;
  /** A pulse is over: the output is off, or an alarm has it. */
  readonly isOver: boolean;
  /** Resolves when it is over; rejects when the gateway stops before. */
  readonly finished: Promise<void>;
};

export type Hands = {
  readonly outputs: OutputAccess;
  readonly clock: Clock;
  /** The gateway stops: what was switched on is switched off at once. */
  readonly signal: AbortSignal;
  /** The output cannot be switched off at the end of its pulse, or can at last. */
  readonly stuck: (isSo: boolean) => void;
};

/** An output that is not switched off is tried again after this long. */
const again = seconds(1);

/** Whether the order may be begun now. @throws FengsuiError DEVICE_UNREACHABLE, INTERLOCK */
export function checkBefore({ device, output, before }: Order, outputs: OutputAccess): void {
  const value = outputs.latest(device.id, output);
  if (value?.quality !== 'good') {
    const why = value === undefined ? 'it was not heard yet' : value.why;
    throw new FengsuiError('DEVICE_UNREACHABLE', `“${device.id}” does not answer (${why}); nothing was done`);
  }
  if (!before || is(outputs.latest(before.device, before.point), before)) return;
  const now = seen(outputs, before).value;
  throw new FengsuiError(
    'INTERLOCK',
    `${before.device}/${before.point} must be ${String(before.is)} before, and is ${now === undefined ? 'not known' : String(now)}; nothing was done`,
  );
}

/**
 * Takes the output from the linkage, if an alarm does not hold it.
 * @throws FengsuiError INTERLOCK
 */
export function takeOutput({ device, output }: Order, outputs: OutputAccess): LentOutput {
  const lent = outputs.lend(device.id, output);
  if (lent) return lent;
  throw new FengsuiError('INTERLOCK', `an alarm holds ${device.id}/${output} on; nothing was done`);
}

/** The points that show what a command does, as they are now. */
export function seenPoints({ device, output, before, proof }: Order, outputs: OutputAccess): readonly SeenPoint[] {
  const named = [{ device: device.id, point: output }, ...[before, proof].flatMap((wanted) => wanted ?? [])];
  const first = named.filter((a, i) => named.findIndex((b) => a.device === b.device && a.point === b.point) === i);
  return first.map((wanted) => seen(outputs, wanted));
}

/**
 * Switches and waits for the proof, and for the first try to end a pulse.
 * @throws FengsuiError when it is certain that nothing was done; whatever the signal says when the gateway stops.
 */
export async function carryOut(order: Order, lent: LentOutput, hands: Hands): Promise<Carried> {
  const { clock, outputs, signal } = hands;
  const begun = clock.mono();
  const proof = order.proof && watchFor(order.proof, begun, hands);
  const doubt = await begin(order, hands).catch((e: unknown) => {
    proof?.end();
    lent.giveBack();
    throw e;
  });
  const pulse = endPulse(order, lent, hands);
  const finished = pulse.finished.finally(() => lent.giveBack());
  finished.catch(() => undefined); // whoever waits for it is told
  const [isProven, isOver] = await Promise.all([proof?.seen, pulse.tried]);
  signal.throwIfAborted();
  return { effect: effectOf(isProven), isOver, finished };

  function effectOf(isSeen: boolean | undefined): Effect {
    const { proof: wanted } = order;
    if (isSeen) return { state: 'verified' };
    if (wanted) {
      const { value } = seen(outputs, wanted);
      const now = value === undefined ? 'not known' : String(value);
      const message = `${wanted.device}/${wanted.point} is ${now} and was to be ${String(wanted.is)} within ${wanted.withinMs} ms`;
      return { state: 'not-proven', message: doubt === undefined ? message : `${message}; ${doubt}` };
    }
    return doubt === undefined ? { state: 'executed' } : { state: 'not-proven', message: doubt };
  }
}

/**
 * Switches it on. A write whose answer was lost may have been done: that is a doubt, and only a plain refusal is none.
 * @throws FengsuiError when the device has refused it
 */
async function begin({ device, output, does }: Order, { outputs }: Hands): Promise<string | undefined> {
  try {
    await outputs.write(device, output, 'to' in does ? does.to : does.byDevice ? { pulseMs: does.ms } : true);
    return undefined;
  } catch (e) {
    if (!FengsuiError.is(e) || FengsuiError.is(e, 'BUS_EXCEPTION', 'LINE', 'INVALID')) throw e;
    return `it is not known whether the device took it: ${describeError(e)}`;
  }
}

/** `tried`: whether the first try to end it did. `finished`: it is off, or an alarm has it. */
function endPulse(
  { device, output, does }: Order,
  lent: LentOutput,
  hands: Hands,
): { tried: Promise<boolean>; finished: Promise<void> } {
  const { clock, outputs, signal, stuck } = hands;
  if (!('ms' in does)) return { tried: Promise.resolve(true), finished: Promise.resolve() };
  const over = clock.sleep(millis(does.ms), signal).catch(() => undefined); // when the gateway stops it is over at once
  if (does.byDevice) return { tried: over.then(() => true), finished: over };
  const off = async (): Promise<boolean> => {
    if (lent.isWanted()) return true;
    return outputs.write(device, output, false).then(
      () => true,
      () => false,
    );
  };
  const tried = over.then(off);
  const untilOff = async (): Promise<void> => {
    if (await tried) return;
    stuck(true);
    do await clock.sleep(again, signal);
    while (!(await off()));
    stuck(false);
  };
  return { tried, finished: untilOff() };
}

/** Waits for a value that was read after `since`; `false` when the time is over. */
function watchFor(proof: NonNullable<Order['proof']>, since: MonoTime, { outputs, clock, signal }: Hands) {
  let end: () => void = () => undefined;
  const seenIt = new Promise<boolean>((resolve) => {
    const settle = (isProven: boolean): void => {
      end();
      resolve(isProven);
    };
    const cancel = clock.after(millis(proof.withinMs), () => settle(false));
    const unwatch = outputs.watch((device, point, value) => {
      if (device === proof.device && point === proof.point && value.at >= since && is(value, proof)) settle(true);
    });
    const stop = (): void => settle(false);
    signal.addEventListener('abort', stop, { once: true });
    end = () => {
      cancel();
      unwatch();
      signal.removeEventListener('abort', stop);
    };
  });
  return { seen: seenIt, end: () => end() };
}

export const is = (value: PointValue | undefined, wanted: Wanted): boolean =>
  value?.quality === 'good' && value.value === wanted.is;

function seen(outputs: OutputAccess, { device, point }: Pick<Wanted, 'device' | 'point'>): SeenPoint {
  const value = outputs.latest(device, point);
  return { device, point, ...(value?.quality === 'good' && { value: value.value }) };
}
