/**
 * `journal-writer.js DIRECTORY SEED COMMITS END`: writes both lanes of a journal side by side, with kept values and
 * cursors, and tells on standard output what was acknowledged. END: `close`, or `kill` for `kill -9` at the end.
 */

import { writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { Lane } from '../../../edge/journal/journal.ts';
import { loadSqlite } from '../../../edge/journal/sqlite-driver.ts';
import { openSqliteStore } from '../../../edge/journal/sqlite-store.ts';
import type { Write } from '../../../edge/journal/store.ts';
import { seededRandom } from '../../../simulators/water/seeded-random.ts';
import {
  destinations,
  entryOf,
  history,
  journalId,
  keptKey,
  keptValue,
  maxBytes,
  maxDays,
  toldLine,
} from './written.ts';

const [directory = '', seed = '1', commits = '100', end = 'close'] = process.argv.slice(2);
const store = openSqliteStore(await loadSqlite(), { directory, maxBytes, maxDays, history, newId: journalId });

/** Few entries a commit mostly, as in a gateway; bursts at times. */
const burst = (random: () => number): number => (random() < 0.05 ? 30 : 1 + Math.floor(random() * 3));
const keepsEach = { alarm: 1, telemetry: 10 } as const satisfies Record<Lane, number>;

async function writeLane(lane: Lane): Promise<void> {
  const random = seededRandom(Number(seed) * 2 + (lane === 'alarm' ? 0 : 1));
  let next = store.opened.next[lane];
  for (let commit = 0; commit < Number(commits); commit++) {
    const writes: Write[] = [];
    const last = next + (lane === 'alarm' ? burst(random) : 1) - 1;
    for (const [i, destination] of destinations.entries()) {
      const upTo = next - 1 - i * 5;
      if (random() < 0.3 && upTo > 0) writes.push({ kind: 'cursor', destination, upTo });
    }
    for (; next <= last; next++) {
      const keep = { key: keptKey(lane), value: keptValue(next) };
      writes.push({ kind: 'entry', entry: entryOf(lane, next), ...(next % keepsEach[lane] === 0 ? { keep } : {}) });
    }
    await store.write(lane, writes);
    writeSync(1, toldLine({ lane, upTo: last }));
    await setImmediate();
  }
}

await Promise.all([writeLane('alarm'), writeLane('telemetry')]);
if (end === 'kill') process.kill(process.pid, 'SIGKILL');
store.close();
