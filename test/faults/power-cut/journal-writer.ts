/**
 * `journal-writer.js DIRECTORY SEED COMMITS END`: writes both lanes of a journal side by side, with kept values and
 * cursors, and tells on standard output what was acknowledged. END: `close`, or `kill` for `kill -9` at the end, or
 * `old`: then it makes a telemetry file as the first version did, with as many entries, and nothing else.
 */

import { mkdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Lane } from '../../../edge/journal/journal.ts';
import { openSqliteStore } from '../../../edge/journal/sqlite-store.ts';
import type { Write } from '../../../edge/journal/store.ts';
import { loadSqlite } from '../../../sdk/sqlite/driver.ts';
import { encodePointTable } from '../../../sdk/wire/point-table.ts';
import { seededRandom } from '../../../simulators/water/seeded-random.ts';
import { versionOneFile } from '../../support/version-one-file.ts';
import {
  destinations,
  entryOf,
  history,
  journalId,
  keptKey,
  keptValue,
  maxBytes,
  maxDays,
  readings,
  toldLine,
} from './written.ts';

const [directory = '', seed = '1', commits = '100', end = 'close'] = process.argv.slice(2);
if (end === 'old') {
  mkdirSync(directory, { recursive: true });
  const entries = Array.from({ length: Number(commits) }, (_, i) => entryOf('telemetry', i + 1));
  await versionOneFile(join(directory, 'telemetry.db'), entries, { id: journalId });
  writeSync(1, toldLine({ lane: 'telemetry', upTo: entries.length }));
  process.exit();
}
const options = { directory, maxBytes, maxDays, history, newId: journalId };
const store = openSqliteStore(await loadSqlite(), options);
const { table } = readings;
await store.write('alarm', [{ kind: 'keep', keep: { key: `table/${table.hash}`, value: encodePointTable(table) } }]);

/** Few entries a commit mostly, as in a gateway; bursts at times. */
const burst = (random: () => number): number => (random() < 0.05 ? 30 : 1 + Math.floor(random() * 3));
const batchesOfCommit = 4;
/** What is done between commits has the time for it. */
const turnsBetween = 15;
const keepsEach = { alarm: 1, telemetry: 10 } as const satisfies Record<Lane, number>;

/** The second destination is far behind, and does not move but at times. */
const takenBy = (destination: number, last: number): number =>
  destination === 0 ? last : Math.floor(Math.max(0, last - 1_000) / 333) * 333;

async function writeLane(lane: Lane): Promise<void> {
  const random = seededRandom(Number(seed) * 2 + (lane === 'alarm' ? 0 : 1));
  let next = store.opened.next[lane];
  for (let commit = 0; commit < Number(commits); commit++) {
    const writes: Write[] = [];
    const last = next + (lane === 'alarm' ? burst(random) : batchesOfCommit) - 1;
    for (const [i, destination] of destinations.entries()) {
      const upTo = lane === 'alarm' ? next - 1 - i * 5 : takenBy(i, next - 1);
      if (random() < 0.3 && upTo > 0) writes.push({ kind: 'cursor', destination, upTo });
    }
    for (; next <= last; next++) {
      const keep = { key: keptKey(lane), value: keptValue(next) };
      writes.push({ kind: 'entry', entry: entryOf(lane, next), ...(next % keepsEach[lane] === 0 ? { keep } : {}) });
    }
    await store.write(lane, writes);
    writeSync(1, toldLine({ lane, upTo: last }));
    for (let turn = 0; turn < turnsBetween; turn++) await setImmediate();
  }
}

await Promise.all([writeLane('alarm'), writeLane('telemetry')]);
if (end === 'kill') process.kill(process.pid, 'SIGKILL');
store.close();
