import { describe, expect, it } from 'vitest';
import { openModbus } from '../../../../edge/bus/modbus/open-modbus.ts';
import { judgeUnit } from '../../../../edge/bus/scan/judge-unit.ts';
import { type ScanContext, scan } from '../../../../edge/bus/scan/scan.ts';
import { freshScan, lineSettings, type ScanState, scanSteps } from '../../../../edge/bus/scan/scan-plan.ts';
import { unitOf } from '../../../../simulators/modbus/unit.ts';
import type { LineSlave } from '../../../../simulators/serial/line-slave.ts';
import { type SerialLineOptions, serialLine } from '../../../../simulators/serial/serial-line.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { inFakeTime } from './fake-line.ts';

const holds = (value: number, more: Partial<LineSlave> = {}): LineSlave => ({
  unit: unitOf({ holding: { 0: value } }),
  strict: true,
  turnaroundMs: 10,
  ...more,
});

/** The real master scans a simulated line in virtual time. */
async function scanned(
  line: Omit<SerialLineOptions, 'clock' | 'slaves'>,
  slaves: Readonly<Record<number, LineSlave>>,
  bauds: readonly number[] = [9_600, 4_800],
  units: readonly number[] = [1, 2, 3, 4, 5, 6],
): Promise<{ found: readonly string[]; gapViolations: number; state: ScanState }> {
  const clock = fakeClock();
  const wire = serialLine({ ...line, clock, slaves: new Map(Object.entries(slaves).map(([u, s]) => [Number(u), s])) });
  const endpoints = lineSettings(bauds).map((s) => ({ kind: 'serial', path: '/dev/ttyS1', ...s }) as const);
  const plan = { steps: scanSteps(endpoints, units, [1]), all: false };
  let state = freshScan;
  const open: ScanContext['open'] = (endpoint, timing) =>
    openModbus(endpoint, timing, {
      clock,
      log: recordingLog(),
      openLine: async (at, listener) => {
        if (at.kind === 'serial') wire.setMaster({ baud: at.baud, parity: at.parity, stopBits: at.stopBits });
        return wire.connect(listener);
      },
    });
  const walking = async (): Promise<void> => {
    const ctx = { clock, signal: new AbortController().signal, open };
    for await (const progress of scan(plan, freshScan, ctx)) state = progress.state;
  };
  await inFakeTime(clock, walking());
  const found = state.findings.map((f) => `${f.unit} ${f.setting} ${judgeUnit(f, state.findings).kind}`);
  return { found: found.toSorted(), gapViolations: wire.stats().gapViolations, state };
}

describe('a scan of a simulated line', () => {
  it('finds all units and the speed, without breaking the silence between frames', async () => {
    const line = { baud: 4_800, parity: 'none', stopBits: 1 } as const;
    const { found, gapViolations } = await scanned(line, { 2: holds(2), 5: holds(5) });
    expect(found).toEqual(['2 4800 8N1 present', '5 4800 8N1 present']);
    expect(gapViolations).toBe(0);
  });

  it('finds the parity', async () => {
    const line = { baud: 9_600, parity: 'even', stopBits: 1 } as const;
    const { found } = await scanned(line, { 3: holds(3) });
    expect(found).toContain('3 9600 8E1 present');
    expect(found.filter((text) => text.endsWith('present'))).toHaveLength(1);
  });

  it('finds slow units and leaves their neighbours unblamed', async () => {
    const line = { baud: 9_600, parity: 'none', stopBits: 1 } as const;
    const { found } = await scanned(line, {
      2: holds(2, { turnaroundMs: 400 }),
      3: holds(3),
      4: holds(4, { turnaroundMs: 250 }),
    });
    expect(found).toEqual(['2 9600 8N1 present', '3 9600 8N1 present', '4 9600 8N1 present']);
  });

  it.each<[which: string, units: readonly number[], turnaroundMs: number, tables: 'holding' | 'input']>([
    ['the only one asked for', [3], 205, 'holding'],
    ['the only one asked for', [3], 240, 'holding'],
    ['the only one asked for', [3], 259, 'holding'],
    ['the only one asked for, with input registers only', [3], 240, 'input'],
    ['the only one asked for, with input registers only', [3], 700, 'input'],
    ['the last one', [1, 2, 3], 230, 'holding'],
    ['the first one', [3, 4, 5], 230, 'holding'],
  ])('finds a unit that is a little too slow, %s: %j, %i ms', async (_which, units, turnaroundMs, table) => {
    const line = { baud: 9_600, parity: 'none', stopBits: 1 } as const;
    const registers = unitOf({ [table]: { 0: 3 } });
    // Who does not know a table keeps silent about it, as some do.
    const slow: LineSlave = {
      ...holds(3, { turnaroundMs }),
      unit: registers,
      fault: (answer) => ((answer.pdu[0] ?? 0) & 0x80 ? [] : [answer]),
    };
    const { found } = await scanned(line, { 3: slow }, [9_600], units);
    expect(found).toEqual(['3 9600 8N1 present']);
  });

  it('finds units that are deaf for half a second after a request to a dead address', async () => {
    const line = { baud: 9_600, parity: 'none', stopBits: 1 } as const;
    const { found } = await scanned(line, { 3: holds(3, { deafMs: 500 }), 6: holds(6, { deafMs: 500 }) });
    expect(found).toEqual(['3 9600 8N1 present', '6 9600 8N1 present']);
  });

  it.each<[how: string, twin: LineSlave]>([
    ['one after the other', holds(3, { turnaroundMs: 60 })],
    ['at once, with different content', holds(777)],
    ['at once, a little apart', holds(3, { turnaroundMs: 13 })],
  ])('tells two units at one address that answer %s', async (_how, twin) => {
    const line = { baud: 9_600, parity: 'none', stopBits: 1 } as const;
    const { found } = await scanned(line, { 3: holds(3, { twin }), 5: holds(5) });
    expect(found).toEqual(['3 9600 8N1 conflict', '5 9600 8N1 present']);
  });
});
