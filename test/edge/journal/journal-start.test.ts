import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { isBuiltin as isBuiltIn } from 'node:module';
import { expect, it } from 'vitest';
import type { Journal, Lane } from '../../../edge/journal/journal.ts';
import { openJournal } from '../../../edge/journal/open-journal.ts';
import { wallTime } from '../../../sdk/model/time.ts';
import { journalDirectory } from '../../support/journal-directory.ts';

type Directory = ReturnType<typeof journalDirectory>;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const append = (journal: Journal, lane: Lane) =>
  journal.append(lane, wallTime(1), (seq) => bytes(`<${lane} body ${seq}>`));

/** Fills both lanes with `count` entries, alarms first, and closes. */
async function fill(directory: Directory, count: number): Promise<number> {
  await using journal = await openJournal(directory.options);
  for (let n = 0; n < count; n += 1) {
    await append(journal, 'alarm');
    await append(journal, 'telemetry');
  }
  await journal.keep({ key: 'state', value: bytes('<kept body>') });
  return journal.id;
}

function flip(path: string, marker: string): void {
  const content = readFileSync(path);
  const at = content.lastIndexOf(marker);
  expect(at).toBeGreaterThan(0);
  content[at + 2] = (content[at + 2] ?? 0) ^ 0x01;
  writeFileSync(path, content);
}

const damages: [string, (path: string) => void][] = [
  ['full of garbage', (path) => writeFileSync(path, 'this is not a database '.repeat(1_000))],
  ['cut off in the middle of a page', (path) => truncateSync(path, 10_000)],
  ['cut off within its header', (path) => truncateSync(path, 50)],
  ['overwritten in its second page', (path) => writeFileSync(path, readFileSync(path).fill(0xa5, 4_096, 8_192))],
  ['a directory', (path) => (rmSync(path), mkdirSync(path))],
];

it.each(damages)(
  'the gateway starts with an alarm file that is %s, says so, and reuses no number',
  async (_, damage) => {
    await using directory = journalDirectory();
    const id = await fill(directory, 3);
    damage(directory.file('alarms.db'));
    await using journal = await openJournal(directory.options);
    expect(journal.id).toBe(id);
    expect(journal.status().quarantined).toBe(1);
    expect(directory.log.lines.join()).toContain('alarms.db.corrupt-1');
    expect(existsSync(directory.file('alarms.db.corrupt-1'))).toBe(true);
    expect(await append(journal, 'alarm')).toBeGreaterThan(1_000);
    expect(await append(journal, 'telemetry')).toBe(4);
  },
);

it.each(damages)('the gateway starts with a telemetry file that is %s, and no alarm is touched', async (_, damage) => {
  await using directory = journalDirectory();
  const id = await fill(directory, 3);
  damage(directory.file('telemetry.db'));
  await using journal = await openJournal(directory.options);
  expect(journal.id).toBe(id);
  expect(journal.status().quarantined).toBe(1);
  expect((await journal.read('alarm', 0, 9)).length).toBe(3);
  expect(await append(journal, 'alarm')).toBe(4);
  expect(await append(journal, 'telemetry')).toBeGreaterThan(1_000);
});

it.each(['alarms.db', 'telemetry.db'])(
  'a database of another program in the place of %s is set aside, not written to',
  async (name) => {
    await using directory = journalDirectory();
    await fill(directory, 1);
    const content = readFileSync(directory.file(name));
    content.writeUInt32BE(0, 68); // application id, in the file header (sqlite.org/fileformat2.html)
    writeFileSync(directory.file(name), content);
    await using journal = await openJournal(directory.options);
    expect(journal.status().quarantined).toBe(1);
    expect(readFileSync(directory.file(`${name}.corrupt-1`)).equals(content)).toBe(true);
  },
);

it('with both files gone it is another journal: numbers start at 1 under a new identity', async () => {
  await using directory = journalDirectory();
  const id = await fill(directory, 2);
  for (const name of ['alarms.db', 'telemetry.db']) rmSync(directory.file(name));
  await using journal = await openJournal(directory.options);
  expect(journal.id).not.toBe(id);
  expect(await append(journal, 'alarm')).toBe(1);
});

it.each(['alarm', 'telemetry'] as const)(
  'a flipped bit in an entry of lane %s costs that entry alone, and is counted once',
  async (lane) => {
    await using directory = journalDirectory();
    await fill(directory, 5);
    flip(directory.file(lane === 'alarm' ? 'alarms.db' : 'telemetry.db'), `<${lane} body 3>`);
    await using journal = await openJournal(directory.options);
    expect((await journal.read(lane, 0, 4)).map((e) => e.seq)).toEqual([1, 2, 4, 5]);
    expect((await journal.read(lane, 2, 1)).map((e) => e.seq)).toEqual([4]);
    expect(journal.status().quarantined).toBe(1);
  },
);

it('a flipped bit in a kept value leaves it out rather than giving a wrong one', async () => {
  await using directory = journalDirectory();
  await fill(directory, 1);
  flip(directory.file('alarms.db'), '<kept body>');
  await using journal = await openJournal(directory.options);
  expect((await journal.kept('')).size).toBe(0);
  expect(journal.status().quarantined).toBe(1);
});

it('a second gateway on the same directory is refused, with the reason', async () => {
  await using directory = journalDirectory();
  await using first = await openJournal(directory.options);
  await expect(openJournal(directory.options)).rejects.toMatchObject({
    code: 'JOURNAL',
    message: expect.stringContaining('another process'),
  });
  expect(await append(first, 'alarm')).toBe(1);
});

it('a room too small to work in is refused', async () => {
  await using directory = journalDirectory();
  await expect(openJournal({ ...directory.options, maxBytes: 1_000 })).rejects.toMatchObject({ code: 'INVALID' });
});

it.each([
  ['alarms.db', 512 * 1_024],
  ['telemetry.db', 625 * 4_096],
])(
  'after a proper stop the log of %s is allocated again: it must not have to grow on a disk that is full by then',
  async (name, room) => {
    await using directory = journalDirectory();
    const options = { ...directory.options, maxBytes: 16 * 1_024 * 1_024 };
    const before = await openJournal(options);
    await append(before, 'alarm');
    await before[Symbol.asyncDispose]();
    expect(existsSync(directory.file(`${name}-wal`))).toBe(false);
    await using journal = await openJournal(options);
    expect(statSync(directory.file(`${name}-wal`)).size).toBeGreaterThanOrEqual(room);
    expect(await append(journal, 'alarm')).toBe(2);
  },
);

it('opening a journal that was left in order writes nothing into it: a gateway has to start on a full disk', async () => {
  await using directory = journalDirectory();
  await fill(directory, 3);
  await using journal = await openJournal(directory.options);
  for (const name of ['alarms.db-wal', 'telemetry.db-wal'])
    expect(readFileSync(directory.file(name)).findIndex((byte) => byte !== 0)).toBe(-1);
  expect(journal.status().quarantined).toBe(0);
});

it('a power cut in the middle of the very first start leaves nothing to set aside', async () => {
  await using directory = journalDirectory();
  const driver = isBuiltIn('node:sqlite') ? 'node:sqlite' : '@photostructure/sqlite';
  const halfMade = `const { DatabaseSync } = await import('${driver}');
    for (const name of ['alarms.db', 'telemetry.db'])
      new DatabaseSync('${directory.directory}/' + name).exec(
        'PRAGMA journal_mode=WAL; BEGIN; PRAGMA application_id=0x46656e67; CREATE TABLE room(x BLOB); COMMIT');`;
  execFileSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', halfMade]);
  await using journal = await openJournal(directory.options);
  expect(journal.status().quarantined).toBe(0);
  expect(await append(journal, 'alarm')).toBe(1);
});

it('the gateway starts although the history, begun anew, writes an hour while it is opened', async () => {
  await using directory = journalDirectory();
  {
    await using journal = await openJournal(directory.options);
    for (const hour of [1, 2])
      await journal.append('telemetry', wallTime(hour * 3_600_000), (seq) => bytes(`<body ${seq}>`));
  }
  rmSync(directory.file('history.db'));
  await using journal = await openJournal(directory.options);
  expect((await journal.read('telemetry', 0, 9)).length).toBe(2);
});
