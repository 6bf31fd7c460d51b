import { copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Entry, Journal, Lane } from '../../edge/journal/journal.ts';
import { openJournal } from '../../edge/journal/open-journal.ts';
import { openSqliteStore } from '../../edge/journal/sqlite-store.ts';
import { describeError } from '../../sdk/model/errors.ts';
import { wallTime } from '../../sdk/model/time.ts';
import { loadSqlite } from '../../sdk/sqlite/driver.ts';
import { seededRandom } from '../../simulators/water/seeded-random.ts';
import { impatientClock } from './impatient-clock.ts';
import { journalWorker, listLog } from './journal-directory.ts';

const page = 4_096;
const lanes = ['alarm', 'telemetry'] as const;
const maxBytes = 64 * 1_048_576;
const history = { days: 400, maxBytes: 4 * 1_048_576 };
export const fileOf = { alarm: 'alarms.db', telemetry: 'telemetry.db' } as const satisfies Record<Lane, string>;
const longest = { alarm: 300, telemetry: 3_000 } as const satisfies Record<Lane, number>;

/** What stands in an entry follows from its number: whoever reads it back knows what it has to be. */
function entryOf(lane: Lane, seq: number): Entry {
  const random = seededRandom(seq * 2 + (lane === 'alarm' ? 0 : 1));
  const body = Uint8Array.from({ length: 60 + Math.floor(random() * longest[lane]) }, () => Math.floor(random() * 256));
  return { seq, at: wallTime(1_767_225_600_000 + seq), body };
}
const keyOf = (n: number): string => `state/${String(n).padStart(4, '0')}`;
const valueOf = (key: string): Uint8Array => new TextEncoder().encode(`the value of ${key}`);
export const keys = 200;
/** Fewer alarms than are kept for local reading, so that none gives way. */
export const written = { alarm: 900, telemetry: 1_500 } as const satisfies Record<Lane, number>;
/** Up to where the destination has taken each lane. */
const taken = 400;

/** A journal with `written` in it, closed properly or left as `kill -9` leaves it. */
export async function filledJournal(directory: string, isClosed: boolean): Promise<void> {
  const store = openSqliteStore(await loadSqlite(), { directory, maxBytes, maxDays: 90, history, newId: 7 });
  for (const lane of lanes) {
    for (let seq = 1; seq <= written[lane]; seq += 100) {
      const some = Array.from({ length: 100 }, (_, i) => ({ kind: 'entry' as const, entry: entryOf(lane, seq + i) }));
      await store.write(lane, some);
    }
    await store.write(lane, [{ kind: 'cursor', destination: 'platform', upTo: taken }]);
  }
  await store.write(
    'alarm',
    Array.from({ length: keys }, (_, n) => ({
      kind: 'keep' as const,
      keep: { key: keyOf(n), value: valueOf(keyOf(n)) },
    })),
  );
  if (isClosed) store.close();
}

/** Copies the three files and their logs. */
export function copyJournal(from: string, to: string): void {
  for (const name of ['alarms.db', 'telemetry.db', 'history.db'])
    for (const suffix of ['', '-wal'])
      if (existsSync(join(from, name + suffix))) copyFileSync(join(from, name + suffix), join(to, name + suffix));
}

export const damages = ['pages', 'bits', 'cut'] as const;
export type Damage = (typeof damages)[number];

/** `count` pages of garbage, `count` flipped bits, or the last `count` pages cut off. Returns the share of the pages hit. */
export function damage(path: string, kind: Damage, count: number, random: () => number): number {
  const content = readFileSync(path);
  const pages = Math.ceil(content.length / page);
  if (kind === 'cut') {
    truncateSync(path, Math.max(0, content.length - count * page - Math.floor(random() * page)));
    return Math.min(1, count / pages);
  }
  const hit = new Set<number>();
  for (let i = 0; i < count; i++) {
    const at = Math.floor(random() * pages) * page;
    hit.add(at);
    if (kind === 'bits') flip(content, at + Math.floor(random() * page), random);
    else
      for (let byte = at; byte < at + page && byte < content.length; byte++) content[byte] = Math.floor(random() * 256);
  }
  writeFileSync(path, content);
  return hit.size / pages;
}

function flip(content: Buffer, at: number, random: () => number): void {
  content[at] = (content[at] ?? 0) ^ (1 << Math.floor(random() * 8));
}

export type FoundAfterDamage = {
  /** Why it could not be opened. */
  readonly unopened?: string;
  /** Read back as if it were sound, and was never written, or out of order. */
  readonly invented: readonly string[];
  readonly saved: Readonly<Record<Lane, number>>;
  readonly kept: number;
  /** Lanes whose next number was given to another entry before. */
  readonly renumbered: readonly Lane[];
  /** Lines of the log. */
  readonly notes: readonly string[];
  readonly quarantined: number;
};

/** Opens the journal and compares all that it reads with what was written. */
export async function readDamaged(directory: string, worker = journalWorker): Promise<FoundAfterDamage> {
  const log = listLog();
  const options = { directory, maxBytes, history, worker, clock: impatientClock(), log };
  try {
    await using journal = await openJournal(options);
    const all = { alarm: await everything(journal, 'alarm'), telemetry: await everything(journal, 'telemetry') };
    const kept = await journal.kept('');
    const invented = [...inventedIn('alarm', all.alarm), ...inventedIn('telemetry', all.telemetry)];
    for (const [key, value] of kept) if (Buffer.compare(value, valueOf(key)) !== 0) invented.push(key);
    const renumbered: Lane[] = [];
    for (const lane of lanes) {
      const cursor = await journal.cursor('platform', lane);
      if (cursor !== 0 && cursor !== taken) invented.push(`cursor ${lane} ${cursor}`);
      if ((await journal.append(lane, wallTime(1), () => new Uint8Array(1))) <= written[lane]) renumbered.push(lane);
    }
    const saved = { alarm: all.alarm.length, telemetry: all.telemetry.length };
    const { quarantined } = journal.status();
    return { invented, saved, kept: kept.size, renumbered, notes: log.lines, quarantined };
  } catch (e) {
    const saved = { alarm: 0, telemetry: 0 };
    const unopened = describeError(e);
    return { unopened, invented: [], saved, kept: 0, renumbered: [], notes: log.lines, quarantined: 0 };
  }
}

/** Damage that is come across while reading ends the thread; the same is asked of the next. */
async function everything(journal: Journal, lane: Lane): Promise<readonly Entry[]> {
  const found: Entry[] = [];
  for (;;) {
    const after = found.at(-1)?.seq ?? 0;
    const some = await journal.read(lane, after, 200).catch(() => journal.read(lane, after, 200));
    if (some.length === 0) return found;
    found.push(...some);
  }
}

function inventedIn(lane: Lane, entries: readonly Entry[]): string[] {
  let last = 0;
  return entries.flatMap(({ seq, at, body }) => {
    const isOrdered = seq > last;
    last = seq;
    const written = entryOf(lane, seq);
    return isOrdered && at === written.at && Buffer.compare(body, written.body) === 0 ? [] : [`${lane} ${seq}`];
  });
}
