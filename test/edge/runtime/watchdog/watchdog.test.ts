import { describe, expect, it } from 'vitest';
import type { Feeder } from '../../../../edge/platform/watchdog-feeder.ts';
import { alarmDesk } from '../../../../edge/runtime/alarms/alarm-desk.ts';
import { watchItself } from '../../../../edge/runtime/watch-itself.ts';
import { fedWhile } from '../../../../edge/runtime/watchdog/fed-while.ts';
import { runWatchdog } from '../../../../edge/runtime/watchdog/watchdog.ts';
import { FengsuiError } from '../../../../sdk/model/errors.ts';
import { seconds } from '../../../../sdk/model/time.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { busFigures } from '../../../support/link-figures.ts';
import { memoryDisk, memoryJournal } from '../../../support/memory-journal.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { hydrant, onBus, siteOf } from '../../../support/site-yaml.ts';

const minute = 60_000;

/** A gateway with one bus that is asked every second, and a watchdog that wants to be fed every five. */
async function stage() {
  const clock = fakeClock();
  const log = recordingLog();
  const disk = memoryDisk();
  const journal = memoryJournal(disk);
  const site = siteOf(onBus(hydrant('gate', 1)));
  const changes: unknown[] = [];
  const alarms = await alarmDesk({
    journal,
    clock,
    log,
    boot: 1,
    onChange: (change) => changes.push(change),
    onStored: () => undefined,
  });
  watchItself(site, alarms);
  const is = { polling: true, journal: true, judging: true, stalled: false };
  let fed = 0;
  const feeder: Feeder = {
    name: 'test',
    every: seconds(5),
    feed: () => {
      fed++;
      return fed === 1 ? Promise.reject(new Error('not now')) : Promise.resolve();
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  let requests = 0;
  const { units: _, ...figures } = busFigures('rs485', []);
  const fields = {
    quality: () => [['rs485', { ...figures, units: [], requests: is.polling ? requests++ : requests }] as const],
    answered: new Map(),
    problems: new Map<string, string>(),
  };
  const never = new Promise<never>(() => undefined);
  const stop = new AbortController();
  const parts = {
    site,
    devices: () => site.devices,
    fields,
    alarms: {
      trouble: (...args: Parameters<typeof alarms.trouble>) => {
        if (!is.judging) throw new FengsuiError('NOT_FOUND', 'the judgement is broken');
        alarms.trouble(...args);
      },
    },
    journal: {
      kept: (prefix: string) => (is.journal ? journal.kept(prefix) : never),
      status: () => ({ ...journal.status(), ...(is.stalled && { isStalled: true as const }) }),
    },
    clock,
    log,
  };
  const running = runWatchdog([feeder], parts, stop.signal);
  return {
    clock,
    log,
    disk,
    is,
    fields,
    changes,
    async fedIn(ms: number) {
      const before = fed;
      await clock.advance(ms);
      return fed - before;
    },
    async stop() {
      stop.abort(new Error('stop'));
      await running;
    },
  };
}

describe('the watchdog', () => {
  it('is fed while all goes well, also after a feeding that went wrong, and nobody is told of anything', async () => {
    const s = await stage();
    expect(await s.fedIn(10 * minute)).toBeGreaterThanOrEqual(119);
    expect(s.changes).toEqual([]);
    await s.stop();
  });

  it.each<['polling' | 'journal' | 'judging', string, number]>([
    ['polling', 'bus rs485', 2 * minute],
    ['journal', 'journal', 0],
    ['judging', 'judgement', 0],
  ])('is not fed any more some time after the end of %s', async (part, named, later) => {
    const s = await stage();
    await s.fedIn(minute);
    s.is[part] = false;
    await s.fedIn(minute + later);
    expect(await s.fedIn(10 * minute)).toBe(0);
    expect(s.log.lines.findLast(({ event }) => event === 'watchdog.hungry')?.fields).toMatchObject({ why: named });
    s.is[part] = true;
    expect(await s.fedIn(minute)).toBeGreaterThan(0);
    await s.stop();
  });

  it('is fed while a bus is down and while the disk fails: both are told, and neither is mended by a restart', async () => {
    const s = await stage();
    s.is.polling = false;
    s.fields.problems.set('rs485', 'unplugged');
    s.disk.fail('EIO');
    s.is.journal = false;
    await s.fedIn(10 * minute);
    const why = s.log.lines.filter(({ event }) => event === 'watchdog.hungry').map(({ fields }) => fields['why']);
    expect([why, await s.fedIn(minute)]).toEqual([['not now'], 12]);
    await s.stop();
  });

  it('is not fed while all that is known of the journal is that it does not answer: its thread may hang', async () => {
    const s = await stage();
    s.disk.fail('the disk has not answered for 30 s');
    s.is.stalled = true;
    s.is.journal = false;
    await s.fedIn(minute);
    expect(await s.fedIn(10 * minute)).toBe(0);
    await s.stop();
  });
});

it('a watchdog is fed while the journal is opened, however long that takes, and no longer', async () => {
  const clock = fakeClock();
  let fed = 0;
  const feeder: Feeder = {
    name: 'test',
    every: seconds(5),
    feed: async () => void fed++,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const opening = fedWhile([feeder], { clock, log: recordingLog() }, async () => {
    await clock.sleep(seconds(300), new AbortController().signal);
    return 'open';
  });
  await clock.advance(300_000);
  expect(await opening).toBe('open');
  expect(fed).toBeGreaterThanOrEqual(60);
  const before = fed;
  await clock.advance(60_000);
  expect(fed).toBe(before);
  const failing = fedWhile([feeder], { clock, log: recordingLog() }, () => Promise.reject(new Error('no disk')));
  await expect(failing).rejects.toThrow('no disk');
  await clock.advance(60_000);
  expect(fed).toBe(before + 1);
});
