import { describe, expect, it } from 'vitest';
import {
  characterTime,
  type Framing,
  frameGap,
  ownTime,
  type SerialTiming,
  serialCost,
  tcpCost,
} from '../../../../edge/bus/plan/line-cost.ts';
import type { Block } from '../../../../edge/bus/reading.ts';
import { millis } from '../../../../sdk/model/time.ts';

const line: Framing = { baud: 9_600, parity: 'none', stopBits: 1 };
const timing: SerialTiming = { turnaround: millis(0), timeout: millis(1_000), quiet: millis(300) };
const block = (table: Block['table'], count: number): Block => ({ unit: 1, table, address: 0, count });

describe('characterTime', () => {
  it.each<[consequence: string, framing: Partial<Framing>, bits: number]>([
    ['8N1 sends 10 bits a character', {}, 10],
    ['8E1 sends 11', { parity: 'even' }, 11],
    ['8O2 sends 12', { parity: 'odd', stopBits: 2 }, 12],
  ])('%s', (_, framing, bits) => expect(characterTime({ ...line, ...framing })).toBeCloseTo((bits * 1_000) / 9_600, 9));
});

describe('frameGap', () => {
  it.each<[baud: number, gap: number]>([
    [2_400, 14.583],
    [9_600, 3.646],
    [19_200, 1.823],
    [19_201, 1.75],
    [115_200, 1.75],
  ])('at %i baud is %d ms', (baud, gap) => expect(frameGap({ ...line, baud })).toBeCloseTo(gap, 3));
});

describe('serialCost', () => {
  const { read, dead } = serialCost(line, timing);

  it('ten registers at 9,600 8N1 take 40 characters where the device answers as soon as it may, and our own time', () =>
    expect(read(block('holding', 10))).toBeCloseTo(41.667 + ownTime, 3));

  it.each<[table: Block['table'], count: number, characters: number]>([
    ['input', 1, 22],
    ['holding', 125, 270],
    ['coil', 8, 21],
    ['coil', 9, 22],
    ['discrete', 2_000, 270],
  ])('%s × %i takes %i characters and our own time', (table, count, characters) =>
    expect(read(block(table, count))).toBeCloseTo((characters * 10_000) / 9_600 + ownTime, 9),
  );

  it('a slow device costs its turnaround, a fast one no less than the frame gap', () => {
    const slow = serialCost(line, { ...timing, turnaround: millis(20) });
    const fast = serialCost(line, { ...timing, turnaround: millis(1) });
    expect(slow.read(block('holding', 10)) - read(block('holding', 10))).toBeCloseTo(20 - frameGap(line), 9);
    expect(fast.read(block('holding', 10))).toBe(read(block('holding', 10)));
  });

  it('a silent device costs the request, the time-out, the time of its answer and the longest quiet that may be learnt', () => {
    const character = characterTime(line);
    expect(dead(block('holding', 125))).toBeCloseTo(1_000 + 500 + (8 + 255) * character, 9);
    expect(dead(block('coil', 1))).toBeCloseTo(1_000 + 500 + (8 + 6) * character, 9);
    const quieter = serialCost(line, { ...timing, quiet: millis(800) });
    expect(quieter.dead(block('coil', 1))).toBeCloseTo(1_000 + 800 + (8 + 6) * character, 9);
  });
});

describe('tcpCost', () => {
  it('any read costs a round trip, a silent device the time-out', () => {
    const { read, dead } = tcpCost({ roundTrip: millis(5), timeout: millis(1_000) });
    expect([read(block('holding', 1)), read(block('holding', 125)), dead(block('coil', 1))]).toEqual([5, 5, 1_000]);
  });
});
