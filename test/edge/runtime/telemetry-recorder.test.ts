import { describe, expect, it } from 'vitest';
import type { SiteDevice } from '../../../edge/runtime/config/site.ts';
import { type LivePoint, telemetryRecorder } from '../../../edge/runtime/telemetry-recorder.ts';
import type { PointValue } from '../../../sdk/model/point.ts';
import { decodePointTable } from '../../../sdk/wire/point-table.ts';
import { openReadings } from '../../../sdk/wire/telemetry.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { memoryDisk, memoryJournal } from '../../support/memory-journal.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { settled } from '../../support/settled.ts';
import { hydrant, onBus, siteOf } from '../../support/site-yaml.ts';

const devicesOf = (...entries: string[]): readonly SiteDevice[] => siteOf(onBus(...entries)).devices;

function stage() {
  const clock = fakeClock();
  const disk = memoryDisk();
  const journal = memoryJournal(disk);
  const log = recordingLog();
  let stored = 0;
  const recorder = telemetryRecorder({
    journal,
    clock,
    log,
    boot: 9,
    commitMs: 10_000,
    chunkBytes: 48_000,
    onStored: () => stored++,
  });
  const good = (value: number): PointValue => ({ quality: 'good', at: clock.mono(), value });
  const batches = () => disk.lanes.telemetry.map((entry) => openReadings(entry.body));
  /** Every sample on disk, read with the table that its batch names. */
  const samples = () =>
    batches().flatMap((batch) => {
      const table = decodePointTable(disk.kept.get(`table/${batch.table}`) ?? new Uint8Array());
      return batch.samples(table).map(({ column, wall, value }) => ({
        device: table.columns[column]?.device,
        wall: wall - Date.UTC(2026, 0, 1),
        value,
      }));
    });
  return { clock, disk, journal, log, recorder, good, batches, samples, stored: () => stored };
}
const point = (points: ReadonlyMap<string, readonly LivePoint[]>, device: string): LivePoint => {
  const [first] = points.get(device) ?? [];
  if (!first) throw new Error(`no point of ${device}`);
  return first;
};

describe('what is recorded', () => {
  it('changes, and an unchanged value every 60 s', async () => {
    const s = stage();
    const gate = point(s.recorder.setDevices(devicesOf(hydrant('gate', 1))), 'gate');
    for (const value of [0.3, 0.3001, 0.31]) {
      s.recorder.record(gate, s.good(value));
      await s.clock.advance(1_000);
    }
    for (let second = 3; second <= 130; second++) {
      s.recorder.record(gate, s.good(0.31));
      await s.clock.advance(1_000);
    }
    await s.recorder.flush();
    expect(s.samples().map(({ wall, value }) => [wall, value.quality !== 'lost' && value.value])).toEqual([
      [0, 0.3],
      [2_000, 0.31],
      [62_000, 0.31],
      [122_000, 0.31],
    ]);
  });

  it('a loss is recorded as one, with its reason', async () => {
    const s = stage();
    const gate = point(s.recorder.setDevices(devicesOf(hydrant('gate', 1))), 'gate');
    s.recorder.record(gate, { quality: 'lost', at: s.clock.mono(), why: 'bad-crc' });
    await s.recorder.flush();
    expect(s.samples()).toMatchObject([{ value: { quality: 'lost', why: 'bad-crc' } }]);
  });

  it('a value is placed at the time of its reading, not of its recording', async () => {
    const s = stage();
    const gate = point(s.recorder.setDevices(devicesOf(hydrant('gate', 1))), 'gate');
    const old = s.good(0.3);
    await s.clock.advance(700);
    s.recorder.record(gate, old);
    await s.recorder.flush();
    expect(s.samples()).toMatchObject([{ wall: 0 }]);
  });

  it('a value far beyond its range makes no batch that cannot be read', async () => {
    const s = stage();
    const gate = point(s.recorder.setDevices(devicesOf(hydrant('gate', 1))), 'gate');
    s.recorder.record(gate, { quality: 'doubtful', at: s.clock.mono(), value: 3.4e38, why: 'out-of-range' });
    await s.recorder.flush();
    expect(s.samples()).toHaveLength(1);
  });
});

describe('batches', () => {
  it('are stored with every commit interval, and none for nothing', async () => {
    const s = stage();
    const gate = point(s.recorder.setDevices(devicesOf(hydrant('gate', 1))), 'gate');
    const stop = new AbortController();
    const done = s.recorder.run(stop.signal);
    s.recorder.record(gate, s.good(0.3));
    await s.clock.advance(9_999);
    expect(s.batches()).toHaveLength(0);
    await s.clock.advance(30_000);
    expect([s.batches().length, s.stored()]).toEqual([1, 1]);
    s.recorder.record(gate, s.good(0.4));
    stop.abort(new Error('stop'));
    await done;
    expect(s.samples()).toHaveLength(2);
  });

  it('are cut at 3,000 samples, so that a reader accepts each, also of the dearest values', async () => {
    const s = stage();
    const many = Array.from({ length: 240 }, (_, i) => hydrant(`h-${i}`, i + 1));
    const points = s.recorder.setDevices(devicesOf(...many));
    for (let second = 0; second < 26; second++) {
      for (const [own] of points.values())
        if (own)
          s.recorder.record(own, {
            quality: 'doubtful',
            at: s.clock.mono(),
            value: 6_000 + second * 4.321,
            why: 'out-of-range',
          });
      await s.clock.advance(20_000);
    }
    await s.recorder.flush();
    expect(s.samples()).toHaveLength(240 * 26);
    expect(s.batches()).toHaveLength(3);
    expect(Math.max(...s.disk.lanes.telemetry.map((e) => e.body.length))).toBeLessThan(65_536);
  });

  it('are cut earlier where texts are long', async () => {
    const s = stage();
    const sensor = 'id: level, unit: 1, profile: daviteq/wssfc-ulc, name: level';
    const product = point(s.recorder.setDevices(devicesOf(sensor)), 'level');
    for (let n = 0; n < 1_500; n++) {
      const value = `${n}`.padStart(100, 'x');
      s.recorder.record(product, { quality: 'good', at: s.clock.mono(), value });
    }
    await s.recorder.flush();
    expect(s.samples()).toHaveLength(1_500);
    expect(Math.max(...s.disk.lanes.telemetry.map((e) => e.body.length))).toBeLessThan(65_536);
  });

  it('say boot, trust and the table that gives them their meaning', async () => {
    const s = stage();
    const gate = point(s.recorder.setDevices(devicesOf(hydrant('gate', 1))), 'gate');
    s.clock.setTrust('estimated');
    s.recorder.record(gate, s.good(0.3));
    await s.recorder.flush();
    expect(s.batches()).toMatchObject([
      { log: s.journal.id, seq: 1, boot: 9, trust: 'estimated', table: s.recorder.table().hash },
    ]);
  });

  it('that the journal does not take are told', async () => {
    const s = stage();
    const gate = point(s.recorder.setDevices(devicesOf(hydrant('gate', 1))), 'gate');
    await s.journal[Symbol.asyncDispose]();
    s.recorder.record(gate, s.good(0.3));
    s.recorder.setDevices([]);
    await settled();
    expect(s.log.lines.map((l) => l.event).toSorted()).toEqual(['telemetry.not-stored', 'telemetry.table-not-kept']);
  });
});

describe('a new list of devices', () => {
  it('what waits is stored under the old table, what comes under the new one', async () => {
    const s = stage();
    const before = s.recorder.setDevices(devicesOf(hydrant('gate', 1)));
    s.recorder.record(point(before, 'gate'), s.good(0.3));
    const after = s.recorder.setDevices(devicesOf(hydrant('barn', 2), hydrant('gate', 1)));
    s.recorder.record(point(after, 'gate'), s.good(0.4));
    s.recorder.record(point(after, 'barn'), s.good(0.5));
    await s.recorder.flush();
    expect(new Set(s.batches().map((b) => b.table)).size).toBe(2);
    expect(s.samples().map(({ device, value }) => [device, value.quality === 'good' && value.value])).toEqual([
      ['gate', 0.3],
      ['gate', 0.4],
      ['barn', 0.5],
    ]);
  });

  it('a device that stays keeps its latest value, and is told once under the new table', async () => {
    const s = stage();
    s.recorder.record(point(s.recorder.setDevices(devicesOf(hydrant('gate', 1))), 'gate'), s.good(0.3));
    const gate = point(s.recorder.setDevices(devicesOf(hydrant('gate', 1), hydrant('barn', 2))), 'gate');
    expect(gate.value).toMatchObject({ value: 0.3 });
    s.recorder.record(gate, s.good(0.3));
    s.recorder.record(gate, s.good(0.3));
    await s.recorder.flush();
    expect(s.samples()).toHaveLength(2);
  });
});
