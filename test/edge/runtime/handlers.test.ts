import { describe, expect, it } from 'vitest';
import { rulesOf } from '../../../edge/alarm/rules-of.ts';
import type { Entry } from '../../../edge/journal/journal.ts';
import { logTail } from '../../../edge/platform/log-tail.ts';
import { alarmDesk } from '../../../edge/runtime/alarms/alarm-desk.ts';
import type { SiteDevice } from '../../../edge/runtime/config/site.ts';
import { deviceList } from '../../../edge/runtime/device-list.ts';
import { handlers } from '../../../edge/runtime/handlers.ts';
import { type LivePoint, telemetryRecorder } from '../../../edge/runtime/telemetry-recorder.ts';
import { wallTime } from '../../../sdk/model/time.ts';
import type { BatchesResult, HistoryResult, LatestPoint, LatestResult } from '../../../sdk/wire/methods.ts';
import type { Data } from '../../../sdk/wire/request.ts';
import { encodeGone } from '../../../sdk/wire/telemetry.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { busFigures, statusOf, unitFigures } from '../../support/link-figures.ts';
import { memoryDisk, memoryJournal } from '../../support/memory-journal.ts';
import { noScans } from '../../support/no-scans.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { hydrant, onBus, siteOf } from '../../support/site-yaml.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const t0 = Date.UTC(2026, 0, 1);
const figures = statusOf(busFigures('rs485', [unitFigures(1)]));

/** All that handlers talk to, over a journal in memory. */
async function stage(...entries: string[]) {
  const clock = fakeClock(t0);
  const log = recordingLog();
  const disk = memoryDisk();
  const journal = memoryJournal(disk);
  const site = siteOf(onBus(...entries));
  const recorder = telemetryRecorder({
    journal,
    clock,
    log,
    boot: 1,
    commitMs: 1_000,
    chunkBytes: 48_000,
    onStored: () => undefined,
  });
  const alarms = await alarmDesk({
    journal,
    clock,
    log,
    boot: 1,
    onChange: () => undefined,
    onStored: () => undefined,
  });
  const devices = await deviceList(site, `${await temporaryFolder()}/devices.json`, log);
  const removed: unknown[] = [];
  let points: ReadonlyMap<string, readonly LivePoint[]> = new Map();
  const apply = (list: readonly SiteDevice[]): void => {
    points = recorder.setDevices(list);
    for (const d of list) alarms.watch(d.id, rulesOf(d));
  };
  apply(devices.devices);
  const { query, command } = handlers({
    logs: logTail(log, clock),
    scans: noScans,
    journal,
    alarms,
    zones: [],
    risk: { state: () => ({ level: 'normal', why: '' }), set: () => undefined },
    devices,
    deviceCommands: { invoke: async () => expect.unreachable(), outcome: () => expect.unreachable() },
    site,
    desired: { apply: () => expect.unreachable() },
    points: () => points,
    table: recorder.table,
    wallOf: (value) => clock.wall() - (clock.mono() - value.at),
    flush: recorder.flush,
    applyDevices: (gone) => {
      if (gone) removed.push(gone);
      apply(devices.devices);
    },
    resume: () => 42,
    status: () => figures,
    certificates: { show: async () => ({}), install: async () => ({}) },
  });
  const reads = (device: string, value: number): void => {
    for (const point of points.get(device) ?? []) recorder.record(point, { quality: 'good', at: clock.mono(), value });
  };
  const loses = (device: string): void => {
    for (const point of points.get(device) ?? [])
      recorder.record(point, { quality: 'lost', at: clock.mono(), why: 'timeout' });
  };
  const latest = async (params: Data = {}): Promise<LatestResult> =>
    (await query('latest', params)) as unknown as LatestResult;
  const history = async (params: Data): Promise<HistoryResult> =>
    (await query('history', params)) as unknown as HistoryResult;
  const since = (rows: readonly LatestPoint[]): (readonly [number, Data])[] =>
    rows.map(([, wall, value]) => [wall - t0, value]);
  return {
    clock,
    disk,
    journal,
    recorder,
    devices,
    alarms,
    query,
    command,
    reads,
    loses,
    latest,
    history,
    since,
    removed,
  };
}
const range = (from: number, to: number, more = {}): Data => ({
  device: 'gate',
  from: t0 + from,
  to: t0 + to,
  ...more,
});

describe('latest', () => {
  it('says value, time and what is wrong with it; nothing of a point that was never read', async () => {
    const s = await stage(hydrant('gate', 1), hydrant('barn', 2), hydrant('shed', 3));
    s.reads('gate', 0.3);
    s.loses('barn');
    await s.clock.advance(500);
    expect(await s.latest()).toEqual({
      devices: [
        { device: 'barn', points: [['pressure', t0, null, 'timeout']] },
        { device: 'gate', points: [['pressure', t0, 0.3]] },
        { device: 'shed', points: [] },
      ],
    });
  });

  it('of one device, or a plain no', async () => {
    const s = await stage(hydrant('gate', 1));
    expect((await s.latest({ device: 'gate' })).devices).toHaveLength(1);
    await expect(s.query('latest', { device: 'barn' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('comes in pages of 100 devices that together are all of them, each once', async () => {
    const all = Array.from({ length: 230 }, (_, i) => `h-${String(i).padStart(3, '0')}`);
    const s = await stage(...all.map((id, i) => hydrant(id, i + 1)));
    const seen: string[] = [];
    const sizes: number[] = [];
    let page = await s.latest(null);
    for (;;) {
      seen.push(...page.devices.map((d) => d.device));
      sizes.push(page.devices.length);
      if (page.next === undefined) break;
      page = await s.latest({ after: page.next });
    }
    expect([sizes, seen]).toEqual([[100, 100, 30], all]);
  });
});

describe('history', () => {
  it('holds what is still in memory, too', async () => {
    const s = await stage(hydrant('gate', 1));
    s.reads('gate', 0.3);
    expect(s.since((await s.history(range(0, 1_000))).rows)).toEqual([[0, 0.3]]);
  });

  it('is cut to device, points and time, whatever else stands in the batch', async () => {
    const s = await stage(hydrant('gate', 1), hydrant('barn', 2));
    for (const value of [0.1, 0.2, 0.3, 0.4]) {
      s.reads('gate', value);
      s.reads('barn', 1);
      await s.clock.advance(200);
    }
    expect(s.since((await s.history(range(200, 400))).rows)).toEqual([
      [200, 0.2],
      [400, 0.3],
    ]);
    expect((await s.history(range(0, 999, { points: ['battery'] }))).rows).toEqual([]);
    expect((await s.history(range(0, 999, { points: ['pressure'] }))).rows).toHaveLength(4);
  });

  it('reads each batch by its own table, across changes of the device list', async () => {
    const s = await stage(hydrant('gate', 1));
    s.reads('gate', 0.1);
    await s.command(
      'provision',
      { device: { bus: 'rs485', id: 'aaa', profile: 'generic/fire-main', name: 'A', unit: 9 } },
      'duty',
    );
    await s.clock.advance(100);
    s.reads('aaa', 1);
    s.reads('gate', 0.2);
    await s.command('remove', { device: 'aaa' }, 'duty');
    await s.clock.advance(100);
    s.reads('gate', 0.3);
    expect(s.since((await s.history(range(0, 1_000))).rows)).toEqual([
      [0, 0.1],
      [100, 0.2],
      [200, 0.3],
    ]);
  });

  it('comes in pages that together are all of it, each row once', async () => {
    const s = await stage(hydrant('gate', 1));
    for (let i = 0; i < 2_500; i++) {
      s.reads('gate', i % 2);
      await s.recorder.flush();
    }
    const rows: LatestPoint[] = [];
    let pages = 0;
    let page = await s.history(range(0, 0));
    for (;;) {
      rows.push(...page.rows);
      pages++;
      if (page.next === undefined) break;
      page = await s.history(range(0, 0, { after: page.next }));
    }
    expect([pages, rows.length]).toEqual([3, 2_500]);
  });

  it('is summed up by spans on request; a span that cannot be meant is refused', async () => {
    const s = await stage(hydrant('gate', 1));
    for (const value of [0.1, 0.2, 0.4]) {
      s.reads('gate', value);
      await s.clock.advance(600);
    }
    s.loses('gate');
    expect(await s.query('history', range(0, 3_000, { every: 1_200 }))).toEqual({
      buckets: [
        ['pressure', t0, 2, 0, 0.2, 0.1, 0.2, expect.closeTo(0.15)],
        ['pressure', t0 + 1_200, 1, 1, 0.4, 0.4, 0.4, 0.4],
      ],
    });
    for (const every of [999, 32 * 86_400_000])
      await expect(s.query('history', range(0, 1, { every }))).rejects.toMatchObject({
        code: 'INVALID',
        message: expect.stringContaining('a second to 31 days'),
      });
  });

  it('does not wait for a disk that takes nothing', async () => {
    const s = await stage(hydrant('gate', 1));
    s.reads('gate', 0.1);
    await s.recorder.flush();
    s.disk.fail('full');
    s.reads('gate', 0.2);
    expect((await s.history(range(0, 1_000))).rows).toHaveLength(1);
  });

  it.each<[why: string, params: Data]>([
    ['no device', { from: 0, to: 1 }],
    ['no times', { device: 'gate' }],
    ['times in words', { device: 'gate', from: 'today', to: 'now' }],
    ['no parameters at all', null],
  ])('%s is refused', async (_, params) => {
    const s = await stage(hydrant('gate', 1));
    await expect(s.query('history', params)).rejects.toMatchObject({
      code: 'PROTOCOL',
      message: expect.stringContaining('params['),
    });
  });
});

describe('batches', () => {
  const gone = (first: number, seq: number, fill = 0): Entry => {
    const at = wallTime(t0);
    const message = { log: 4_711, first, seq, from: at, to: at };
    return { seq, at, body: Uint8Array.from([...encodeGone(message), ...new Uint8Array(fill)]) };
  };
  const asked = async (entries: readonly Entry[], after: number, upTo: number): Promise<readonly number[]> => {
    const s = await stage(hydrant('gate', 1));
    s.disk.lanes.telemetry.push(...entries);
    const { batches } = (await s.query('batches', { log: s.journal.id, after, upTo })) as unknown as BatchesResult;
    return batches.map((body) => entries.findIndex((entry) => entry.body === body));
  };

  it.each<[what: string, after: number, upTo: number, given: readonly number[]]>([
    ['those between the numbers', 1, 3, [1, 2]],
    ['one that stands for numbers before its own, and begins among them', 3, 5, [3]],
    ['none that begins behind them', 900, 901, []],
  ])('are %s', async (_, after, upTo, given) => {
    const entries = [gone(1, 1), gone(2, 2), gone(3, 3), gone(4, 900), gone(902, 950)];
    expect(await asked(entries, after, upTo)).toEqual(given);
  });

  it('are as many as one reply has room for, and always one', async () => {
    expect(await asked([gone(1, 1, 25_000), gone(2, 2, 25_000), gone(3, 3, 25_000), gone(4, 4)], 0, 4)).toEqual([0, 1]);
    expect(await asked([gone(1, 1, 61_000), gone(2, 2)], 0, 2)).toEqual([0]);
  });

  it('of another journal are refused', async () => {
    const s = await stage(hydrant('gate', 1));
    await expect(s.query('batches', { log: 1, after: 0, upTo: 1 })).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});

describe('the other questions', () => {
  it('a table by its hash, or a plain no', async () => {
    const s = await stage(hydrant('gate', 1));
    expect(await s.query('table', { hash: s.recorder.table().hash })).toEqual({ table: expect.any(Uint8Array) });
    await expect(s.query('table', { hash: 5 })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'point table 5 is not kept any more',
    });
  });

  it('alarms that stand, where to resume, and the status', async () => {
    const s = await stage(hydrant('gate', 1));
    const [gate] = s.devices.devices;
    for (const _ of [0, 1]) {
      if (gate) s.alarms.value(gate.id, 'pressure', { quality: 'good', at: s.clock.mono(), value: 0.05 });
      await s.clock.advance(2_000);
    }
    expect(await s.query('alarms', {})).toEqual({
      alarms: [
        {
          device: 'gate',
          condition: 'low-low',
          kind: 'supervisory',
          phase: 'active-unacked',
          occurrence: 1,
          at: t0 + 2_000,
          since: t0 + 2_000,
          rule: 'pressure below 0.1 MPa for 2 s',
          value: 0.05,
          cause: {
            point: 'pressure',
            test: 'below',
            limit: 0.1,
            unit: 'MPa',
            onDelay: 2_000,
            held: 2_000,
            source: 'GB 50974-2014 7.2.8: at least 0.10 MPa from ground at fire flow',
          },
          explained: {
            en: expect.stringMatching(
              /^0.05 MPa: pressure below 0.1 MPa for 2 s; it had been so for 2 s; rule from: GB 50974/,
            ),
            zh: expect.stringMatching(/^0.05 MPa：压力低于 0.1 MPa，持续 2 秒；已持续 2 秒；依据：GB 50974/),
          },
        },
      ],
    });
    expect(await s.query('resume', null)).toEqual({ log: s.journal.id, next: 42 });
    expect(await s.query('status', {})).toEqual(figures);
    expect(await s.query('status', { after: 'rs485' })).toEqual({ ...figures, buses: [] });
    await expect(s.query('status', { after: 'can' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('commands', () => {
  it('provision and remove answer with the new version, after it was applied', async () => {
    const s = await stage(hydrant('gate', 1));
    const device = { bus: 'rs485', id: 'barn', profile: 'generic/municipal-hydrant', name: 'B', unit: 2 };
    expect(await s.command('provision', { device, ifVersion: 0 }, 'duty')).toEqual({ configVersion: 1 });
    expect((await s.latest()).devices).toHaveLength(2);
    await expect(s.command('provision', { device, ifVersion: 0 }, 'duty')).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await s.command('remove', { device: 'barn', ifVersion: 1 }, 'duty')).toEqual({ configVersion: 2 });
    expect(s.removed).toEqual([{ device: 'barn', operator: 'duty' }]);
  });

  it('acknowledge and reset answer with the phase', async () => {
    const s = await stage('id: hall, profile: generic/wireless-smoke-alarm, name: H, unit: 1');
    const [hall] = s.devices.devices;
    if (hall) s.alarms.value(hall.id, 'status', { quality: 'good', at: s.clock.mono(), value: 'smoke' });
    const smoke = { device: 'hall', condition: 'smoke' };
    expect(await s.command('acknowledge', { ...smoke, occurrence: 1 }, 'duty')).toEqual({ phase: 'active-acked' });
    expect(await s.command('reset', smoke, 'duty')).toEqual({ phase: 'normal' });
    await expect(s.command('acknowledge', smoke, 'duty')).rejects.toMatchObject({
      code: 'PROTOCOL',
      message: expect.stringContaining('params[occurrence]'),
    });
  });
});
