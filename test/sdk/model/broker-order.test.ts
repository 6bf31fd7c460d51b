import { describe, expect, it } from 'vitest';
import { brokerOrder, restAfterFailureMs } from '../../../sdk/model/broker-order.ts';

describe('the order of brokers', () => {
  it('begins with the first', () => {
    expect(brokerOrder(3).next(0)).toBe(0);
  });

  it('goes on to the next when one fails, and round again when all have', () => {
    const order = brokerOrder(3);
    const tried: number[] = [];
    for (let now = 0; now < 6; now++) {
      const which = order.next(now);
      tried.push(which);
      order.failed(which, now);
    }
    expect(tried).toEqual([0, 1, 2, 0, 1, 2]);
  });

  it('prefers the first again once its failure is a minute old, and not before', () => {
    const order = brokerOrder(3);
    order.failed(0, 1_000);
    order.failed(1, 1_000 + restAfterFailureMs - 1);
    expect(order.next(1_000 + restAfterFailureMs - 1)).toBe(2);
    expect(order.next(1_000 + restAfterFailureMs)).toBe(0);
  });

  it('knows only one of one', () => {
    const order = brokerOrder(1);
    order.failed(0, 0);
    expect(order.next(1)).toBe(0);
  });
});
