import { expect, it } from 'vitest';
import type { BackendEvents } from '../../../../edge/bus/gpio/line-backend.ts';
import { superviseLines } from '../../../../edge/bus/gpio/line-supervisor.ts';
import { monoTime } from '../../../../sdk/model/time.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { listening, quietLog } from './listening.ts';

it('a level that a backend repeats is told once, and no level is older than the one before', async () => {
  const ears = listening();
  let told: BackendEvents | undefined;
  const lines = superviseLines(
    async (_lines, events) => {
      told = events;
      events.level(0, false, monoTime(100));
      return { read: async () => false, write: async () => {}, [Symbol.asyncDispose]: async () => {} };
    },
    [{ name: 'call', offset: 1, direction: 'in', activeLow: false, bias: 'none' }],
    ears.listener,
    { clock: fakeClock(), log: quietLog },
  );
  await ears.until(() => ears.levels.length === 1);
  for (const [active, at] of [
    [false, 110],
    [true, 90],
    [true, 130],
  ] as const)
    told?.level(0, active, monoTime(at));
  expect(ears.levels.map(({ active, at }) => [active, at])).toEqual([
    [false, 100],
    [true, 100],
  ]);
  await lines[Symbol.asyncDispose]();
});
