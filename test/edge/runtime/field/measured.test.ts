import { describe, expect, it } from 'vitest';
import { ticker } from '../../../../edge/bus/poll/ticker.ts';
import { costOf } from '../../../../edge/runtime/field/bus-endpoint.ts';
import { type Measured, remeasured } from '../../../../edge/runtime/field/measured.ts';
import { modbusField } from '../../../../edge/runtime/field/modbus-field.ts';
import { overloadWatch } from '../../../../edge/runtime/field/overload.ts';
import type { BusQuality, Turnaround } from '../../../../sdk/model/link-quality.ts';
import { lineBench } from '../../../support/bus-under-test.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { registers, rtu } from '../../../support/scripted-slave.ts';
import { head, hydrant, siteOf } from '../../../support/site-yaml.ts';

const none = { requests: 0, answers: 0, timeouts: 0, crcErrors: 0, exceptions: 0, foreign: 0, late: 0 };
const quality = (turnaround: Turnaround | undefined, answers = 100): BusQuality => ({
  ...none,
  utilisation: 0,
  units: [{ ...none, unit: 1, state: 'answering', answers, ...(turnaround && { turnaround }) }],
});

describe('what is reckoned with', () => {
  const known: Measured = new Map([[1, { p50Ms: 50, p99Ms: 100 }]]);

  it.each<[consequence: string, before: Measured, now: readonly [p50: number, p99: number], isNews: boolean]>([
    ['as was assumed: nothing changes', new Map(), [11, 12], false],
    ['slower than was assumed', new Map(), [10, 13], true],
    ['faster than was assumed', new Map(), [7, 10], true],
    ['a fifth slower than before: nothing changes', known, [60, 120], false],
    ['more than a fifth slower', known, [61, 100], true],
    ['its slowest much faster', known, [50, 79], true],
    ['less than a millisecond', new Map([[1, { p50Ms: 1, p99Ms: 2 }]]), [2, 3], false],
  ])('%s', (_, before, [p50Ms, p99Ms], isNews) => {
    const next = remeasured(before, quality({ p50Ms, p99Ms }));
    if (isNews) expect(next.get(1)).toEqual({ p50Ms, p99Ms });
    else expect(next).toBe(before);
  });

  it('is not what a few answers say, nor a unit that never answered', () => {
    expect(remeasured(known, quality({ p50Ms: 500, p99Ms: 500 }, 7))).toBe(known);
    expect(remeasured(known, quality(undefined))).toBe(known);
  });
});

/** Hydrants on a serial bus of 9,600 baud that answer after `turnaround` ms, polled for `ms`; what was logged. */
async function hydrantsOnLine(count: number, turnaround: number, ms: number) {
  const site = siteOf(
    `${head}buses: [{ id: line, serial: /dev/line, devices: [${Array.from({ length: count }, (_, i) => `{ ${hydrant(`h-${i + 1}`, i + 1)} }`).join(', ')}] }]`,
  );
  const { bus, clock, line } = lineBench();
  const character = 10_000 / 9_600;
  line.answer((frame) => {
    const answer = rtu(...registers(frame.readUInt8(0), 3, ...Array.from({ length: frame.readUInt16BE(4) }, () => 5)));
    return [[(8 + answer.length) * character + turnaround, answer]];
  });
  const log = recordingLog();
  const [config] = site.buses;
  if (!config) throw new Error('there is no bus');
  const field = modbusField(bus, {
    clock,
    ticker: ticker(clock),
    log,
    confirm: true,
    cost: costOf(config),
    learning: { costOf: (measured) => costOf(config, measured), planned: overloadWatch(config, log) },
    listener: { values: () => {}, problem: () => {} },
  });
  field.replace(site.devices);
  void field.run(new AbortController().signal);
  await clock.advance(ms);
  return log.lines.filter(({ event }) => event === 'bus.slow');
}

describe('a bus whose devices were measured', () => {
  it('31 that answer in 50 ms at 9,600 baud are told as too much, once, though 31 of 10 ms are not', async () => {
    expect(await hydrantsOnLine(31, 50, 59_000)).toEqual([]);
    expect(await hydrantsOnLine(31, 50, 200_000)).toEqual([
      { event: 'bus.slow', fields: { bus: 'line', why: expect.stringMatching(/in use 2\d\d %/) } },
    ]);
    expect(await hydrantsOnLine(31, 10, 130_000)).toEqual([]);
  });
});
