import { expect, it } from 'vitest';
import { stateReporter } from '../../../edge/runtime/state-reporter.ts';
import { fakeClock } from '../../support/fake-clock.ts';

it('a disk that fails, and one that has recovered, is told within a second or two, whatever its alarm does', async () => {
  const clock = fakeClock();
  const stop = new AbortController();
  const told: (string | undefined)[] = [];
  let trouble: string | undefined;
  const running = stateReporter().run(
    { clock, backlog: () => 0, degraded: () => trouble, report: () => told.push(trouble) },
    stop.signal,
  );
  await clock.advance(5_000);
  const before = told.length;
  trouble = 'disk full';
  await clock.advance(2_000);
  trouble = undefined;
  await clock.advance(2_000);
  expect(told.slice(before)).toEqual(['disk full', undefined]);
  stop.abort();
  await running;
});
