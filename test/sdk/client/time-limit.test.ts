import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { delays, reconnectBackoff } from '../../../sdk/client/backoff.ts';
import { within } from '../../../sdk/client/time-limit.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';

const late = (): FengsuiError => new FengsuiError('TIMEOUT');
const forever = (): Promise<never> => new Promise(() => undefined);

describe('a time limit', () => {
  it('leaves nothing behind on a signal that lives long', async () => {
    const { signal } = new AbortController();
    for (let i = 0; i < 1_000; i++) await within({ ms: 1_000, signals: [signal], late }, async () => i);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
  it('ends work that ignores its signal', async () => {
    await expect(within({ ms: 5, signals: [], late }, forever)).rejects.toMatchObject({ code: 'TIMEOUT' });
  });
  it('does not begin what was given up before', async () => {
    let began = false;
    const work = async (): Promise<void> => {
      began = true;
    };
    await expect(within({ ms: 5, signals: [AbortSignal.abort()], late }, work)).rejects.toMatchObject({
      code: 'ABORTED',
    });
    expect(began).toBe(false);
  });
  it.each([0, -1, Number.NaN])('of %s ms is refused', async (ms) => {
    await expect(within({ ms, signals: [], late }, forever)).rejects.toMatchObject({ code: 'INVALID' });
  });
});

describe('waits between attempts', () => {
  it('grow by two from 250 ms to 2 s, and jitter over their whole length', () => {
    const longest = delays(reconnectBackoff, () => 1);
    expect(Array.from({ length: 9 }, () => longest.next().value)).toEqual([
      250, 500, 1_000, 2_000, 2_000, 2_000, 2_000, 2_000, 2_000,
    ]);
    expect(delays(reconnectBackoff, () => 0).next().value).toBe(0);
  });
});
