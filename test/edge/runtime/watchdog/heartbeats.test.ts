import { describe, expect, it } from 'vitest';
import {
  type BusProgress,
  type BusSign,
  busBeats,
  busProgress,
  stuck,
} from '../../../../edge/runtime/watchdog/heartbeats.ts';
import { millis, monoTime } from '../../../../sdk/model/time.ts';

const minute = 60_000;
const street: BusSign = { id: 'street', requests: 5, judged: undefined, isDown: false, pollMs: 1_000 };
const seen = (before: BusProgress, sign: Partial<BusSign>, at: number): BusProgress =>
  busProgress(before, [{ ...street, ...sign }], monoTime(at));
/** Whether the bus counts as stuck ten minutes on, if after the first look it only shows this. */
const stuckAfter = (sign: Partial<BusSign>): readonly string[] => {
  const progress = seen(seen(new Map(), {}, 0), sign, 10 * minute);
  return stuck(busBeats(progress, [{ ...street, ...sign }]), monoTime(10 * minute));
};

describe('heartbeats', () => {
  it('name the part that has stopped, and no other', () => {
    const beats = [
      { part: 'journal', last: monoTime(0), within: millis(30_000) },
      { part: 'judgement', last: monoTime(5_000), within: millis(30_000) },
    ];
    expect(stuck(beats, monoTime(30_000))).toEqual([]);
    expect(stuck(beats, monoTime(30_001))).toEqual(['journal']);
  });

  it.each<[string, Partial<BusSign>, readonly string[]]>([
    ['shows nothing new', {}, ['bus street']],
    ['has sent requests, though nobody answers', { requests: 6 }, []],
    ['has told of a device', { judged: monoTime(minute) }, []],
    ['cannot be reached, which is told', { isDown: true }, []],
    ['has no devices', { pollMs: undefined }, []],
    ['is asked once an hour', { pollMs: 60 * minute }, []],
  ])('a bus that %s', (_, sign, stopped) => {
    expect(stuckAfter(sign)).toEqual(stopped);
  });

  it('a bus that has counted anew since it was opened again is alive', () => {
    expect(stuckAfter({ requests: 1 })).toEqual([]);
  });
});
