import { expect, it } from 'vitest';
import { historyBuffer } from '../../../../edge/journal/history/buffer.ts';
import { type History, history } from '../../../../edge/journal/history/history.ts';
import type { HistoryFile } from '../../../../edge/journal/history/history-file.ts';
import { nothing, type Sample, type Series } from '../../../../edge/journal/history/sample.ts';
import type { Entry } from '../../../../edge/journal/journal.ts';
import { wallTime } from '../../../../sdk/model/time.ts';
import { encodePointTable } from '../../../../sdk/wire/point-table.ts';
import { encodeTelemetry } from '../../../../sdk/wire/telemetry.ts';
import { samplesAt, tableOf } from '../../../support/history-entries.ts';

const hour = 3_600_000;
const start = 490_000 * hour;
const table = tableOf(2);

const entry = (seq: number, at: number): Entry => ({
  seq,
  at: wallTime(at),
  body: encodeTelemetry({ log: 1, seq, boot: 1, trust: 'synced', table: table.hash }, table, samplesAt(2, at, seq)),
});

/** A file in memory that can be made to fail. */
function fakeFile() {
  const kept = historyBuffer();
  const failing: { with: Error | undefined } = { with: undefined };
  const more = new Map<object, readonly Sample[]>();
  let isClosed = false;
  let position = { journal: 1, seq: 0 };
  const file: HistoryFile = {
    source: kept.source,
    setAside: 0,
    position: () => position,
    chunk(series: Series, hour, samples) {
      const chunk = { series, hour, summary: nothing, body: new Uint8Array() };
      more.set(chunk, [...samples]);
      return chunk;
    },
    store(chunks, next) {
      if (failing.with) throw failing.with;
      for (const chunk of chunks)
        for (const sample of more.get(chunk) ?? []) kept.add(kept.series(chunk.series, undefined), sample);
      position = next;
    },
    dropBefore: () => undefined,
    damaged: () => 0,
    close() {
      isClosed = true;
    },
  };
  return { file, failing, isClosed: () => isClosed, position: () => position };
}

function stage() {
  const disk = fakeFile();
  const lane: Entry[] = [];
  const tables = new Map<number, Uint8Array>([[table.hash, encodePointTable(table)]]);
  const troubles: (string | undefined)[] = [];
  const damage: unknown[] = [];
  const open = (): History =>
    history({
      file: disk.file,
      journal: 1,
      read: (after, limit) => lane.filter(({ seq }) => seq > after).slice(0, limit),
      tableBytes: (hash) => tables.get(hash),
      days: 400,
      pause: () => new Promise((done) => setImmediate(done)),
      onTrouble: (why) => troubles.push(why),
      onDamage: (e) => damage.push(e),
    });
  const add = (...times: readonly number[]): number => {
    for (const at of times) lane.push(entry(lane.length + 1, at));
    return lane.length;
  };
  return { ...disk, lane, tables, troubles, damage, open, add };
}

async function countOf(past: History): Promise<number> {
  const page = await past.ask({ device: 'gate', from: 0, to: 4e12, after: 0 });
  return 'rows' in page ? page.rows.length : Number.NaN;
}

it('answers while its file refuses, says so once it does, and writes everything once it takes writes again', async () => {
  const s = stage();
  const past = s.open();
  past.take(s.add(start, start + hour));
  expect(await countOf(past)).toBe(4);
  expect(s.position().seq).toBe(2);
  s.failing.with = Object.assign(new Error('database or disk is full'), { errcode: 13 });
  past.take(s.add(start + 2 * hour));
  expect(await countOf(past)).toBe(6);
  past.take(s.add(start + 3 * hour));
  expect(await countOf(past)).toBe(8);
  expect(s.position().seq).toBe(2);
  expect(s.troubles.at(-1)).toContain('disk is full');
  s.failing.with = undefined;
  past.take(s.add(...Array.from({ length: 8 }, (_, i) => start + 3 * hour + i * 10_000)));
  expect(await countOf(past)).toBe(24);
  expect([s.position().seq, s.troubles.at(-1)]).toEqual([12, undefined]);
  expect(s.damage).toEqual([]);
});

it('killed while its file refused, it takes the same from the lane again', async () => {
  const s = stage();
  s.failing.with = new Error('no');
  const killed = s.open();
  killed.take(s.add(start, start + hour, start + 2 * hour));
  expect(await countOf(killed)).toBe(6);
  s.failing.with = undefined;
  const next = s.open();
  next.take(s.lane.length);
  expect(await countOf(next)).toBe(6);
});

it('waits for a point table that comes after its readings, and not for one that never comes', async () => {
  const s = stage();
  const bytes = s.tables.get(table.hash) ?? new Uint8Array();
  s.tables.clear();
  const past = s.open();
  past.take(s.add(start, start + 1_000));
  expect(await countOf(past)).toBe(0);
  s.tables.set(table.hash, bytes);
  past.take(s.lane.length);
  expect(await countOf(past)).toBe(4);
  s.lane.push({
    seq: 3,
    at: wallTime(start + 2_000),
    body: encodeTelemetry({ log: 1, seq: 3, boot: 1, trust: 'synced', table: 5 }, table, samplesAt(2, start, 3)),
  });
  past.take(s.add(...Array.from({ length: 98 }, (_, i) => start + 3_000 + i)));
  expect(await countOf(past)).toBe(4);
  past.take(s.add(start + 9_000, start + 9_001, start + 9_002));
  expect(await countOf(past)).toBe(2 * (2 + 101));
});

it('an entry that is no telemetry holds up nothing', async () => {
  const s = stage();
  s.add(start);
  s.lane.push({ seq: 2, at: wallTime(start), body: Uint8Array.of(1, 2, 3) });
  const past = s.open();
  past.take(s.add(start + 1_000));
  expect(await countOf(past)).toBe(4);
});

it('takes nothing that the lane has not stored for good', async () => {
  const s = stage();
  s.add(start, start + 1_000, start + 2_000);
  const past = s.open();
  past.take(2);
  expect(await countOf(past)).toBe(4);
});

it('closed, it has written what it held; a later question is refused', async () => {
  const s = stage();
  const past = s.open();
  past.take(s.add(start));
  expect(await countOf(past)).toBe(2);
  past.close();
  expect([s.position().seq, s.isClosed()]).toEqual([1, true]);
  await expect(countOf(past)).rejects.toMatchObject({ code: 'JOURNAL' });
});

it('damage is told, be it of its own file or of the lane', async () => {
  const s = stage();
  const damaged = Object.assign(new Error('malformed'), { errcode: 11 });
  s.failing.with = damaged;
  const past = s.open();
  past.take(s.add(start, start + hour));
  await countOf(past);
  expect(s.damage).toEqual([damaged]);

  const lane = stage();
  const other = history({
    file: lane.file,
    journal: 1,
    read: () => {
      throw damaged;
    },
    tableBytes: () => undefined,
    days: 1,
    pause: async () => undefined,
    onTrouble: () => undefined,
    onDamage: (e) => lane.damage.push(e),
  });
  other.take(1);
  await countOf(other);
  expect(lane.damage).toEqual([damaged]);
});
