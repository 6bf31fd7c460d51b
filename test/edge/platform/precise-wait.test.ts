import { expect, it } from 'vitest';
import { afterExactly } from '../../../edge/platform/precise-wait.ts';
import { millis } from '../../../sdk/model/time.ts';

const wait = async (ms: number): Promise<number> => {
  const began = performance.now();
  await new Promise<void>((wake) => afterExactly(millis(ms), wake));
  return performance.now() - began - ms;
};

it.each([0, 0.4, 1.75, 3.65, 14.58])(
  'a wait of %d ms is never too short, and mostly no tenth of a millisecond too long',
  async (ms) => {
    const late: number[] = [];
    for (let i = 0; i < 60; i++) late.push(await wait(ms));
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
    // The best third: what is later than that, a busy machine made so.
    expect(late.toSorted((a, b) => a - b)[20]).toBeLessThan(0.15);
  },
);

it('spends a small part of the time running', async () => {
  const began = { at: performance.now(), cpu: process.cpuUsage() };
  for (let i = 0; i < 100; i++) await wait(3.65);
  const { user, system } = process.cpuUsage(began.cpu);
  expect((user + system) / 1_000 / (performance.now() - began.at)).toBeLessThan(0.4);
});

it.each([
  ['at once', 0],
  ['while it sleeps', 4],
])('that is cancelled %s never wakes', async (_, after) => {
  let woken = 0;
  const cancel = afterExactly(millis(9), () => woken++);
  if (after > 0) await wait(after);
  cancel();
  await wait(12);
  expect(woken).toBe(0);
});
