import { expect, it } from 'vitest';
import { millis } from '../../../../sdk/model/time.ts';
import { failure, holding, lineBench, never, timing } from '../../../support/bus-under-test.ts';
import { character, oneRegister, request, slave } from './line-slave.ts';

it('a slave that is deaf after a request to a dead unit is heard once that was seen twice', async () => {
  const { bus, clock, line } = lineBench({ ...timing, quiet: millis(100) });
  let deafUntil = 0;
  line.answer((frame) => {
    if (frame.readUInt8(0) === 1) deafUntil = clock.mono() + 400;
    return frame.readUInt8(0) === 1 || clock.mono() < deafUntil ? [] : slave(5)(frame);
  });
  const missed: number[] = [];
  for (let round = 0; round < 8; round++) {
    void failure(bus.read(holding(1, 1), never));
    const read = bus.read(holding(1, 2), never).catch(() => missed.push(round));
    await clock.advance(2_000);
    await read;
    const again = bus.read(holding(1, 2), never);
    await clock.advance(1_000);
    await again;
  }
  expect(missed).toEqual([0, 1]);
});

it('a slave that needs silence after another one has answered gets it once that was seen, and nobody else', async () => {
  const { bus, clock, line } = lineBench({ ...timing, quiet: millis(100) });
  let otherAnsweredAt = Number.NEGATIVE_INFINITY;
  line.answer((frame) => {
    if (frame.readUInt8(0) === 2) return clock.mono() - otherAnsweredAt < 12 ? [] : slave(5)(frame);
    otherAnsweredAt = clock.mono() + request + 5 + oneRegister;
    return slave(5)(frame);
  });
  const missed: number[] = [];
  for (let round = 0; round < 12; round++) {
    const reads = [1, 3, 2].map((unit) => bus.read(holding(1, unit), never).catch(() => missed.push(round)));
    await clock.advance(2_000);
    await Promise.all(reads);
  }
  expect(missed).toEqual([0, 1, 2]);
  const last = line.written.slice(-3).map(({ at }) => at);
  const cycle = request + 5 + oneRegister + 3.5 * character;
  expect((last[1] ?? 0) - (last[0] ?? 0)).toBeCloseTo(cycle, 2);
  expect((last[2] ?? 0) - (last[1] ?? 0)).toBeCloseTo(cycle + 20, 2);
});
