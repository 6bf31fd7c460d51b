import { describe, expect, it } from 'vitest';
import { laneBook, markBeyond } from '../../../../sdk/store/keep/lane-book.ts';

const entry = (seq: number, log = 7) => ({ log, from: seq, to: seq, since: seq * 1_000, until: seq * 1_000 });
const mark = { gateway: 'gw-1', log: 7, seq: 10, at: new Date(10_000) };
const at = (now: number) => ({ now, notBefore: now + 10_000 });

describe('the book of gateways and their holes', () => {
  it('has a hole behind the mark filled at once, and one that appears later after a while', () => {
    const book = laneBook();
    book.open('gw-1', mark);
    expect(book.next()).toBeUndefined();
    book.heard('gw-1', [entry(13)], at(500));
    expect(book.next()).toMatchObject({ gateway: 'gw-1', notBefore: 500 });
    book.open('gw-2', { ...mark, gateway: 'gw-2' });
    book.heard('gw-2', [entry(11)], at(500));
    book.heard('gw-2', [entry(13)], at(600));
    expect(book.at('gw-2')?.notBefore).toBe(10_600);
    book.heard('gw-2', [entry(20)], at(700)); // the hole is the same, and the client does not fill it
    expect(book.at('gw-2')?.notBefore).toBe(10_600);
    book.heard('gw-2', [entry(12)], at(800)); // it does
    expect(book.at('gw-2')?.notBefore).toBe(10_800);
  });

  it('takes the one that has waited longest, unless somebody asks it already', () => {
    const book = laneBook();
    for (const [i, gateway] of ['a', 'b', 'c'].entries()) {
      book.open(gateway, { ...mark, gateway });
      book.heard(gateway, [entry(13)], at(300 - i * 100));
    }
    const first = book.next();
    expect(first?.gateway).toBe('c');
    if (first) first.isBusy = true;
    expect(book.next()?.gateway).toBe('b');
  });

  it('asks one that was away as soon as it is heard again', () => {
    const book = laneBook();
    book.open('gw-1', mark);
    book.heard('gw-1', [entry(13)], at(0));
    const state = book.next();
    if (state) Object.assign(state, { isAway: true, notBefore: 300_000 });
    book.heard('gw-1', [entry(14)], at(5_000));
    expect(book.next()?.notBefore).toBe(5_000);
  });

  it('knows nothing of a gateway that another keeps, until it is opened again', () => {
    const book = laneBook();
    book.open('gw-1', mark);
    book.heard('gw-1', [entry(13)], at(0));
    book.forget('gw-1');
    expect([book.has('gw-1'), book.at('gw-1'), book.next()]).toEqual([false, undefined, undefined]);
    book.open('gw-1', { ...mark, seq: 20 });
    expect(book.withEntries('gw-1', [entry(21)])?.stored).toEqual([{ from: 20, to: 21, since: 10_000, until: 21_000 }]);
  });

  it('keeps the first mark over two new journals, and drops a search in the one before', () => {
    const book = laneBook();
    book.open('gw-1', mark);
    book.heard('gw-1', [entry(5, 8)], at(0));
    const state = book.at('gw-1');
    if (state) Object.assign(state, { search: {} });
    book.heard('gw-1', [entry(2, 9)], at(0));
    expect(book.at('gw-1')).toMatchObject({ record: { log: 9, earlier: { log: 7, seq: 10 } }, search: undefined });
  });
});

describe('a mark for the store', () => {
  it('is told when it says more than the one before', () => {
    const before = { log: 7, stored: [entry(10)] } as const;
    const after = { log: 7, stored: [{ ...entry(10), to: 12, until: 12_000 }] } as const;
    expect(markBeyond('gw-1', before, after)).toEqual({ gateway: 'gw-1', log: 7, seq: 12, at: new Date(12_000) });
    expect(markBeyond('gw-1', after, after)).toBeUndefined();
    expect(markBeyond('gw-1', undefined, after)?.seq).toBe(12);
  });

  it('has a time that can be stored', () => {
    const wrong = { log: 7, stored: [{ ...entry(10), until: -5 }] } as const;
    expect(markBeyond('gw-1', undefined, wrong)?.at.getTime()).toBeGreaterThan(1_700_000_000_000);
  });
});
