import { expect, it } from 'vitest';
import { logTail } from '../../../edge/platform/log-tail.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';

it('hands on every line, and keeps the last thousand with their numbers', () => {
  const inner = recordingLog();
  const clock = fakeClock(1_000);
  const { log, after } = logTail(inner, clock);
  log.info('a', { x: 1 });
  log.child({ bus: 'b' }).warn('c', { y: 'long'.repeat(200) });
  expect(inner.lines.map(({ event }) => event)).toEqual(['a', 'c']);
  expect(after(0)).toEqual([
    { number: 1, at: 1_000, level: 'info', event: 'a', fields: { x: 1 } },
    { number: 2, at: 1_000, level: 'warn', event: 'c', fields: { bus: 'b', y: `${'long'.repeat(75)}…` } },
  ]);
  for (let i = 0; i < 1_500; i++) log.info('more');
  expect(after(0)).toHaveLength(1_000);
  expect(after(0)[0]?.number).toBe(503);
  expect(after(1_500).map(({ number }) => number)).toEqual([1_501, 1_502]);
  expect(after(1_502)).toEqual([]);
  expect(after(9_999)).toEqual([]);
});
