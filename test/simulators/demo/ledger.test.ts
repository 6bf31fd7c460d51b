import { describe, expect, it } from 'vitest';
import { type Delivery, ledger, quantile } from '../../../simulators/demo/ledger.ts';

const delivery = (seq: number, judgedAt: number, receivedAt: number): Delivery => ({
  log: 7,
  seq,
  device: 'smoke',
  condition: 'smoke',
  event: 'raised',
  judgedAt,
  receivedAt,
});

describe('the ledger of the demo', () => {
  it('counts as lost what was judged and never came', () => {
    const book = ledger();
    book.received(delivery(1, 0, 5));
    book.received(delivery(3, 0, 5));
    expect(book.report(3)).toMatchObject({ judged: 3, received: 2, lost: 1, repeated: 0 });
  });

  it('counts as repeated what came twice, and not as received twice', () => {
    const book = ledger();
    book.received(delivery(1, 0, 5));
    book.received(delivery(1, 0, 9));
    expect(book.report(1)).toMatchObject({ received: 1, lost: 0, repeated: 1 });
  });

  it('counts records as entries of the gateway that are no alarms', () => {
    const book = ledger();
    book.recorded({ log: 7, seq: 1 });
    book.received(delivery(2, 0, 5));
    book.recorded({ log: 7, seq: 3 });
    expect(book.entries).toBe(3);
    expect(book.report(4)).toMatchObject({ judged: 2, records: 2, received: 1, lost: 1, repeated: 0 });
    book.recorded({ log: 7, seq: 3 });
    expect(book.report(3)).toMatchObject({ judged: 1, lost: 0, repeated: 1 });
  });

  it('leaves out of the latency what was judged while the network was down', () => {
    const book = ledger();
    book.received(delivery(1, 100, 110));
    book.cut(200);
    book.received(delivery(2, 250, 90_000));
    book.connected(300);
    book.received(delivery(3, 301, 331));
    expect(book.report(3)).toMatchObject({ latency_p50_ms: 10, latency_p99_ms: 30 });
  });

  it('counts as drained what was made while the network was cut, however late it came', () => {
    const book = ledger();
    book.reading(199);
    book.cut(200);
    book.restored(300);
    book.reading(250);
    book.received(delivery(1, 300, 5_000));
    book.received(delivery(2, 301, 5_000));
    expect(book.report(2)).toMatchObject({ backlog_drained: 2, readings: 2 });
  });

  it('names the incidents that failed', () => {
    const book = ledger();
    book.failed('smoke: no siren');
    expect(book.report(0)).toMatchObject({ failed: ['smoke: no siren'] });
  });
});

describe('quantile, nearest rank', () => {
  it.each<[why: string, values: number[], q: number, expected: number]>([
    ['nothing is 0', [], 0.5, 0],
    ['one value is every quantile', [4], 0.01, 4],
    ['the middle of three', [3, 1, 2], 0.5, 2],
    ['the 99th of a hundred', Array.from({ length: 100 }, (_, i) => i + 1), 0.99, 99],
    ['the last', [1, 2, 3], 1, 3],
  ])('%s', (_why, values, q, expected) => {
    expect(quantile(values, q)).toBe(expected);
  });
});
