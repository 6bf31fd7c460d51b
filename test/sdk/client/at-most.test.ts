import { expect, it } from 'vitest';
import { atMost } from '../../../sdk/client/at-most.ts';

it('runs so much at a time, all of it in the end, also behind work that fails', async () => {
  const few = atMost(3);
  let running = 0;
  let most = 0;
  const work = async (n: number): Promise<number> => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    if (n % 4 === 0) throw new Error(String(n));
    return n;
  };
  const all = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => few(() => work(n))));
  expect(most).toBe(3);
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(15);
});
