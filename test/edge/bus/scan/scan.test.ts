import { describe, expect, it } from 'vitest';
import type { ModbusEndpoint } from '../../../../edge/bus/modbus/modbus-bus.ts';
import { judgeUnit } from '../../../../edge/bus/scan/judge-unit.ts';
import { type ScanProgress, scan } from '../../../../edge/bus/scan/scan.ts';
import {
  freshScan,
  lineSettings,
  type ScanPlan,
  type ScanState,
  scanSteps,
} from '../../../../edge/bus/scan/scan-plan.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { fakeLine, inFakeTime, registers, type Slave } from './fake-line.ts';

const serial = (bauds: readonly number[]): readonly ModbusEndpoint[] =>
  lineSettings(bauds, ['none']).map((setting) => ({ kind: 'serial', path: '/dev/ttyS1', ...setting }));
const planOf = (bauds: readonly number[], units: readonly number[], all = false): ScanPlan => ({
  steps: scanSteps(serial(bauds), units, [1]),
  all,
});

/** A scan in fake time, walked to its end, or until `until` says enough. */
async function walk(
  slaves: Readonly<Record<string, Slave>>,
  plan: ScanPlan,
  from: ScanState = freshScan,
  until: (progress: ScanProgress) => boolean = () => false,
) {
  const clock = fakeClock();
  const line = fakeLine(clock, slaves);
  const steps: ScanProgress[] = [];
  let failure: unknown;
  const walking = async (): Promise<void> => {
    for await (const progress of scan(plan, from, { clock, signal: new AbortController().signal, open: line.open })) {
      steps.push(progress);
      if (until(progress)) break;
    }
  };
  await inFakeTime(clock, walking()).catch((error: unknown) => {
    failure = error;
  });
  const state = steps.at(-1)?.state ?? from;
  const findings = state.findings.toSorted((a, b) => a.unit - b.unit);
  const found = findings.map((f) => `${f.unit} ${f.setting} ${judgeUnit(f, state.findings).kind}`);
  return { line, steps, state, found, failure };
}

describe('a scan', () => {
  it('finds who answers, with a value or with a refusal, at the speed of the line', async () => {
    const { found, line } = await walk(
      { '4800 8N1 2': registers(7), '4800 8N1 5': () => ({ exception: 2 }) },
      planOf([9_600, 4_800, 19_200], [1, 2, 3, 4, 5]),
    );
    expect(found).toEqual(['2 4800 8N1 present', '5 4800 8N1 present']);
    expect(line.asked.filter(({ setting }) => setting === '19200 8N1')).toHaveLength(2); // unit 1 alone, by both tables
  });

  it('asks at the other speeds too if all are wanted', async () => {
    const slaves = { '9600 8N1 2': registers(7), '19200 8N1 3': registers(9) };
    expect((await walk(slaves, planOf([9_600, 19_200], [1, 2, 3], true))).found).toEqual([
      '2 9600 8N1 present',
      '3 19200 8N1 present',
    ]);
  });

  it('finds who knows input registers only', async () => {
    const input: Slave = ({ table }) => (table === 'input' ? { words: [230] } : { fail: 'BUS_TIMEOUT' });
    const { state } = await walk({ '9600 8N1 2': input }, planOf([9_600], [1, 2]));
    expect(state.findings).toMatchObject([{ unit: 2, from: 'input', heard: [{ words: [230] }, {}, {}, {}, {}, {}] }]);
  });

  it('never asks unit 0 and never anything but a read of one register', async () => {
    const { line } = await walk({ '9600 8N1 2': registers(7) }, planOf([9_600], [1, 2, 3]));
    expect(line.asked.every(({ unit, count, address }) => unit > 0 && count === 1 && address === 0)).toBe(true);
  });

  it('looks again, with patience, at a unit whose answer came too late', async () => {
    const { found } = await walk({ '9600 8N1 2': () => ({ words: [1], after: 600 }) }, planOf([9_600], [1, 2, 3]));
    expect(found).toEqual(['2 9600 8N1 present']);
  });

  it('takes an answer to the request before for a sign of slowness, not for damage', async () => {
    const tardy: Slave = (_block, n) =>
      n === 0 ? { fail: 'BUS_TIMEOUT' } : n === 1 ? { fail: 'BUS_REPLY' } : { words: [1] };
    const { state } = await walk({ '9600 8N1 2': tardy }, planOf([9_600], [1, 2, 3]));
    expect(state.findings).toMatchObject([{ unit: 2, damaged: 0 }]);
  });

  it('does not take the talk of another master for an answer of the unit', async () => {
    const overheard: Slave = () => ({ fail: 'BUS_REPLY', frame: '1103020001aabb' });
    expect((await walk({ '9600 8N1 2': overheard }, planOf([9_600], [1, 2, 3]))).found).toEqual([]);
  });

  it('does not hold the late answer of a neighbour against a unit', async () => {
    const slaves: Record<string, Slave> = {
      '9600 8N1 2': () => ({ words: [1], after: 600 }),
      '9600 8N1 3': registers(5),
    };
    expect((await walk(slaves, planOf([9_600], [1, 2, 3]))).found).toEqual([
      '2 9600 8N1 present',
      '3 9600 8N1 present',
    ]);
  });

  it('tells two devices at one address from one', async () => {
    const slaves: Record<string, Slave> = {
      '9600 8N1 2': (_block, n) => ({ words: [n % 2 ? 900 : 3] }),
      '9600 8N1 3': () => ({ words: [3], surplus: 1 }),
      '9600 8N1 4': () => ({ fail: 'BUS_CRC' }),
      '9600 8N1 5': registers(5),
    };
    expect((await walk(slaves, planOf([9_600], [2, 3, 4, 5]))).found).toEqual([
      '2 9600 8N1 conflict',
      '3 9600 8N1 conflict',
      '4 9600 8N1 conflict',
      '5 9600 8N1 present',
    ]);
  });

  it('goes on to other speeds when bytes come but never an intact answer', async () => {
    const slaves: Record<string, Slave> = {
      '9600 8N1 2': () => ({ fail: 'BUS_CRC' }),
      '4800 8N1 2': registers(7),
    };
    expect((await walk(slaves, planOf([9_600, 4_800], [2]))).found).toEqual([
      '2 9600 8N1 damaged',
      '2 4800 8N1 present',
    ]);
  });

  it('says at which speed another master was heard', async () => {
    const overheard: Slave = () => ({ fail: 'BUS_TIMEOUT', foreign: 1 });
    const { state } = await walk(
      { '4800 8N1 2': overheard, '4800 8N1 3': overheard },
      planOf([9_600, 4_800], [1, 2, 3]),
    );
    expect(state.traffic).toEqual(['4800 8N1']);
  });

  it('takes the word of a network gateway that nobody is there', async () => {
    const endpoint = { kind: 'tcp', host: '10.0.0.9', port: 502 } as const;
    const plan = { steps: scanSteps([endpoint], [1, 2, 3], []), all: false };
    const absent: Slave = () => ({ exception: 11 });
    const at = '10.0.0.9:502';
    const { found } = await walk({ [`${at} 1`]: absent, [`${at} 2`]: registers(4), [`${at} 3`]: absent }, plan);
    expect(found).toEqual(['2 10.0.0.9:502 present']);
  });

  it('goes on where it was stopped, and comes to the same end', async () => {
    const slaves = { '9600 8N1 2': registers(7), '9600 8N1 4': registers(8) };
    const plan = planOf([9_600, 4_800], [1, 2, 3, 4, 5]);
    const whole = await walk(slaves, plan);
    const begun = await walk(slaves, plan, freshScan, ({ step }) => step.unit === 3);
    const ended = await walk(slaves, plan, begun.state);
    expect(begun.found).toEqual(['2 9600 8N1 present']);
    expect(ended.line.asked.map(({ unit }) => unit)).not.toContain(2);
    expect(ended.state).toEqual(whole.state);
  });

  it('tells how much is left, down to nothing', async () => {
    const { steps } = await walk({}, planOf([9_600, 4_800], [1, 2, 3]));
    expect(steps.map(({ left }) => left.steps)).toEqual([5, 4, 3, 2, 1, 0]);
    // Two silences of 200 ms a unit, and at the last one of a setting, as the only likely one is, a second for the slow.
    expect(steps[0]?.left.time).toBe(5 * 1_400);
    expect(steps[1]?.left.time).toBe(4 * 1_400);
    expect(steps[2]?.left.time).toBe((3 * (2 * 1_400 + 460)) / 3);
    expect(steps.at(-1)?.left.time).toBe(0);
  });

  it('ends with the failure of the bus, and closes it', async () => {
    const { failure, line, steps } = await walk(
      { '9600 8N1 2': () => ({ fail: 'BUS_DOWN' }) },
      planOf([9_600], [1, 2, 3]),
    );
    expect(failure).toMatchObject({ code: 'BUS_DOWN' });
    expect(steps).toHaveLength(1);
    line.open(serial([9_600])[0] ?? { kind: 'tcp', host: '', port: 1 }, {} as never); // throws if one was left open
  });
});
