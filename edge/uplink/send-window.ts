import { type Millis, millis } from '../../sdk/model/time.ts';

/**
 * How many bytes of readings may be under way at once. Ruled by delay, after LEDBAT (RFC 6817): what is under way waits
 * somewhere on the line, and a new alarm waits behind it.
 */
export type SendWindow = {
  readonly bytes: number;
  /** Nothing has waited yet: it grows by all that is taken, so that a fast line is filled within a few round trips. */
  readonly isOpening: boolean;
};

/** One message that was taken. */
export type Taken = {
  readonly bytes: number;
  /** From when it was sent until it was taken. */
  readonly delay: Millis;
  /** Round trip of a packet that waits for nothing. */
  readonly base: Millis;
  /** Bytes under way before it was taken. */
  readonly underWay: number;
};

/** Readings add at most about so much to the time that an alarm takes; on a slow line, one message. */
const target = millis(100);
/** One message of readings. */
const least = 1_200;
const most = 64 * 1_024;

export const firstWindow: SendWindow = { bytes: least, isOpening: true };

/** Whether a message may be sent: into the window, or when nothing is under way. Pure. */
export const admits = ({ bytes }: SendWindow, underWay: number, next: number): boolean =>
  underWay === 0 || underWay + next <= bytes;

/** The window after one message more was taken. Pure. */
export function resized(window: SendWindow, { bytes, delay, base, underWay }: Taken): SendWindow {
  const waited = Math.max(0, delay - base);
  const share = (target - waited) / target; // 1: nothing waits; 0: as much as may; below: too much
  if (share <= 0) {
    const less = window.bytes + (share * bytes * least) / window.bytes;
    return { bytes: Math.max(least, window.bytes / 2, less), isOpening: false };
  }
  if (underWay * 2 < window.bytes) return window; // it was not used: nothing is known of a larger one
  const more = window.isOpening ? bytes : (share * bytes * least) / window.bytes;
  return { bytes: Math.min(most, window.bytes + more), isOpening: window.isOpening };
}
