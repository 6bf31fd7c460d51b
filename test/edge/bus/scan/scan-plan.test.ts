import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModbusEndpoint } from '../../../../edge/bus/modbus/modbus-bus.ts';
import type { Finding } from '../../../../edge/bus/scan/judge-unit.ts';
import {
  freshScan,
  lineSettings,
  type ScanState,
  scanSteps,
  settingName,
  stepsLeft,
} from '../../../../edge/bus/scan/scan-plan.ts';

const endpoints = (...settings: ReturnType<typeof lineSettings>): readonly ModbusEndpoint[] =>
  settings.map((setting) => ({ kind: 'serial', path: '/dev/ttyS1', ...setting }));
const names = (all: readonly ModbusEndpoint[]): readonly string[] => all.map(settingName);
const finding = (setting: string, heard: Finding['heard']): Finding => ({
  setting,
  unit: 1,
  from: 'holding',
  heard,
  damaged: 0,
  surplus: 0,
});
const intact: Finding['heard'] = [{ kind: 'words', words: [1] }];

describe('the plan of a scan', () => {
  it('tries the speeds in their usual order, without parity first', () => {
    expect(names(endpoints(...lineSettings()))).toEqual([
      '9600 8N1',
      '4800 8N1',
      '19200 8N1',
      '2400 8N1',
      '115200 8N1',
      '9600 8E1',
      '4800 8E1',
      '19200 8E1',
      '2400 8E1',
      '115200 8E1',
    ]);
  });

  it('asks likely units at every setting before it asks all the others', () => {
    const steps = scanSteps(endpoints(...lineSettings([9_600, 4_800], ['none'])), [1, 2, 3], [3, 99]);
    expect(steps.map(({ endpoint, unit }) => `${settingName(endpoint)} ${unit}`)).toEqual([
      '9600 8N1 3',
      '4800 8N1 3',
      '9600 8N1 1',
      '9600 8N1 2',
      '4800 8N1 1',
      '4800 8N1 2',
    ]);
  });

  it('stays at the setting at which somebody answered, unless all are wanted', () => {
    const steps = scanSteps(endpoints(...lineSettings([9_600, 4_800], ['none'])), [1, 2], [1]);
    const state: ScanState = { ...freshScan, done: 2, findings: [finding('4800 8N1', intact)] };
    const left = (all: boolean) =>
      stepsLeft({ steps, all }, state).map((i) => steps[i] && settingName(steps[i].endpoint));
    expect(left(false)).toEqual(['4800 8N1']);
    expect(left(true)).toEqual(['9600 8N1', '4800 8N1']);
  });

  it('takes damaged bytes for no sign of a right speed', () => {
    const steps = scanSteps(endpoints(...lineSettings([9_600, 4_800], ['none'])), [1], []);
    const state: ScanState = {
      ...freshScan,
      done: 1,
      findings: [finding('9600 8N1', [{ kind: 'damaged', detail: '' }])],
    };
    expect(stepsLeft({ steps, all: false }, state)).toEqual([1]);
  });

  it('asks every unit at every setting exactly once, wherever it is cut in two', () => {
    const some = fc.uniqueArray(fc.integer({ min: 1, max: 247 }), { maxLength: 12 });
    fc.assert(
      fc.property(some, some, fc.nat(40), (units, likely, cut) => {
        const steps = scanSteps(endpoints(...lineSettings([9_600, 2_400], ['none', 'odd'])), units, likely);
        const plan = { steps, all: true };
        const whole = stepsLeft(plan, freshScan);
        expect(new Set(whole.map((i) => JSON.stringify(steps[i]))).size).toBe(4 * units.length);
        expect([...whole.filter((i) => i < cut), ...stepsLeft(plan, { ...freshScan, done: cut })]).toEqual(whole);
      }),
    );
  });
});
