import { describe, expect, it } from 'vitest';
import { municipalHydrant } from '../../../device-profiles/generic/municipal-hydrant.ts';
import { siren } from '../../../device-profiles/generic/siren.ts';
import type { Block, Reading } from '../../../edge/bus/reading.ts';
import {
  type DevicePoint,
  devicePoints,
  type PlacedPoint,
  placePoints,
  readPoint,
} from '../../../edge/point/device-points.ts';
import { monoTime } from '../../../sdk/model/time.ts';
import { defaultSettings } from '../../support/default-settings.ts';

const [pressure] = devicePoints(municipalHydrant, defaultSettings(municipalHydrant), 9);
const holding = (address: number, count: number): Block => ({ unit: 9, table: 'holding', address, count });
const ok = (words: readonly number[], at = 5): Reading => ({ ok: true, at: monoTime(at), words });
const doubtful = (words: readonly number[]): Reading => ({ ...ok(words), ok: true, words, doubt: 'unconfirmed' });
const failed = (why: 'timeout' | 'bad-crc', at = 5): Reading => ({ ok: false, at: monoTime(at), why, detail: why });

const placed = (plan: readonly Block[]): PlacedPoint => {
  const [point] = placePoints([pressure] as DevicePoint[], plan);
  if (!point) throw new Error('nothing placed');
  return point;
};

describe('devicePoints', () => {
  it('says what to read: the value, and how many decimals it has', () => {
    expect(pressure).toMatchObject({ name: 'pressure', value: holding(4, 1), decimals: holding(3, 1) });
  });

  it('leaves out what is on a GPIO line', () => expect(devicePoints(siren, {}, 1)).toEqual([]));
});

describe('placePoints', () => {
  it('finds value and decimals in one block', () => {
    expect(placed([holding(3, 2)])).toMatchObject({
      value: { block: 0, offset: 1 },
      decimals: { block: 0, offset: 0 },
    });
  });

  it('finds them in two', () => {
    expect(placed([holding(0, 4), holding(4, 1)])).toMatchObject({
      value: { block: 1, offset: 0 },
      decimals: { block: 0, offset: 3 },
    });
  });

  it.each<[why: string, block: Block]>([
    ['of another unit', { ...holding(3, 2), unit: 8 }],
    ['of another table', { ...holding(3, 2), table: 'input' }],
    ['that begins too late', holding(4, 2)],
    ['that ends too early', holding(3, 1)],
  ])('does not take a block %s for the right one', (_, block) => {
    expect(() => placed([block])).toThrow('the plan misses holding');
  });
});

describe('readPoint', () => {
  const together = placed([holding(3, 2)]);
  const apart = placed([holding(3, 1), holding(4, 1)]);

  it('makes a value of both registers, as old as its reading', () => {
    expect(readPoint(together, [ok([1, 4_210], 77)])).toEqual({ quality: 'good', at: 77, value: 0.421 });
  });

  it.each<[why: string, point: PlacedPoint, answers: Reading[], value: unknown]>([
    ['its block failed', together, [failed('timeout', 9)], { quality: 'lost', at: 9, why: 'timeout' }],
    [
      'the decimals’ block failed',
      apart,
      [failed('bad-crc', 9), ok([4_210])],
      { quality: 'lost', at: 9, why: 'bad-crc' },
    ],
    ['the value’s block failed', apart, [ok([1]), failed('timeout', 9)], { quality: 'lost', at: 9, why: 'timeout' }],
    ['nothing was read at all', together, [], { quality: 'lost', at: 0, why: 'never-read' }],
    [
      'the decimals were not read',
      apart,
      [undefined as unknown as Reading, ok([4_210])],
      { quality: 'lost', at: 0, why: 'never-read' },
    ],
    ['the decimals’ answer is too short', apart, [ok([]), ok([4_210])], { quality: 'lost', at: 5, why: 'bad-reply' }],
    ['the value’s answer is too short', apart, [ok([1]), ok([])], { quality: 'lost', at: 5, why: 'bad-reply' }],
  ])('%s: no value', (_, point, answers, value) => expect(readPoint(point, answers)).toEqual(value));

  it.each<[what: string, answers: Reading[]]>([
    ['the value', [ok([1]), doubtful([4_210])]],
    ['the decimals', [doubtful([1]), ok([4_210])]],
  ])('doubt about %s is doubt about the result', (_, answers) => {
    expect(readPoint(apart, answers)).toEqual({ quality: 'doubtful', at: 5, value: 0.421, why: 'unconfirmed' });
  });

  it('a doubt of the value itself says more than one of the reading', () => {
    expect(readPoint(together, [doubtful([0, 9_999])])).toMatchObject({ quality: 'doubtful', why: 'out-of-range' });
  });

  it('a loss stays a loss, whatever the reading is worth', () => {
    expect(readPoint(together, [doubtful([9, 4_210])])).toMatchObject({ quality: 'lost', why: 'bad-reply' });
  });

  it('a point without decimals needs one block', () => {
    const [relay] = placePoints(
      devicePoints({ ...municipalHydrant, points: { on: { from: 'coil', at: 3, as: 'bool' } } }, {}, 9),
      [{ unit: 9, table: 'coil', address: 0, count: 8 }],
    );
    expect(relay && readPoint(relay, [ok([0, 0, 0, 1, 0, 0, 0, 0])])).toEqual({ quality: 'good', at: 5, value: true });
  });
});
