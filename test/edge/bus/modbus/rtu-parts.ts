import { readRequest } from '../../../../edge/bus/modbus/request.ts';
import { rtuLink } from '../../../../edge/bus/modbus/rtu-link.ts';
import type { Block } from '../../../../edge/bus/reading.ts';
import { millis } from '../../../../sdk/model/time.ts';
import { timing } from '../../../support/bus-under-test.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { linkParts } from '../../../support/link-parts.ts';
import { registers, rtu } from '../../../support/scripted-slave.ts';

export const read = (part: Partial<Block> = {}) =>
  readRequest({ unit: 1, table: 'holding', address: 0, count: 1, ...part }, 'serial');
export const request = read();
export const answer = rtu(...registers(1, 3, 7));

/** 1 ms a character: a request takes 8 ms, the answer of one register 7 ms. */
export const slow = { character: 1, gap: 3.5 };

export function rtuParts({ character = 0, gap = 0, limit = 200, quiet = 300 } = {}) {
  const all = linkParts();
  const clock = fakeClock();
  const link = rtuLink(all.line, all.listener, {
    name: 'a line',
    wire: { character: millis(character), gap: millis(gap) },
    timing: { ...timing, quiet: millis(quiet) },
    clock,
    limit: () => millis(limit),
  });
  return { ...all, clock, link };
}
