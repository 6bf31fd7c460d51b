import { expect, it } from 'vitest';
import type { TelemetryEntry } from '../../../../sdk/client/telemetry-entries.ts';
import { waitingEntries } from '../../../../sdk/store/keep/waiting-entries.ts';

const entry = (seq: number, readings: number): TelemetryEntry => ({
  gateway: 'gw-1',
  log: 7,
  from: seq,
  to: seq,
  readings: Array.from({ length: readings }, () => ({
    quality: 'good',
    value: 1,
    unit: undefined,
    at: new Date(0),
    gateway: 'gw-1',
    device: 'd',
    point: 'p',
  })),
});

async function* stream(entries: readonly TelemetryEntry[]): AsyncGenerator<TelemetryEntry> {
  yield* entries;
}

it('holds no more than so many readings, lets the oldest entries go and counts them', async () => {
  const waiting = waitingEntries(100);
  const all = Array.from({ length: 10 }, (_, i) => entry(i, 19)); // 20 each
  const filling = waiting.fill(
    (async function* () {
      yield* all;
      await new Promise((resolve) => setTimeout(resolve, 50));
      yield entry(10, 500); // too large for itself: it alone stays
      await new Promise(() => undefined);
    })(),
  );
  filling.catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(waiting.dropped()).toBe(5);
  expect((await waiting.next()).value?.from).toBe(5);
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(waiting.dropped()).toBe(9);
  expect((await waiting.next()).value?.from).toBe(10);
});

it('ends with its stream', async () => {
  const waiting = waitingEntries(100);
  const next = waiting.next();
  await waiting.fill(stream([entry(1, 1)]));
  expect((await next).value?.from).toBe(1);
  expect((await waiting.next()).done).toBe(true);
});
