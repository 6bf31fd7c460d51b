import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  begun,
  endOfEarlier,
  firstHole,
  type LaneRecord,
  markOf,
  noted,
  type Stretch,
  withoutEarlier,
} from '../../../../sdk/store/keep/lane-record.ts';
import { propertyRuns } from '../../../support/property-runs.ts';

/** Entry n is of second n. */
const stretch = (from: number, to: number): Stretch => ({ from, to, since: from * 1_000, until: to * 1_000 });
const mark = { log: 7, seq: 10, at: 10_000 };
const numbersOf = ({ stored }: LaneRecord): ReadonlySet<number> =>
  new Set(stored.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i)));

describe('what is stored of a lane', () => {
  it('begins with the first that is heard where the store has no mark', () => {
    const record = begun(undefined, 7, stretch(41, 45));
    expect([firstHole(record), markOf(record), endOfEarlier(record)]).toEqual([
      undefined,
      { log: 7, seq: 45, at: 45_000 },
      undefined,
    ]);
    expect(noted(record, stretch(1, 40))).toEqual(record);
  });

  it('goes on from the mark: what lies between is missing, and the mark stays before it', () => {
    const record = begun(mark, 7, stretch(15, 16));
    expect(firstHole(record)).toEqual({ from: 11, to: 14, since: 10_000, until: 15_000 });
    expect(markOf(record)).toEqual(mark);
    const filled = [stretch(11, 12), stretch(13, 14)].reduce(noted, record);
    expect([firstHole(filled), markOf(filled)]).toEqual([undefined, { log: 7, seq: 16, at: 16_000 }]);
    expect(firstHole(begun(mark, 7, stretch(11, 11)))).toBeUndefined();
    expect(markOf(begun(mark, 7, stretch(3, 4)))).toEqual(mark); // sent again
  });

  it('of a new journal begins with its first entry, and keeps the mark of the old one until that is done with', () => {
    const record = begun(mark, 8, stretch(13, 14));
    expect([firstHole(record), markOf(record)]).toEqual([{ from: 1, to: 12, since: 10_000, until: 13_000 }, undefined]);
    const filled = noted(record, stretch(1, 12));
    expect([firstHole(filled), endOfEarlier(filled)]).toEqual([undefined, { since: 1_000, until: 10_000 }]);
    expect(markOf(withoutEarlier(filled))).toEqual({ log: 8, seq: 14, at: 14_000 });
  });

  it('knows the time of a hole also when the clock was set back in it', () => {
    const late = { from: 15, to: 15, since: 2_000, until: 2_000 };
    expect(firstHole(begun(mark, 7, late))).toEqual({ from: 11, to: 14, since: 2_000, until: 10_000 });
  });

  it('forgets a stamp of a wrong clock with the next entry', () => {
    const wrong = { from: 11, to: 11, since: 9e15, until: 9e15 };
    expect(markOf(noted(begun(mark, 7, wrong), stretch(12, 12)))).toEqual({ log: 7, seq: 12, at: 12_000 });
  });

  it('is the set of numbers that came, whatever their order', () => {
    const ranges = fc.array(fc.tuple(fc.nat(60), fc.nat(8)), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(ranges, (all) => {
        const came = new Set<number>([10]);
        const record = all.reduce<LaneRecord>(
          (before, [first, more]) => {
            for (let n = Math.max(10, first); n <= first + more; n++) came.add(n);
            return noted(before, stretch(first, first + more));
          },
          { log: 7, stored: [stretch(10, 10)] },
        );
        expect(numbersOf(record)).toEqual(came);
        for (const [i, { from }] of record.stored.entries())
          if (i > 0) expect(from).toBeGreaterThan((record.stored[i - 1]?.to ?? 0) + 1);
        let through = 10;
        while (came.has(through + 1)) through++;
        expect(markOf(record)?.seq).toBe(through);
      }),
      propertyRuns(500),
    );
  });
});
