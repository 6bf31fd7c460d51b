import { describe, expect, it } from 'vitest';
import { busScans, type Look } from '../../../../edge/runtime/diagnostics/bus-scans.ts';
import { millis } from '../../../../sdk/model/time.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { recordingLog } from '../../../support/recording-log.ts';

const someone = (unit: number) => ({ unit, devices: [], kind: 'present' as const, candidates: [] });

/** A bus on which unit 2 is polled, unit 4 answers, and a look at nobody takes a second. */
function stage(look?: Look) {
  const clock = fakeClock();
  const log = recordingLog();
  const asked: [unit: number, at: number][] = [];
  const scans = busScans({
    clock,
    log,
    devicesAt: (_, unit) => (unit === 2 ? ['gate'] : []),
    look: async (bus, unit, signal) => {
      asked.push([unit, clock.mono()]);
      if (look) return look(bus, unit, signal);
      await clock.sleep(millis(unit === 4 ? 50 : 1_000), signal);
      return unit === 4 ? someone(4) : undefined;
    },
  });
  return { clock, log, asked, scans };
}

describe('a scan of a bus that is being polled', () => {
  it('looks at each address but those that are polled, and leaves the bus four fifths of its time', async () => {
    const { clock, asked, scans } = stage();
    scans.start({ bus: 'street', from: 1, to: 5 });
    await clock.advance(60_000);
    expect(asked).toEqual([
      [1, 0],
      [3, 5_000],
      [4, 10_000],
      [5, 10_250],
    ]);
    expect(scans.state()).toEqual({
      isRunning: false,
      bus: 'street',
      from: 1,
      to: 5,
      done: 5,
      total: 5,
      found: [{ unit: 2, devices: ['gate'], kind: 'present', candidates: [] }, someone(4)],
    });
  });

  it('is one at a time; one that is stopped says so, keeps what it found, and makes room for the next', async () => {
    const { clock, scans } = stage();
    expect(() => scans.stop()).toThrow('no bus is being scanned');
    scans.start({ bus: 'street', from: 1, to: 100 });
    await clock.advance(5_500);
    expect(() => scans.start({ bus: 'home', from: 1, to: 2 })).toThrow('“street” is being scanned');
    scans.stop();
    await clock.advance(0);
    expect(scans.state()).toMatchObject({ isRunning: false, done: 2, why: 'it was stopped', found: [{ unit: 2 }] });
    scans.start({ bus: 'home', from: 1, to: 1 });
    await clock.advance(10_000);
    expect(scans.state()).toMatchObject({ isRunning: false, bus: 'home', done: 1, total: 1 });
    expect(scans.state().why).toBeUndefined();
  });

  it('a bus that is down ends it with the reason', async () => {
    const { clock, scans } = stage(() => Promise.reject(new Error('the port is gone')));
    scans.start({ bus: 'street', from: 1, to: 9 });
    await clock.advance(1_000);
    expect(scans.state()).toMatchObject({ isRunning: false, done: 0, why: 'the port is gone' });
  });

  it('ends with the gateway', async () => {
    const { clock, scans } = stage();
    scans.start({ bus: 'street', from: 1, to: 9 });
    await clock.advance(100);
    await scans[Symbol.asyncDispose]();
    await clock.advance(60_000);
    expect(scans.state()).toMatchObject({ isRunning: false, why: 'the gateway stops' });
  });
});
