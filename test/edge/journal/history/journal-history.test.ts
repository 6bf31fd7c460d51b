import { cpSync, existsSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { HistoryRow, Journal } from '../../../../edge/journal/journal.ts';
import { openJournal } from '../../../../edge/journal/open-journal.ts';
import { wallTime } from '../../../../sdk/model/time.ts';
import { telemetryInto } from '../../../support/history-entries.ts';
import { journalDirectory } from '../../../support/journal-directory.ts';
import { until } from '../../../support/until.ts';

const hour = 3_600_000;
const start = 490_000 * hour;
const minute = 60_000;

async function allRows(journal: Journal, points?: readonly string[]): Promise<readonly HistoryRow[]> {
  const rows: HistoryRow[] = [];
  for (let after: number | undefined = 0; after !== undefined; ) {
    const query = { device: 'gate', from: 0, to: 4e12, ...(points && { points }), after };
    const page = await journal.history(query);
    if ('rows' in page) rows.push(...page.rows);
    after = page.next;
  }
  return rows;
}

/** `count` minutes from minute `first` on, of three points. */
async function record(journal: Journal, first: number, count: number): Promise<void> {
  const append = await telemetryInto(journal, 3);
  for (let i = first; i < first + count; i++) await append(start + i * minute, i);
}

const expectMinutes = (rows: readonly HistoryRow[], count: number): void => {
  const told = rows.map(({ point, at }) => `${point} ${Math.floor((at - start) / minute)}`).toSorted();
  const expected = ['p-0', 'p-1', 'p-2'].flatMap((point) => Array.from({ length: count }, (_, i) => `${point} ${i}`));
  expect(told).toEqual(expected.toSorted());
};

it('tells what was read, over the end of an hour, before and after a restart', async () => {
  await using directory = journalDirectory();
  {
    await using journal = await openJournal(directory.options);
    await record(journal, 0, 150);
    expectMinutes(await allRows(journal), 150);
  }
  {
    await using journal = await openJournal(directory.options);
    expectMinutes(await allRows(journal), 150);
    await record(journal, 150, 100);
    expectMinutes(await allRows(journal), 250);
  }
  await using journal = await openJournal(directory.options);
  expectMinutes(await allRows(journal), 250);
  const sums = await journal.history({
    device: 'gate',
    points: ['p-1'],
    from: start,
    to: start + 3 * hour + minute,
    every: hour,
    after: 0,
  });
  expect(sums).toMatchObject({
    buckets: [
      { point: 'p-1', from: start, count: 60, leftOut: 0 },
      { from: start + hour, count: 60 },
      { from: start + 2 * hour, count: 60 },
      { from: start + 3 * hour, count: 1 },
    ],
  });
});

it('holds each reading exactly once, at whatever moment the process was killed', async () => {
  await using directory = journalDirectory();
  await using journal = await openJournal(directory.options);
  const moments: [count: number, path: string][] = [];
  for (let count = 0; count < 200; count += 25) {
    await record(journal, count, 25);
    if (count % 50 === 0) await allRows(journal);
    const path = `${directory.directory}-at-${count}`;
    cpSync(directory.directory, path, { recursive: true }); // as kill -9 leaves it
    moments.push([count + 25, path]);
  }
  for (const [count, path] of moments) {
    try {
      await using after = await openJournal({ ...directory.options, directory: path });
      expectMinutes(await allRows(after), count);
      await record(after, count, 5);
      expectMinutes(await allRows(after), count + 5);
    } finally {
      rmSync(path, { recursive: true, force: true });
    }
  }
});

it('goes on with the same history under another journal', async () => {
  await using directory = journalDirectory();
  {
    await using journal = await openJournal(directory.options);
    await record(journal, 0, 10);
  }
  for (const name of ['alarms.db', 'telemetry.db']) rmSync(directory.file(name));
  await using journal = await openJournal(directory.options);
  await record(journal, 10, 10);
  expectMinutes(await allRows(journal), 20);
});

const damages: [string, (path: string) => void][] = [
  ['full of garbage', (path) => writeFileSync(path, 'this is not a database '.repeat(1_000))],
  ['cut off in the middle of a page', (path) => truncateSync(path, 10_000)],
  ['cut off within its header', (path) => truncateSync(path, 50)],
  ['overwritten behind its first page', (path) => writeFileSync(path, readFileSync(path).fill(0xa5, 4_096))],
];

it.each(damages)('a file that is %s is set aside and begun anew; nothing else is touched', async (_, damage) => {
  await using directory = journalDirectory();
  {
    await using journal = await openJournal(directory.options);
    await record(journal, 0, 70);
    await journal.append('alarm', wallTime(1), () => Uint8Array.of(1));
  }
  damage(directory.file('history.db'));
  await using journal = await openJournal(directory.options);
  expect((await journal.read('alarm', 0, 9)).length).toBe(1);
  await allRows(journal).catch(() => undefined); // the question that comes across the damage
  await until('the file is set aside', () => existsSync(directory.file('history.db.corrupt-1')));
  await record(journal, 70, 5);
  // The journal still has everything, and the new file takes it from there.
  expectMinutes(await allRows(journal), 75);
  expect(journal.status().degraded).toBeUndefined();
});

it('damage that is come across in the telemetry file does not cost the history', async () => {
  await using directory = journalDirectory();
  {
    await using journal = await openJournal(directory.options);
    await record(journal, 0, 70);
  }
  const content = readFileSync(directory.file('telemetry.db'));
  writeFileSync(directory.file('telemetry.db'), content.fill(0xa5, content.length / 2));
  await using journal = await openJournal(directory.options);
  await record(journal, 70, 5);
  const rows = await allRows(journal);
  expect(rows.length).toBeGreaterThan(3 * 70);
  expect(existsSync(directory.file('history.db.corrupt-1'))).toBe(false);
});

it.each([
  ['a summary costs nothing: it is made again from the readings', 0, 3],
  ['the readings of an hour costs that hour of that point alone', 25, 2],
])('a flipped bit in %s, and is counted', async (_, offset, pointsLeft) => {
  await using directory = journalDirectory();
  {
    await using journal = await openJournal(directory.options);
    await record(journal, 0, 60);
  }
  const content = readFileSync(directory.file('history.db'));
  const at = content.indexOf('0.4'); // the last value of a summary; the readings stand behind it
  expect(at).toBeGreaterThan(0);
  content[at + offset] = (content[at + offset] ?? 0) ^ 1;
  writeFileSync(directory.file('history.db'), content);
  await using journal = await openJournal(directory.options);
  const query = { device: 'gate', from: start - hour, to: start + 2 * hour, after: 0 };
  const sums = await journal.history({ ...query, every: hour });
  expect('buckets' in sums && sums.buckets.filter(({ count }) => count === 60).length).toBe(3);
  expect((await allRows(journal)).length).toBe(60 * pointsLeft);
  expect(journal.status().quarantined).toBe(1);
});

it('keeps so many days, and gives up the oldest first', async () => {
  await using directory = journalDirectory();
  await using journal = await openJournal({ ...directory.options, history: { days: 2, maxBytes: 64 * 1_048_576 } });
  const append = await telemetryInto(journal, 1);
  for (let i = 0; i < 100; i++) await append(start + i * hour, i);
  const rows = await allRows(journal);
  const hours = rows.map(({ at }) => Math.floor((at - start) / hour));
  expect(hours.at(-1)).toBe(99);
  expect(hours[0]).toBe(99 - 48);
});

it('a clock that nobody vouches for gives up nothing by age', async () => {
  await using directory = journalDirectory();
  await using journal = await openJournal({ ...directory.options, history: { days: 1, maxBytes: 64 * 1_048_576 } });
  const append = await telemetryInto(journal, 1, 'unknown');
  for (const at of [start, start + hour, start + 9_000 * hour, start + 9_001 * hour]) await append(at, 1);
  expect((await allRows(journal)).length).toBe(4);
});

it('stays within its room, and gives up the oldest day first', async () => {
  await using directory = journalDirectory();
  const maxBytes = 512 * 1_024;
  await using journal = await openJournal({ ...directory.options, history: { days: 400, maxBytes } });
  const append = await telemetryInto(journal, 40);
  for (let i = 0; i < 14 * 24 * 4; i++) await append(start + (i * hour) / 4, i);
  const hours = (await allRows(journal, ['p-7'])).map(({ at }) => Math.floor((at - start) / hour));
  expect(hours.at(-1)).toBe(14 * 24 - 1);
  expect(hours[0]).toBeGreaterThan(24);
  expect(readFileSync(directory.file('history.db')).length).toBeLessThanOrEqual(maxBytes);
  expect(directory.log.lines.filter((line) => line.startsWith('history'))).toEqual([]);
});

it('where its file cannot be had the gateway starts all the same, and says why there is no history', async () => {
  await using directory = journalDirectory();
  symlinkSync('/nowhere/history.db', directory.file('history.db'));
  await using journal = await openJournal(directory.options);
  await record(journal, 0, 1);
  await expect(allRows(journal)).rejects.toMatchObject({
    code: 'JOURNAL',
    message: expect.stringMatching(/there is no history: .*check the disk, its free space and the permissions/),
  });
  expect(directory.log.lines.join()).toContain('history.db cannot be used');
});
