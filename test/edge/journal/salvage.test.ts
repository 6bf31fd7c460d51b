import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openJournal } from '../../../edge/journal/open-journal.ts';
import { markDamaged } from '../../../edge/journal/set-aside.ts';
import { openSqliteStore } from '../../../edge/journal/sqlite-store.ts';
import { wallTime } from '../../../sdk/model/time.ts';
import { loadSqlite } from '../../../sdk/sqlite/driver.ts';
import { seededRandom } from '../../../simulators/water/seeded-random.ts';
import {
  copyJournal,
  damage,
  damages,
  filledJournal,
  keys,
  readDamaged,
  written,
} from '../../support/damaged-journal.ts';
import { journalDirectory } from '../../support/journal-directory.ts';
import { propertyRuns } from '../../support/property-runs.ts';

const root = mkdtempSync(join(tmpdir(), 'fengsui-salvage-'));
const templates = { closed: mkdtempSync(join(root, 'closed-')), killed: mkdtempSync(join(root, 'killed-')) };
beforeAll(async () => {
  await filledJournal(templates.closed, true);
  await filledJournal(templates.killed, false);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function copied(name: keyof typeof templates): ReturnType<typeof journalDirectory> {
  const directory = journalDirectory();
  copyJournal(templates[name], directory.directory);
  return directory;
}

it.each(['closed', 'killed'] as const)(
  'a journal that was %s is read back whole: what the others are measured by',
  async (name) => {
    await using directory = copied(name);
    const found = await readDamaged(directory.directory);
    expect(found).toEqual({ invented: [], saved: written, kept: keys, renumbered: [], quarantined: 0, notes: [] });
  },
);

/** A page holds some 20 alarms; one with many short ones more. */
const alarmsAPage = 40;

it.each(damages)(
  'of an alarm file with damaged %s all that is sound is saved, as it was and in order',
  async (kind) => {
    for (let seed = 1; seed <= propertyRuns(2).numRuns; seed++) {
      await using directory = copied('closed');
      const share = damage(directory.file('alarms.db'), kind, 2, seededRandom(seed));
      const found = await readDamaged(directory.directory);
      const told = `seed ${seed}, ${share} of the pages: ${JSON.stringify(found)}`;
      expect(found, told).toMatchObject({ invented: [], renumbered: [] });
      expect(found.unopened, told).toBeUndefined();
      expect(found.saved.telemetry, told).toBe(written.telemetry);
      const isRootGone = found.saved.alarm === 0;
      if (!isRootGone) expect(found.saved.alarm, told).toBeGreaterThan(written.alarm - 2 * alarmsAPage);
      const missing = written.alarm - found.saved.alarm;
      if (missing > 0) expect(found.quarantined, told).toBeGreaterThan(0);
    }
  },
);

it('an alarm file that was cut off keeps what is left of it, and says how many entries are missing', async () => {
  await using directory = copied('closed');
  const content = readFileSync(directory.file('alarms.db'));
  writeFileSync(directory.file('alarms.db'), content.subarray(0, content.length - 12 * 4_096));
  const found = await readDamaged(directory.directory);
  expect(found).toMatchObject({ invented: [], renumbered: [] });
  expect(found.saved.alarm).toBeGreaterThan(written.alarm / 2);
  expect(found.saved.alarm).toBeLessThan(written.alarm);
  const missing = written.alarm - found.saved.alarm;
  expect(found.quarantined).toBe(1 + missing);
  expect(found.notes.join()).toContain(`${found.saved.alarm} entries`);
  expect(found.notes.join()).toContain(`${missing} entries are missing`);
});

it('a telemetry file is not read through at start; damage in it is come across, and all that is sound saved', async () => {
  await using directory = copied('closed');
  const content = readFileSync(directory.file('telemetry.db'));
  const middle = Math.floor(content.length / 8_192) * 4_096;
  writeFileSync(directory.file('telemetry.db'), content.fill(0xa5, middle, middle + 4_096));
  const opened = await openJournal(directory.options);
  expect(opened.status().quarantined).toBe(0);
  await opened[Symbol.asyncDispose]();
  const found = await readDamaged(directory.directory);
  expect(found).toMatchObject({ invented: [], renumbered: [] });
  expect(found.saved.alarm).toBe(written.alarm);
  expect(found.saved.telemetry).toBeGreaterThan(written.telemetry - 10);
  expect(found.saved.telemetry).toBeLessThan(written.telemetry);
  expect(existsSync(directory.file('telemetry.db.corrupt-1'))).toBe(true);
  expect(existsSync(directory.file('telemetry.db.corrupt-2'))).toBe(false);
});

it('both files damaged at once: each is salvaged, and the identity and the numbers go on', async () => {
  await using directory = copied('closed');
  for (const name of ['alarms.db', 'telemetry.db']) markDamaged(directory.file(name));
  const found = await readDamaged(directory.directory);
  expect(found).toMatchObject({ invented: [], saved: written, kept: keys, renumbered: [] });
  await using journal = await openJournal(directory.options);
  expect(journal.id).toBe(7);
});

it('a start that ended in the middle of a salvage is made up for by the next', async () => {
  await using directory = copied('closed');
  const aside = directory.file('alarms.db.corrupt-1');
  writeFileSync(directory.file('alarms.db.salvage'), 'alarms.db.corrupt-1\n');
  renameSync(directory.file('alarms.db'), aside);
  const found = await readDamaged(directory.directory);
  expect(found).toMatchObject({ invented: [], saved: written, kept: keys, renumbered: [] });
  expect(existsSync(directory.file('alarms.db.salvage'))).toBe(false);
});

it('a salvage that was done is not done again over newer values, though a power cut brought back the word for it', async () => {
  await using directory = copied('closed');
  markDamaged(directory.file('alarms.db'));
  {
    await using journal = await openJournal(directory.options);
    await journal.keep({ key: 'state/0000', value: Uint8Array.of(1) });
  }
  writeFileSync(directory.file('alarms.db.salvage'), 'alarms.db.corrupt-1\n');
  await using journal = await openJournal(directory.options);
  expect((await journal.kept('state/0000')).get('state/0000')).toEqual(Uint8Array.of(1));
  expect(existsSync(directory.file('alarms.db.salvage'))).toBe(false);
});

it('a salvage that ended the process three times is given up, and the gateway starts', async () => {
  await using directory = copied('closed');
  const aside = directory.file('alarms.db.corrupt-1');
  writeFileSync(directory.file('alarms.db.salvage'), 'alarms.db.corrupt-1\n...');
  renameSync(directory.file('alarms.db'), aside);
  const found = await readDamaged(directory.directory);
  expect(found).toMatchObject({ saved: { alarm: 0 }, renumbered: [] });
  expect(existsSync(aside)).toBe(true);
});

it('a salvage takes no more of the start than it may: the newest entries come first, and what is left is told', async () => {
  await using directory = copied('closed');
  const last = written.telemetry + 2_000;
  {
    await using journal = await openJournal(directory.options);
    const body = () => new Uint8Array(1);
    await Promise.all(Array.from({ length: 2_000 }, () => journal.append('telemetry', wallTime(1), body)));
  }
  markDamaged(directory.file('telemetry.db'));
  let now = 0;
  const store = openSqliteStore(
    await loadSqlite(),
    {
      directory: directory.directory,
      maxBytes: 64 * 1_048_576,
      maxDays: 90,
      history: { days: 1, maxBytes: 1_048_576 },
      newId: 1,
    },
    undefined,
    () => (now += 500),
  );
  try {
    const found = store.read('telemetry', 0, 10_000);
    expect(found.at(-1)?.seq).toBe(last);
    expect(found[0]?.seq).toBeGreaterThan(1);
    expect(found[0]?.seq).toBeLessThanOrEqual(last - 1_500);
    const told = store.opened.notes.map(({ kind, text }) => `${kind} ${text}`).join();
    expect(told).toContain(`those below ${found[0]?.seq} were left in it`);
    expect(store.opened.next.telemetry).toBeGreaterThan(last);
  } finally {
    store.close();
  }
});

it.each(['alarms.db', 'telemetry.db'])('%s of a newer program is kept as it is, and numbers go on', async (name) => {
  await using directory = copied('closed');
  const content = readFileSync(directory.file(name));
  content.writeUInt32BE(9, 60); // user version, in the file header (sqlite.org/fileformat2.html)
  writeFileSync(directory.file(name), content);
  const found = await readDamaged(directory.directory);
  expect(found).toMatchObject({ invented: [], renumbered: [], quarantined: 1 });
  expect(found.unopened).toBeUndefined();
  expect(readFileSync(directory.file(`${name}.newer-1`)).equals(content)).toBe(true);
  expect(found.notes.join()).toContain('journal.newer');
  expect(found.notes.join()).toContain('layout 9');
});

it('starts, and makes nothing up, whatever became of its files', async () => {
  for (let seed = 1; seed <= propertyRuns(8).numRuns; seed++) {
    await using directory = copied(seed % 2 === 0 ? 'closed' : 'killed');
    const random = seededRandom(seed);
    for (const name of ['alarms.db', 'alarms.db-wal', 'telemetry.db', 'telemetry.db-wal', 'history.db']) {
      const path = directory.file(name);
      if (!existsSync(path) || random() < 0.4) continue;
      const draw = random();
      if (draw < 0.1) rmSync(path);
      else if (draw < 0.2) writeFileSync(path, readFileSync(path).subarray(0, Math.floor(random() * 200)));
      else damage(path, damages[Math.floor(random() * damages.length)] ?? 'bits', 1 + Math.floor(random() * 8), random);
    }
    const found = await readDamaged(directory.directory);
    expect(found.unopened, `seed ${seed}`).toBeUndefined();
    expect(found.invented, `seed ${seed}`).toEqual([]);
  }
}, 60_000);
