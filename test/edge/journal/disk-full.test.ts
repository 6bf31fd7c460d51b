import { expect, it } from 'vitest';
import { openSqliteStore } from '../../../edge/journal/sqlite-store.ts';
import type { Store } from '../../../edge/journal/store.ts';
import { wallTime } from '../../../sdk/model/time.ts';
import { loadSqlite } from '../../../sdk/sqlite/driver.ts';
import { smallDisk } from '../../support/small-disk.ts';

const entries = (first: number, count: number, size: number) =>
  Array.from({ length: count }, (_, i) => {
    const seq = first + i;
    return { kind: 'entry', entry: { seq, at: wallTime(seq), body: new Uint8Array(size).fill(seq) } } as const;
  });

const alarmsAtOnce = 20;

/** Alarms that go to the disk before it refuses. */
async function alarmsUntilRefused(store: Store): Promise<number> {
  for (let first = 1; ; first += alarmsAtOnce) {
    const wasRefused = await store.write('alarm', entries(first, alarmsAtOnce, 250)).then(
      () => false,
      () => true,
    );
    if (wasRefused) return first - 1;
  }
}

it('on a full disk the room of the readings goes to the alarms', async (ctx) => {
  await using disk = await smallDisk(24);
  if (!disk) return ctx.skip('no file system may be mounted here');
  const maxBytes = 4 * 1_048_576;
  const options = { directory: disk.path, maxBytes, maxDays: 90, newId: 7, history: { days: 400, maxBytes } };
  const store = openSqliteStore(await loadSqlite(), options);
  try {
    for (let seq = 1; seq <= 200; seq++) await store.write('telemetry', entries(seq, 1, 1_000));
    disk.fill();
    const stored = await alarmsUntilRefused(store);
    expect(stored).toBeGreaterThan(6_000); // some 1,700 have room in what was allocated for them
    await expect(store.write('telemetry', entries(201, 1, 1_000))).rejects.toThrow();
    // What was not acknowledged may lie there unsynced: nobody hears of it before it is written again.
    expect(store.read('alarm', 0, 100_000).length).toBe(stored);
    expect(store.status().lanes.alarm.last).toBe(stored);
    disk.free();
    await store.write('telemetry', entries(201, 1, 1_000));
    await store.write('alarm', entries(stored + 1, alarmsAtOnce, 250));
    expect(store.read('alarm', 0, 100_000).length).toBe(stored + alarmsAtOnce);
    expect(store.read('telemetry', 0, 1_000).length).toBe(201);
  } finally {
    store.close();
  }
}, 60_000);
