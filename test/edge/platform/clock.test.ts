import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../edge/platform/clock.ts';
import { systemClock } from '../../../edge/platform/clock.ts';
import { millis } from '../../../sdk/model/time.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const never = new AbortController().signal;

/** The fake clock must keep the same promises, or tests with it prove nothing. */
describe.each<[string, () => { clock: Clock; pass: (ms: number) => Promise<void> }]>([
  [
    'systemClock',
    () => {
      const clock = systemClock('synced');
      return { clock, pass: (ms) => clock.sleep(millis(ms + 5), never) };
    },
  ],
  [
    'fakeClock',
    () => {
      const clock = fakeClock();
      return { clock, pass: (ms) => clock.advance(ms) };
    },
  ],
])('%s', (_, make) => {
  it('goes forward on both clocks', async () => {
    const { clock, pass } = make();
    const [mono, wall] = [clock.mono(), clock.wall()];
    await pass(20);
    expect(clock.mono() - mono).toBeGreaterThanOrEqual(19);
    expect(clock.wall() - wall).toBeGreaterThanOrEqual(19);
  });

  it('sleep resolves after its time, and not before', async () => {
    const { clock, pass } = make();
    let isAwake = false;
    const asleep = clock.sleep(millis(20), never).then(() => {
      isAwake = true;
    });
    await pass(0);
    expect(isAwake).toBe(false);
    await pass(20);
    await asleep;
  });

  it('a broken sleep rejects with the very reason', async () => {
    const { clock } = make();
    const stop = new AbortController();
    const reason = new Error('enough');
    const asleep = clock.sleep(millis(60_000), stop.signal);
    stop.abort(reason);
    await expect(asleep).rejects.toBe(reason);
  });

  it('a sleep that is broken before it begins rejects with the very reason, too', async () => {
    const reason = new Error('enough');
    await expect(make().clock.sleep(millis(1), AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it.each([0, -5])('a sleep of %i ms is over with the next turn', async (ms) => {
    const { clock, pass } = make();
    const asleep = clock.sleep(millis(ms), never);
    await pass(0);
    await asleep;
  });

  it.each(['after', 'afterExactly'] as const)('%s calls once, unless it is cancelled', async (name) => {
    const { clock, pass } = make();
    const called: string[] = [];
    clock[name](millis(5), () => called.push('kept'));
    clock[name](millis(5), () => called.push('cancelled'))();
    await pass(30);
    expect(called).toEqual(['kept']);
  });
});

describe('systemClock', () => {
  it('trusts what the site declares', () => {
    expect(systemClock('synced').trust()).toBe('synced');
    expect(['synced', 'unknown']).toContain(systemClock().trust());
  });
});
