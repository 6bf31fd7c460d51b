import { FengsuiError } from '../../../sdk/model/errors.ts';
import { elapsed, type Millis, type MonoTime, millis } from '../../../sdk/model/time.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Line, Link, LinkListener } from './link.ts';
import type { ModbusTiming } from './modbus-bus.ts';
import { describeRequest, type Request } from './request.ts';
import { findAnswer, findAnyAnswer, longestFrame, shortestFrame } from './rtu-frame.ts';

export type RtuOptions = {
  /** Names the line in messages. */
  readonly name: string;
  /** Silence that must precede a request: 3.5 characters on a serial line. */
  readonly gap: Millis;
  readonly timing: ModbusTiming;
  readonly clock: Clock;
};

/**
 * How long the line must be silent before what came is judged to be no answer, though it is long enough for one.
 * Longer than the 16 ms for which a USB adapter may hold bytes back.
 */
const lull = millis(50);

/**
 * RTU framing. Nothing in an answer tells which request it belongs to but unit, function and length. So after a
 * time-out, a damaged answer or an unasked frame the line is left silent for `timing.quiet`, then flushed.
 */
export function rtuLink(line: Line, listener: LinkListener, options: RtuOptions): Link {
  const { clock, timing, name } = options;
  const inbox = receiveBuffer();
  const quiet = silence(options);
  let want: Request | undefined;
  let cancelLull: (() => void) | undefined;

  const unasked = (count: number): void => {
    listener.stray();
    quiet.unasked(count);
  };
  const giveUp = (): FengsuiError => {
    cancelLull?.();
    const error = verdict(inbox.bytes, inbox.length(), want, options);
    want = undefined;
    quiet.disturb();
    return error;
  };
  const accept = (request: Request, rest: number): boolean => {
    const found = findAnswer(inbox.bytes, inbox.length(), request);
    if (!found) return false;
    cancelLull?.();
    want = undefined;
    if (found.start > 0) listener.stray();
    const after = inbox.length() - found.start - found.length + rest;
    if (after > 0) unasked(after);
    listener.answered(inbox.bytes.subarray(found.start, found.start + found.length));
    return true;
  };

  return {
    settle: (signal) => {
      if (!quiet.needed()) return undefined;
      return becomeSilent(quiet, { line, clock, timing, name, signal });
    },
    expect(request) {
      want = request;
      inbox.clear();
      quiet.begin();
    },
    send: (frame) => line.write(frame),
    receive(chunk) {
      quiet.heard();
      if (!want) return unasked(chunk.length);
      const request = want;
      for (let at = 0; at < chunk.length; at += longestFrame) {
        const end = Math.min(at + longestFrame, chunk.length);
        inbox.append(chunk, at, end);
        if (accept(request, chunk.length - end)) return;
      }
      cancelLull?.();
      if (inbox.length() >= request.length) cancelLull = clock.after(lull, () => listener.failed(giveUp()));
    },
    giveUp,
  };
}

type Inbox = {
  readonly bytes: Buffer;
  length(): number;
  clear(): void;
  append(chunk: Buffer, start: number, end: number): void;
};

/** Two frames long: a flood of noise costs no memory, and pushes out the oldest bytes. */
function receiveBuffer(): Inbox {
  const bytes = Buffer.alloc(2 * longestFrame);
  let length = 0;
  return {
    bytes,
    length: () => length,
    clear: () => {
      length = 0;
    },
    append(chunk, start, end) {
      if (length + end - start > bytes.length) {
        bytes.copyWithin(0, length - longestFrame, length);
        length = longestFrame;
      }
      chunk.copy(bytes, length, start, end);
      length += end - start;
    },
  };
}

type Silence = {
  heard(): void;
  unasked(count: number): void;
  disturb(): void;
  begin(): void;
  calm(): void;
  /** Whether the next request has to wait or flush. */
  needed(): boolean;
  disturbed(): boolean;
  left(): Millis;
};

/** Keeps account of when the line was last heard, and whether something may still be on its way. */
function silence({ clock, gap, timing }: RtuOptions): Silence {
  let lastByte: MonoTime | undefined;
  let disturbedAt: MonoTime | undefined;
  let unaskedBytes = 0;
  const left = (): Millis => {
    const now = clock.mono();
    const ofGap = lastByte === undefined ? 0 : gap - elapsed(lastByte, now);
    if (disturbedAt === undefined) return millis(ofGap);
    const since = lastByte !== undefined && lastByte > disturbedAt ? lastByte : disturbedAt;
    return millis(Math.max(ofGap, timing.quiet - elapsed(since, now)));
  };
  const disturb = (): void => {
    disturbedAt = clock.mono();
  };
  return {
    heard: () => {
      lastByte = clock.mono();
    },
    // A byte or two is what many transceivers make when they turn round; only a whole frame can be mistaken for one.
    unasked(count) {
      unaskedBytes += count;
      if (unaskedBytes >= shortestFrame) disturb();
    },
    disturb,
    begin: () => {
      unaskedBytes = 0;
    },
    calm: () => {
      disturbedAt = undefined;
      unaskedBytes = 0;
    },
    needed: () => disturbedAt !== undefined || left() > 0,
    disturbed: () => disturbedAt !== undefined,
    left,
  };
}

type Wait = Pick<RtuOptions, 'clock' | 'timing' | 'name'> & { readonly line: Line; readonly signal: AbortSignal };

async function becomeSilent(quiet: Silence, { line, clock, timing, name, signal }: Wait): Promise<void> {
  // Room for one late answer that makes the silence begin again.
  const giveUpAt = clock.mono() + Math.max(0, quiet.left()) + timing.quiet + timing.timeout;
  for (;;) {
    const left = quiet.left();
    if (left > 0) {
      if (clock.mono() + left > giveUpAt) {
        throw new FengsuiError(
          'BUS_REPLY',
          `${name}: the line does not fall silent: look for a second master, or a device that sends unasked`,
        );
      }
      await clock.sleep(millis(Math.ceil(left)), signal);
    } else if (quiet.disturbed()) {
      quiet.calm();
      await line.flush();
    } else {
      return;
    }
  }
}

function verdict(bytes: Buffer, length: number, want: Request | undefined, options: RtuOptions): FengsuiError {
  const { name, timing } = options;
  const asked = want ? `${name}, ${describeRequest(want)}` : name;
  const other = findAnyAnswer(bytes, length);
  if (other) {
    const frame = bytes.subarray(other.start, other.start + other.length);
    return new FengsuiError(
      'BUS_REPLY',
      `${asked}: an answer came that does not fit: unit ${frame[0]}, function ${frame[1]}, ${frame.length} bytes; ` +
        'look for two devices of one address, a second master, or a wrong profile',
      { details: { frame: frame.toString('hex') } },
    );
  }
  // One or two bytes are a glitch of the line, not an attempt to answer.
  if (length < 3) {
    return new FengsuiError(
      'BUS_TIMEOUT',
      `${asked}: no answer within ${timing.timeout} ms; check power, wiring (A and B), address and speed of the device`,
    );
  }
  return new FengsuiError(
    'BUS_CRC',
    `${asked}: ${length} bytes came, but no intact answer; check termination, shield and speed`,
    { details: { bytes: bytes.toString('hex', 0, Math.min(length, 32)) } },
  );
}
