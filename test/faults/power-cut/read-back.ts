import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Entry, Lane } from '../../../edge/journal/journal.ts';
import { openSqliteStore } from '../../../edge/journal/sqlite-store.ts';
import type { Store } from '../../../edge/journal/store.ts';
import { describeError } from '../../../sdk/model/errors.ts';
import { loadSqlite } from '../../../sdk/sqlite/driver.ts';
import { isDamage } from '../../../sdk/sqlite/errors.ts';
import type { Checked } from '../../support/numbered-readings.ts';
import { destinations, entryOf, history, journalId, keptKey, keptSeq, maxBytes, maxDays, readings } from './written.ts';

/** What the writer had been told by the time of the cut: up to which number each lane was acknowledged. */
export type Acknowledged = Readonly<Record<Lane, number>>;

export type Found = {
  /** Acknowledged entries that are gone, other than those that had to give way. */
  readonly lost: Readonly<Record<Lane, number>>;
  /** Lanes whose next number was acknowledged for another entry before. */
  readonly renumbered: readonly Lane[];
  /** Read back as if it were sound, and is not what was written. */
  readonly silent: readonly string[];
  readonly unopened?: string;
  readonly notes: readonly string[];
};

const nothing = { alarm: 0, telemetry: 0 } as const;

/** Opens these files as a gateway does after a power cut, and compares all that it reads with what was written. */
export async function readBack(
  files: ReadonlyMap<string, Buffer>,
  folder: string,
  acknowledged: Acknowledged,
): Promise<Found> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [path, content] of files) writeFileSync(join(folder, basename(path)), content);
  try {
    return compared(await openAsGateway(folder), acknowledged);
  } catch (e) {
    return { lost: nothing, renumbered: [], silent: [], unopened: describeError(e), notes: [] };
  }
}

type Read = {
  readonly entries: Readonly<Record<Lane, readonly Entry[]>>;
  readonly store: Pick<Store, 'opened'>;
  readonly kept: ReadonlyMap<string, Uint8Array>;
};

/** Damage that shows only while reading ends the journal's thread; the next one sets the file aside as it opens. */
async function openAsGateway(folder: string, again = true): Promise<Read> {
  const store = openSqliteStore(await loadSqlite(), {
    directory: folder,
    maxBytes,
    maxDays,
    history,
    newId: journalId + 1,
  });
  try {
    const all = (lane: Lane): readonly Entry[] => store.read(lane, 0, 1_000_000);
    const entries = { alarm: all('alarm'), telemetry: all('telemetry') };
    return { entries, store, kept: store.kept('') };
  } catch (e) {
    if (!again || !isDamage(e)) throw e;
  } finally {
    store.close();
  }
  return openAsGateway(folder, false);
}

function compared({ entries, store, kept }: Read, acknowledged: Acknowledged): Found {
  const { opened } = store;
  const checked = readings.check(entries.telemetry);
  const silent: string[] = [...checked.wrong];
  for (const { seq, at, body } of entries.alarm) {
    const written = entryOf('alarm', seq);
    if (at !== written.at || Buffer.compare(body, written.body) !== 0) silent.push(`alarm ${seq}`);
  }
  for (const lane of ['alarm', 'telemetry'] as const) {
    const value = kept.get(keptKey(lane));
    if (value && !(keptSeq(value) >= 0)) silent.push(`kept ${lane}`);
    for (const destination of destinations) {
      const cursor = opened.cursors[lane].get(destination) ?? 0;
      if (cursor > acknowledged[lane]) silent.push(`cursor ${destination} ${lane} ${cursor}`);
    }
  }
  if (acknowledged.alarm > 0 && opened.id !== journalId) silent.push('identity');
  // A kept value belongs to the change that it came with: without it the gateway would raise again, or not at all.
  const state = keptSeq(kept.get(keptKey('alarm')));
  if (acknowledged.alarm > 0 && !(state >= acknowledged.alarm)) silent.push(`state as of ${state}`);
  return {
    lost: {
      alarm: gone(entries.alarm, acknowledged.alarm),
      telemetry: untold(checked, entries.telemetry, acknowledged.telemetry),
    },
    renumbered: (['alarm', 'telemetry'] as const).filter((lane) => opened.next[lane] <= acknowledged[lane]),
    silent,
    notes: opened.notes.map(({ text }) => text),
  };
}

/** So many of the newest never give way here: what the journal keeps for local reading, or has room for, with a margin. */
const stays = { alarm: 900, telemetry: 50 } as const satisfies Record<Lane, number>;

/** Older ones may have given way, and then all below them; what is missing above the oldest that is there is lost. */
function gone(entries: readonly Entry[], acknowledged: number): number {
  const first = entries[0]?.seq ?? 1;
  const there = new Set(entries.map(({ seq }) => seq));
  let missing = 0;
  for (let seq = Math.min(first, Math.max(1, acknowledged - stays.alarm)); seq <= acknowledged; seq++)
    if (!there.has(seq)) missing++;
  return missing;
}

/** Each number has to be there, in a sum, or told to be gone; the newest have to be there. */
function untold({ missing, told }: Checked, entries: readonly Entry[], acknowledged: number): number {
  const behind = Math.max(0, acknowledged - (entries.at(-1)?.seq ?? 0));
  const oldest = Math.max(...told.map(({ first }) => first));
  const isCut = acknowledged > stays.telemetry && !(oldest <= acknowledged - stays.telemetry);
  return missing.length + behind + (isCut ? 1 : 0);
}
