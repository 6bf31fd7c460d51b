import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { busyMinute } from '../../../../edge/bus/modbus/busy-minute.ts';
import { monoTime } from '../../../../sdk/model/time.ts';

const at = monoTime;

describe('the share of the last minute', () => {
  it.each([
    ['is 0 at the beginning', [], 0, 0],
    ['is of the time since the beginning while that is short', [[0, 500]], 1_000, 0.5],
    [
      'counts no time twice',
      [
        [0, 600],
        [500, 700],
      ],
      1_000,
      0.7,
    ],
    ['is never more than 1, even when use is told ahead', [[0, 5_000]], 1_000, 1],
    ['forgets what is more than a minute ago', [[0, 30_000]], 90_500, 0],
    ['counts use that goes on over seconds', [[9_500, 12_500]], 20_000, 0.15],
    [
      'keeps nothing of a long time ago',
      [
        [0, 60_000],
        [500_000, 500_100],
      ],
      500_500,
      0.1 / 59.5,
    ],
  ] as const)('%s', (_, uses, now, share) => {
    const busy = busyMinute(at(0));
    for (const [from, until] of uses) busy.used(at(from), at(until));
    expect(busy.share(at(now))).toBeCloseTo(share, 6);
  });

  it('is what a plain sum over the last 60 seconds gives, whatever the uses', () =>
    fc.assert(
      fc.property(
        fc.nat({ max: 5_000 }),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 70_000 }), fc.integer({ min: 1, max: 3_000 }))),
        fc.nat({ max: 90_000 }),
        (begin, uses, rest) => {
          const busy = busyMinute(at(begin));
          const spans: (readonly [number, number])[] = [];
          let now = begin;
          for (const [pause, length] of uses) {
            spans.push([now + pause, now + pause + length]);
            busy.used(at(now + pause), at(now + pause + length));
            now += pause + length;
          }
          now += rest;
          const from = Math.max(begin, (Math.floor(now / 1_000) - 59) * 1_000);
          const used = spans.reduce((sum, [a, b]) => sum + Math.max(0, b - Math.max(a, from)), 0);
          expect(busy.share(at(now))).toBeCloseTo(now > from ? used / (now - from) : 0, 6);
        },
      ),
    ));
});
