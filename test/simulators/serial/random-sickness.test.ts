import { describe, expect, it } from 'vitest';
import { type Sickness, sicknessesOf } from '../../../simulators/serial/random-sickness.ts';
import { seededRandom } from '../../../simulators/water/seeded-random.ts';

const sicknesses = (over: 'serial' | 'tcp'): readonly Sickness[] =>
  sicknessesOf({
    random: seededRandom(1),
    unit: 1,
    addresses: [1, 2],
    turnaroundMs: 50,
    latestMs: 1_300,
    over,
    brownOut: () => undefined,
  });

/** When answers begin that would come after 50 ms. */
function beginnings(name: Sickness['name']): readonly number[] {
  const fault = sicknesses('serial').find((each) => each.name === name)?.fault;
  const random = seededRandom(2);
  const request = { unit: 1, pdu: Uint8Array.of(3, 0, 0, 0, 1) };
  const answer = { unit: 1, pdu: Uint8Array.of(3, 2, 0, 7), afterMs: 50 };
  return Array.from({ length: 500 }, () => fault?.(answer, { request, at: 0, random, answerOf: () => undefined }) ?? [])
    .flat()
    .map(({ afterMs }) => afterMs);
}

describe('what a device may have', () => {
  it.each<[Sickness['name'], number, number]>([
    ['late', 50, 1_300],
    ['very late', 1_300, 3_900],
  ])('%s: its answers begin from %i to %i ms after the request, all over', (name, from, to) => {
    const times = beginnings(name);
    expect(times).toHaveLength(500);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(from);
    expect(Math.max(...times)).toBeLessThanOrEqual(to);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(0.95 * (to - from));
  });

  it('has nothing that only the other kind of line can have', () => {
    const names = (over: 'serial' | 'tcp') => sicknesses(over).map(({ name }) => name);
    expect(names('serial')).toEqual(expect.arrayContaining(['damaged', 'cut', 'noisy']));
    expect(names('serial')).not.toContain('garbled');
    expect(names('tcp')).toEqual(expect.arrayContaining(['garbled', 'another transaction']));
    expect(names('tcp')).not.toContain('damaged');
  });
});
