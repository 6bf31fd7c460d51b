import { describe, expect, it } from 'vitest';
import { linkQuality } from '../../../../edge/bus/modbus/link-quality.ts';
import { noteAnswer } from '../../../../edge/bus/modbus/unit-habits.ts';
import { millis, monoTime } from '../../../../sdk/model/time.ts';

const none = { requests: 0, answers: 0, timeouts: 0, crcErrors: 0, exceptions: 0, foreign: 0, late: 0 };

describe('the quality of a link', () => {
  it('is nothing before anything was asked', () =>
    expect(linkQuality(monoTime(5)).read(monoTime(5))).toEqual({ ...none, utilisation: 0, units: [] }));

  it('counts for the bus what it counts for its units, in the order of their addresses', () => {
    const quality = linkQuality(monoTime(0));
    quality.of(7).counts.requests += 3;
    quality.of(2).counts.requests++;
    quality.of(2).counts.late++;
    quality.of(7).counts.answers++;
    expect(quality.read(monoTime(1))).toMatchObject({
      requests: 4,
      answers: 1,
      late: 1,
      units: [
        { ...none, unit: 2, state: 'unknown', requests: 1, late: 1 },
        { ...none, unit: 7, state: 'unknown', requests: 3, answers: 1 },
      ],
    });
  });

  it('a foreign frame counts for the bus, and for its unit only if that was ever asked: no list grows by noise', () => {
    const quality = linkQuality(monoTime(0));
    quality.of(2);
    for (let unit = 0; unit < 256; unit++) quality.foreign(unit);
    expect(quality.read(monoTime(1))).toMatchObject({ foreign: 256, units: [{ unit: 2, foreign: 1 }] });
  });

  it('tells turnarounds of each unit, and of all together', () => {
    const quality = linkQuality(monoTime(0));
    for (let i = 0; i < 10; i++) noteAnswer(quality.of(1).habits, millis(4));
    for (let i = 0; i < 30; i++) noteAnswer(quality.of(2).habits, millis(20.123));
    quality.of(3);
    expect(quality.read(monoTime(1))).toMatchObject({
      turnaround: { p50Ms: 20.12, p99Ms: 20.12 },
      units: [{ turnaround: { p50Ms: 4, p99Ms: 4 } }, { turnaround: { p50Ms: 20.12, p99Ms: 20.12 } }, { unit: 3 }],
    });
    expect(quality.read(monoTime(1)).units[2]).not.toHaveProperty('turnaround');
  });
});
