import { describe, expect, it } from 'vitest';
import { toReading } from '../../../sdk/client/reading.ts';
import type { PointValue, Scalar } from '../../../sdk/model/point.ts';
import type { PointSpec } from '../../../sdk/model/profile.ts';
import { monoTime } from '../../../sdk/model/time.ts';

const at = { from: 'holding', at: 0 } as const;
const seen = (value: Scalar): { value: PointValue; wall: number } => ({
  value: { quality: 'good', at: monoTime(0), value },
  wall: 1_790_000_000_000,
});

describe('a value and what its profile says', () => {
  const number: PointSpec = { ...at, as: 'u16', unit: '1', resolution: 1, range: [0, 9] };
  const text: PointSpec = { ...at, as: 'text', words: 4 };
  const flag: PointSpec = { ...at, as: 'bool', bit: 3 };
  const choice: PointSpec = { ...at, as: 'choice', bits: [0, 1], of: { 0: 'off', 1: 'on' } };

  it.each<[what: string, spec: PointSpec, value: Scalar]>([
    ['a number', number, 7],
    ['a text', text, '1.02'],
    ['a text of nothing', text, ''],
    ['a flag', flag, true],
    ['a choice', choice, 'on'],
  ])('%s that fits is good', (_, spec, value) => {
    const observed = { ...seen(value), ...('unit' in spec && { unit: spec.unit }) };
    expect(toReading(observed, spec)).toMatchObject({ quality: 'good', value });
  });

  it.each<[what: string, spec: PointSpec, value: Scalar]>([
    ['a text for a number', number, '7'],
    ['a number for a text', text, 102],
    ['a bit for a text', text, true],
    ['a number for a flag', flag, 1],
    ['a name that is no choice', choice, 'auto'],
  ])('%s is lost, and not believed', (_, spec, value) => {
    const observed = { ...seen(value), ...('unit' in spec && { unit: spec.unit }) };
    expect(toReading(observed, spec)).toMatchObject({ quality: 'lost', why: 'bad-reply', value: undefined });
  });
});
