import { describe, expect, it } from 'vitest';
import { admits, firstWindow, resized, type SendWindow } from '../../../edge/uplink/send-window.ts';
import { millis } from '../../../sdk/model/time.ts';

const message = 1_200;

/** Bytes a second of each way, and the time of a byte to the broker, in ms. */
type Line = { bytesPerMs: number; wayMs: number };

/** A sender with always more to send, over a line that holds what does not pass at once; `at` changes the line meanwhile. */
function drained(line: Line, forMs: number, at?: { readonly ms: number; readonly line: Line }) {
  const base = millis(2 * line.wayMs);
  let window: SendWindow = firstWindow;
  let now = 0;
  let free = 0; // when the line has passed all that is in it
  let taken = 0;
  const underWay: { readonly sent: number; readonly due: number }[] = [];
  const seen: { readonly at: number; readonly bytes: number; readonly inFlight: number }[] = [];
  while (now < forMs) {
    const current = at && now >= at.ms ? at.line : line;
    while (admits(window, underWay.length * message, message)) {
      free = Math.max(now, free) + message / current.bytesPerMs;
      underWay.push({ sent: now, due: free + 2 * current.wayMs });
    }
    const next = underWay[0];
    if (!next) throw new Error('nothing may be sent');
    now = next.due;
    const before = underWay.length * message;
    underWay.shift();
    taken += message;
    window = resized(window, { bytes: message, delay: millis(now - next.sent), base, underWay: before });
    seen.push({ at: now, bytes: window.bytes, inFlight: before / message });
  }
  return { seen, taken, last: seen.at(-1), after: (ms: number) => seen.filter((s) => s.at >= ms) };
}

const gprs: Line = { bytesPerMs: 4, wayMs: 20 };
const fast: Line = { bytesPerMs: 1_250, wayMs: 25 };

describe('how much may be under way', () => {
  it('on a line of 32 kbit/s one message, from the first to the last', () => {
    const run = drained(gprs, 60_000);
    expect(Math.max(...run.seen.map((s) => s.inFlight))).toBe(1);
    expect(run.taken).toBeGreaterThan(0.8 * 60_000 * gprs.bytesPerMs);
  });

  it('on a line of 10 Mbit/s 64 KiB within a second, and never more', () => {
    const run = drained(fast, 3_000);
    expect(run.after(1_000)[0]?.bytes).toBe(64 * 1_024);
    expect(Math.max(...run.seen.map((s) => s.bytes))).toBe(64 * 1_024);
  });

  it('over a satellite as much, though the way takes 600 ms: it is not taken for waiting', () => {
    const run = drained({ bytesPerMs: 1_250, wayMs: 300 }, 10_000);
    expect(run.after(6_000)[0]?.bytes).toBe(64 * 1_024);
  });

  it('in between about what passes in a tenth of a second', () => {
    const run = drained({ bytesPerMs: 64, wayMs: 25 }, 60_000); // 512 kbit/s
    const waits = run.after(10_000).map((s) => (s.inFlight * message) / 64);
    expect(Math.max(...waits)).toBeLessThan(200);
    expect(run.taken).toBeGreaterThan(0.9 * 60_000 * 64);
  });

  it('when a line becomes slow, one message as soon as what was under way is through', () => {
    const run = drained(fast, 120_000, { ms: 5_000, line: gprs });
    const backlog = (64 * 1_024) / gprs.bytesPerMs;
    expect(Math.max(...run.after(5_000 + 1.5 * backlog).map((s) => s.inFlight))).toBe(1);
  });

  it('when it becomes fast again, all of it', () => {
    const run = drained(gprs, 40_000, { ms: 10_000, line: { ...fast, wayMs: gprs.wayMs } });
    expect(run.last?.bytes).toBe(64 * 1_024);
  });

  it('does not grow by what was not used', () => {
    const taken = { bytes: 100, delay: millis(50), base: millis(50), underWay: 100 };
    expect(resized({ bytes: 10_000, isOpening: true }, taken)).toEqual({ bytes: 10_000, isOpening: true });
  });
});
