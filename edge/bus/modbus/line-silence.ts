import { FengsuiError } from '../../../sdk/model/errors.ts';
import { elapsed, later, type Millis, type MonoTime, millis } from '../../../sdk/model/time.ts';
import { type Clock, instant } from '../../platform/clock.ts';
import type { Line } from './link.ts';
import { shortestFrame } from './rtu-frame.ts';

/** Keeps account of when the line was last in use, and whether something may still be on its way. */
export type LineSilence = {
  /** Bytes came just now. */
  heard(): void;
  /** So many bytes came that nobody asked for. */
  unasked(count: number): void;
  /** Something that nobody waits for may still come: the next request waits for so much silence. */
  disturb(silence: Millis): void;
  /** A request goes out, and has left at that time. */
  begin(sent: MonoTime): void;
  /** When the next request may begin. */
  over(): MonoTime;
  /**
   * `undefined` when a request may begin at once, else resolves when it is worth asking again.
   * @param extra silence that this request needs on top of the gap
   * @throws FengsuiError BUS_REPLY
   */
  settle(signal: AbortSignal, extra: Millis): Promise<void> | undefined;
};

export type SilenceOptions = {
  readonly name: string;
  readonly line: Line;
  readonly clock: Clock;
  /** Silence that must precede every request: 3.5 characters on a serial line. */
  readonly gap: Millis;
  /** Silence after bytes that nobody asked for. */
  readonly quiet: Millis;
  /** How long a line may go on talking before the next request is given up. */
  readonly patience: Millis;
};

export function lineSilence({ name, line, clock, gap, quiet, patience }: SilenceOptions): LineSilence {
  let lastByte: MonoTime | undefined;
  let disturbed: { readonly at: MonoTime; readonly silence: Millis } | undefined;
  let unaskedBytes = 0;

  const over = (): MonoTime => {
    const afterGap = lastByte === undefined ? clock.mono() : later(lastByte, gap);
    if (!disturbed) return afterGap;
    const { at, silence } = disturbed;
    const since = lastByte !== undefined && lastByte > at ? lastByte : at;
    const afterQuiet = later(since, silence);
    return afterQuiet > afterGap ? afterQuiet : afterGap;
  };
  const inUse = (until: MonoTime): void => {
    if (lastByte === undefined || until > lastByte) lastByte = until;
  };
  const left = (): Millis => elapsed(clock.mono(), over());
  const disturb = (silence: Millis): void => {
    disturbed = { at: clock.mono(), silence };
  };
  /** Waits until nothing is on its way any more, then drops what the system still holds. */
  const calmDown = async (signal: AbortSignal): Promise<void> => {
    // Room for one late answer that makes the silence begin again.
    const giveUpAt = later(over(), patience);
    while (left() > instant) {
      if (over() > giveUpAt) {
        throw new FengsuiError(
          'BUS_REPLY',
          `${name}: the line does not fall silent: look for a second master, or a device that sends unasked`,
        );
      }
      await clock.sleep(millis(Math.ceil(left())), signal);
    }
    disturbed = undefined;
    unaskedBytes = 0;
    await line.flush();
  };

  return {
    heard: () => inUse(clock.mono()),
    // A byte or two is what many transceivers make when they turn round; only a whole frame can be mistaken for one.
    unasked(count) {
      unaskedBytes += count;
      if (unaskedBytes >= shortestFrame) disturb(quiet);
    },
    disturb,
    begin(sent) {
      unaskedBytes = 0;
      inUse(sent);
    },
    over,
    settle(signal, extra) {
      if (disturbed) return calmDown(signal);
      const wait = millis(left() + extra);
      if (wait <= instant) return undefined;
      return new Promise((resolve) => clock.afterExactly(wait, resolve));
    },
  };
}
