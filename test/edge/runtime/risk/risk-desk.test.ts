import { describe, expect, it } from 'vitest';
import { calendarLevel, type RiskWindow } from '../../../../edge/runtime/risk/risk-calendar.ts';
import { atRisk, riskDesk } from '../../../../edge/runtime/risk/risk-desk.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { memoryDisk, memoryJournal } from '../../../support/memory-journal.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { settled } from '../../../support/settled.ts';
import { hydrant, onBus, siteOf } from '../../../support/site-yaml.ts';

const holiday: RiskWindow = { level: 'heightened', from: 'begin', to: 'end', why: 'holiday' };
const dry: RiskWindow = { level: 'severe', from: 'dry', to: 'wet', why: 'dry season' };
const next =
  (times: Readonly<Record<string, number>>) =>
  (cron: string): number | undefined =>
    times[cron];

describe('the calendar', () => {
  it.each([
    ['before a window', { begin: 10, end: 20 }, 'normal', ''],
    ['within a window, whose end is next', { begin: 100, end: 20 }, 'heightened', 'holiday'],
    ['within a window that never begins again', { end: 20 }, 'heightened', 'holiday'],
    ['a window that never ends again', { begin: 10 }, 'normal', ''],
    ['within two, the higher one', { begin: 100, end: 20, dry: 100, wet: 30 }, 'severe', 'dry season'],
  ] as const)('%s', (_when, times, level, why) => {
    expect(calendarLevel([holiday, dry], next(times))).toEqual({ level, why });
    expect(calendarLevel([dry, holiday], next(times))).toEqual({ level, why });
  });
});

describe('the level that the platform sets', () => {
  async function desk(disk = memoryDisk(), windows: readonly RiskWindow[] = []) {
    const [clock, log, levels] = [fakeClock(), recordingLog(), [] as string[]];
    const journal = memoryJournal(disk);
    const risk = await riskDesk({ windows, journal, clock, log, onLevel: (level) => levels.push(level) });
    return { risk, levels, clock, disk };
  }

  it('is told once, with who and why, and outlives a restart', async () => {
    const first = await desk();
    first.risk.set('severe', 'drought', 'duty');
    first.risk.set('severe', 'drought', 'duty');
    expect(first.levels).toEqual(['severe']);
    await settled();
    const second = await desk(first.disk);
    expect(second.risk.state()).toEqual({ level: 'severe', why: 'drought', operator: 'duty' });
  });

  it('is there from the first rules on after a restart', async () => {
    const first = await desk();
    first.risk.set('heightened', 'fair', 'duty');
    await settled();
    const second = await desk(first.disk);
    const stop = new AbortController();
    const running = second.risk.run(stop.signal);
    await second.clock.advance(10_000);
    stop.abort();
    await running;
    expect(second.risk.state().level).toBe('heightened');
  });

  it('never lowers what the calendar asks for', async () => {
    const always: RiskWindow = { level: 'severe', from: '0 0 31 2 *', to: '* * * * *', why: 'always' };
    const { risk, levels, clock } = await desk(memoryDisk(), [always]);
    const stop = new AbortController();
    const running = risk.run(stop.signal);
    await clock.advance(1);
    risk.set('heightened', 'fair', 'duty');
    stop.abort();
    await clock.advance(10_000);
    await running;
    expect([risk.state(), levels]).toEqual([{ level: 'severe', why: 'always' }, ['severe']]);
  });

  it('is left where it stood while the date is not known', async () => {
    const always: RiskWindow = { level: 'severe', from: '0 0 31 2 *', to: '* * * * *', why: 'always' };
    const { risk, clock } = await desk(memoryDisk(), [always]);
    clock.setTrust('unknown');
    const stop = new AbortController();
    const running = risk.run(stop.signal);
    await clock.advance(20_000);
    expect(risk.state().level).toBe('normal');
    stop.abort();
    await clock.advance(10_000);
    await running;
  });
});

describe('poll periods', () => {
  const device = (more = '') => {
    const profile = 'id: t, profile: generic/water-level, name: Tank, unit: 2';
    const [only] = siteOf(onBus(`${profile}${more}`)).devices;
    if (!only) throw new Error('no device');
    return only;
  };
  it('follow the level where the profile says so', () => {
    expect([atRisk(device(), 'normal').pollMs, atRisk(device(), 'severe').pollMs]).toEqual([2_000, 1_000]);
    expect(atRisk(device(), 'heightened').pollMs).toBe(2_000);
  });
  it('stay where the site has set them itself, or the profile says nothing', () => {
    expect(atRisk(device(', pollMs: 5000'), 'severe').pollMs).toBe(5_000);
    const [plain] = siteOf(onBus(hydrant('a', 1))).devices;
    expect(plain && atRisk(plain, 'severe')).toBe(plain);
  });
});
