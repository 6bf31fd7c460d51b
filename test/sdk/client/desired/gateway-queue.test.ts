import { describe, expect, it, vi } from 'vitest';
import { gatewayQueue } from '../../../../sdk/client/desired/gateway-queue.ts';

type Call = { readonly gateway: string; readonly end: (failure?: Error) => void };

function queueOf(waits: number[] = [1_000]) {
  const calls: Call[] = [];
  const failures: string[] = [];
  const stop = new AbortController();
  const queue = gatewayQueue({
    work: (gateway) =>
      new Promise((resolve, reject) => {
        calls.push({ gateway, end: (failure) => (failure ? reject(failure) : resolve()) });
      }),
    failed: (gateway) => failures.push(gateway),
    waits: function* () {
      for (let i = 0; ; i++) yield waits[i] ?? 1_000_000;
    },
  });
  const end = queue.start(stop.signal);
  return { queue, calls, failures, end, stop };
}
const settle = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

describe('work on gateways', () => {
  it('is done one at a time for each, and once more for what came meanwhile', async () => {
    const { queue, calls } = queueOf();
    for (let i = 0; i < 3; i++) queue.add('a');
    await settle();
    queue.add('a');
    queue.add('a');
    await settle();
    expect(calls).toHaveLength(1);
    calls[0]?.end();
    await settle();
    expect(calls).toHaveLength(2);
    calls[1]?.end();
    await settle();
    expect(calls).toHaveLength(2);
  });

  it('is done for eight at once', async () => {
    const { queue, calls } = queueOf();
    for (let i = 0; i < 20; i++) queue.add(`g-${i}`);
    await settle();
    expect(calls).toHaveLength(8);
    calls[3]?.end();
    await settle();
    expect(calls).toHaveLength(9);
  });

  it('waits after a failure, longer each time, unless the gateway arrives anew', async () => {
    vi.useFakeTimers();
    try {
      const { queue, calls, failures } = queueOf([1_000, 5_000]);
      queue.add('a');
      await settle();
      calls[0]?.end(new Error('no'));
      await settle();
      queue.add('a');
      await settle();
      expect([calls.length, failures]).toEqual([1, ['a']]);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(calls).toHaveLength(2);
      calls[1]?.end(new Error('no'));
      await settle();
      await vi.advanceTimersByTimeAsync(4_999);
      expect(calls).toHaveLength(2);
      queue.hurry('a');
      await settle();
      expect(calls).toHaveLength(3);
    } finally {
      vi.useRealTimers();
    }
  });

  it('ends when nothing is under way any more', async () => {
    const { queue, calls, end, stop } = queueOf();
    queue.add('a');
    await settle();
    stop.abort();
    let isOver = false;
    const over = end().then(() => {
      isOver = true;
    });
    await settle();
    expect(isOver).toBe(false);
    calls[0]?.end();
    await over;
    queue.add('b');
    await settle();
    expect(calls).toHaveLength(1);
  });
});
