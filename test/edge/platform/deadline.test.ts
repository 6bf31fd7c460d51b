import { describe, expect, it, vi } from 'vitest';
import { withDeadline } from '../../../edge/platform/deadline.ts';
import { millis } from '../../../sdk/model/time.ts';
import { fakeClock } from '../../support/fake-clock.ts';

function stage() {
  const clock = fakeClock();
  const pending = new Set<number>();
  let next = 0;
  const counted = {
    ...clock,
    after: (ms: Parameters<typeof clock.after>[0], wake: () => void) => {
      const id = next++;
      pending.add(id);
      const cancel = clock.after(ms, () => {
        pending.delete(id);
        wake();
      });
      return () => {
        pending.delete(id);
        cancel();
      };
    },
  };
  const outer = new AbortController();
  const add = vi.spyOn(outer.signal, 'addEventListener');
  const remove = vi.spyOn(outer.signal, 'removeEventListener');
  const run = <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    withDeadline({ clock: counted, ms: millis(1_000), signal: outer.signal, what: 'reading' }, work);
  /** Timers and listeners that are still there. */
  const left = (): number => pending.size + add.mock.calls.length - remove.mock.calls.length;
  return { clock, outer, run, left };
}
const ignoring = (): Promise<never> => new Promise(() => undefined);

describe('withDeadline', () => {
  it('gives the result of work that is in time, and leaves nothing behind', async () => {
    const s = stage();
    await expect(s.run(async () => 7)).resolves.toBe(7);
    expect(s.left()).toBe(0);
  });

  it('a thousand of them leave nothing behind', async () => {
    const s = stage();
    for (let i = 0; i < 1_000; i++) await s.run(async () => i);
    expect(s.left()).toBe(0);
  });

  it('passes on the error of the work, and leaves nothing behind', async () => {
    const s = stage();
    await expect(s.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(s.left()).toBe(0);
  });

  it('ends work that is late, even if it ignores its signal', async () => {
    const s = stage();
    const late = expect(s.run(ignoring)).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: 'reading: no answer within 1000 ms',
    });
    await s.clock.advance(1_000);
    await late;
    expect(s.left()).toBe(0);
  });

  it('tells the work by its signal, with the reason', async () => {
    const s = stage();
    const told = s.run((signal) => s.clock.sleep(millis(9_999), signal));
    const late = expect(told).rejects.toMatchObject({ code: 'TIMEOUT' });
    await s.clock.advance(1_000);
    await late;
  });

  it('ends with the outer signal, by its reason', async () => {
    const s = stage();
    const reason = new Error('shutdown');
    const ended = expect(s.run(ignoring)).rejects.toBe(reason);
    s.outer.abort(reason);
    await ended;
    expect(s.left()).toBe(0);
  });

  it('does not begin when the outer signal has fired already', async () => {
    const s = stage();
    const work = vi.fn(ignoring);
    s.outer.abort(new Error('shutdown'));
    await expect(s.run(work)).rejects.toThrow('shutdown');
    expect(work).not.toHaveBeenCalled();
  });
});
