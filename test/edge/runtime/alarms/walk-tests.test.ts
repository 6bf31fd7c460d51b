import { describe, expect, it } from 'vitest';
import { callButton } from '../../../../device-profiles/generic/call-button.ts';
import { wirelessSmokeAlarm } from '../../../../device-profiles/generic/wireless-smoke-alarm.ts';
import { walkTests } from '../../../../edge/runtime/alarms/walk-tests.ts';
import { minutes } from '../../../../sdk/model/time.ts';
import { type DeskRun, deskRun } from '../../../support/alarm-desk-run.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { type MemoryDisk, memoryDisk, memoryJournal } from '../../../support/memory-journal.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { settled } from '../../../support/settled.ts';

async function watching(disk = memoryDisk(), boot = 1): Promise<DeskRun> {
  const run = await deskRun({ disk, boot });
  for (const room of ['hall', 'attic', 'cellar']) run.watch(room, wirelessSmokeAlarm);
  run.watch('bed', callButton);
  return run;
}
async function testing(sounders: 'quiet' | 'chirp' = 'quiet', disk = memoryDisk()): Promise<DeskRun> {
  const run = await watching(disk);
  run.desk.walkTest.start({ devices: ['hall', 'attic'], length: minutes(30), sounders, operator: 'installer' });
  return run;
}
const smoke = (run: DeskRun, room: string): void => run.sees(room, 'status', 'smoke');
const clear = (run: DeskRun, room: string): void => run.sees(room, 'status', 'normal');
const statuses = (run: DeskRun) => run.desk.walkTest.state().running?.devices.map((d) => d.status);

describe('a device of the list', () => {
  it('that is tripped is ticked off, is no alarm, and stays in the journal as a test', async () => {
    const run = await testing();
    smoke(run, 'hall');
    smoke(run, 'hall');
    expect(run.events()).toEqual(['hall/smoke tested 1']);
    expect(run.changes[0]).toMatchObject({ kind: 'test', phase: 'normal' });
    expect([[...run.desk.active], run.desk.standing(), statuses(run)]).toEqual([[], [], ['active', 'untested']]);
    clear(run, 'hall');
    expect(statuses(run)).toEqual(['passed', 'untested']);
    expect(run.chirps).toEqual([]);
  });

  it('is heard where the test is to chirp', async () => {
    const run = await testing('chirp');
    smoke(run, 'hall');
    expect(run.chirps).toEqual(['hall/smoke']);
  });

  it('that comes a second time after it restored is real: the test ends and the fire goes through', async () => {
    const run = await testing();
    smoke(run, 'hall');
    clear(run, 'hall');
    smoke(run, 'hall');
    expect(run.events()).toEqual(['hall/smoke tested 1', 'hall/smoke raised 2']);
    expect(run.desk.active.has('hall/smoke')).toBe(true);
    expect(run.desk.walkTest.state()).toMatchObject({ report: { ended: 'aborted', why: 'a real alarm: hall/smoke' } });
  });

  it('that does not restore is real after five minutes', async () => {
    const run = await testing();
    smoke(run, 'hall');
    await run.wait(299, () => smoke(run, 'hall'));
    expect(run.desk.active.size).toBe(0);
    await run.wait(1);
    expect(run.events()).toEqual(['hall/smoke tested 1', 'hall/smoke raised 1']);
    expect(run.desk.walkTest.state()).toMatchObject({ report: { ended: 'aborted' } });
  });
});

describe('a real alarm', () => {
  it.each<[string, (run: DeskRun) => void, string]>([
    ['a fire', (run) => smoke(run, 'cellar'), 'cellar/smoke raised 1'],
    ['a call', (run) => run.sees('bed', 'pressed', true), 'bed/pressed raised 1'],
  ])('of a device that is not in the list, %s, ends the test and goes through', async (_what, happens, event) => {
    const run = await testing();
    happens(run);
    await run.clock.advance(1_000);
    happens(run); // a button is held for 50 ms
    expect(run.events()).toEqual([event]);
    expect(run.desk.walkTest.state()).toMatchObject({ report: { ended: 'aborted' } });
  });

  it('leaves a device that was just tripped no longer a test', async () => {
    const run = await testing();
    smoke(run, 'hall');
    smoke(run, 'cellar');
    expect([...run.desk.active].toSorted()).toEqual(['cellar/smoke', 'hall/smoke']);
  });

  it('is not made of a fault', async () => {
    const run = await testing();
    run.sees('cellar', 'status', 'fault');
    expect(statuses(run)).toEqual(['untested', 'untested']);
  });
});

describe('the end', () => {
  it('comes by itself, with who was not tested', async () => {
    const run = await testing();
    smoke(run, 'hall');
    clear(run, 'hall');
    await run.wait(1_800);
    const { running, report } = run.desk.walkTest.state();
    expect(running).toBeUndefined();
    expect(report).toMatchObject({ ended: 'finished', why: 'its time is over', operator: 'installer' });
    expect(report?.devices.map((d) => [d.device, d.status])).toEqual([
      ['hall', 'passed'],
      ['attic', 'untested'],
    ]);
    smoke(run, 'hall');
    expect(run.desk.active.has('hall/smoke')).toBe(true);
  });

  it('comes when all have passed, or by hand', async () => {
    const all = await testing();
    for (const room of ['hall', 'attic']) {
      smoke(all, room);
      clear(all, room);
    }
    await all.wait(1);
    expect(all.desk.walkTest.state().report).toMatchObject({ ended: 'finished', why: 'all passed' });
    const stopped = await testing();
    stopped.desk.walkTest.stop('installer');
    expect(stopped.desk.walkTest.state().report).toMatchObject({ ended: 'stopped' });
    expect(() => stopped.desk.walkTest.stop('installer')).toThrow('no walk test is running');
  });

  it('survives a restart: the test goes on, and so does its report', async () => {
    const disk = memoryDisk();
    const before = await testing('quiet', disk);
    smoke(before, 'hall');
    await settled();
    const after = await watching(disk, 2);
    expect(statuses(after)).toEqual(['active', 'untested']);
    smoke(after, 'hall'); // still tripped
    expect(after.events()).toEqual([]);
    clear(after, 'hall');
    expect(statuses(after)).toEqual(['passed', 'untested']);
    after.desk.walkTest.stop('installer');
    await settled();
    const later = await watching(disk, 3);
    expect(later.desk.walkTest.state()).toMatchObject({ report: { ended: 'stopped', operator: 'installer' } });
  });
});

describe('a test over several restarts', () => {
  const parts = (disk: MemoryDisk, wall: number) => ({
    journal: memoryJournal(disk),
    clock: fakeClock(wall),
    log: recordingLog(),
    onTick: () => undefined,
    onRunning: () => undefined,
    isStillTripped: () => false,
  });
  const start = Date.UTC(2026, 0, 1);

  it('takes no longer than it was to take', async () => {
    const disk = memoryDisk();
    const wanted = { devices: ['hall', 'attic'], length: minutes(60), sounders: 'quiet', operator: 'x' } as const;
    (await walkTests(parts(disk, start))).start(wanted);
    const half = await walkTests(parts(disk, start + 30 * 60_000));
    expect(half.state().running?.leftMs).toBe(30 * 60_000);
    const over = await walkTests(parts(disk, start + 61 * 60_000));
    over.tick();
    expect(over.state()).toMatchObject({ report: { ended: 'finished' } });
  });

  it('has what was left of it where the clock has gone back', async () => {
    const disk = memoryDisk();
    const wanted = { devices: ['hall'], length: minutes(60), sounders: 'quiet', operator: 'x' } as const;
    (await walkTests(parts(disk, start))).start(wanted);
    const after = await walkTests(parts(disk, 0));
    expect(after.state().running?.leftMs).toBe(60 * 60_000);
  });
});

it.each([
  ['nobody', { devices: [] }, 'name at least one device'],
  ['no time', { length: minutes(0) }, '1 to 240 minutes'],
  ['a day', { length: minutes(1_440) }, '1 to 240 minutes'],
])('a test of %s is refused', async (_what, wrong, message) => {
  const run = await watching();
  const wanted = { devices: ['hall'], length: minutes(5), sounders: 'quiet', operator: 'x' } as const;
  expect(() => run.desk.walkTest.start({ ...wanted, ...wrong })).toThrow(message);
});

it('only one test runs at a time', async () => {
  const run = await testing();
  const wanted = { devices: ['hall'], length: minutes(5), sounders: 'quiet', operator: 'x' } as const;
  expect(() => run.desk.walkTest.start(wanted)).toThrow('a walk test of installer is running');
});

describe('a device that must be tested once a year', () => {
  const day = 86_400;
  const overdue = (run: DeskRun): readonly string[] =>
    [...run.desk.active].filter((key) => key.endsWith('test-overdue'));
  const days = async (run: DeskRun, count: number): Promise<void> => {
    await run.clock.advance(count * day * 1_000);
    run.desk.tick();
  };

  it('is told when a year has gone, and no more once it was tested', async () => {
    const run = await watching();
    run.desk.tick();
    await days(run, 365);
    expect(overdue(run)).toEqual([]);
    await days(run, 1);
    expect(overdue(run)).toContain('hall/test-overdue');
    run.desk.walkTest.start({ devices: ['hall'], length: minutes(5), sounders: 'quiet', operator: 'x' });
    smoke(run, 'hall');
    clear(run, 'hall');
    run.desk.tick();
    expect(overdue(run)).not.toContain('hall/test-overdue');
    expect(overdue(run)).toContain('attic/test-overdue');
  });

  it('is tested by its own button, too, and remembers it over a restart', async () => {
    const disk = memoryDisk();
    const run = await watching(disk);
    run.desk.tick();
    await days(run, 300);
    run.sees('hall', 'status', 'test');
    await settled();
    const after = await watching(disk, 2);
    await after.clock.advance(366 * day * 1_000);
    after.desk.tick();
    expect(overdue(after)).toContain('attic/test-overdue');
    expect(overdue(after)).not.toContain('hall/test-overdue');
  });

  it('is not told while nobody knows the date', async () => {
    const run = await watching();
    run.desk.tick();
    run.clock.setTrust('unknown');
    await days(run, 400);
    expect(overdue(run)).toEqual([]);
  });
});
