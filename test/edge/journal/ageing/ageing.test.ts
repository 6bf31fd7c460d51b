import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Entry } from '../../../../edge/journal/journal.ts';
import type { Store } from '../../../../edge/journal/store.ts';
import { openTelemetry } from '../../../../sdk/wire/telemetry.ts';
import { seededRandom } from '../../../../simulators/water/seeded-random.ts';
import { keepTable, withAgedStore } from '../../../support/aged-store.ts';
import { type NumberedReadings, numberedReadings, numberedStart } from '../../../support/numbered-readings.ts';

const maxBytes = 192 * 1_024;
const hour = 3_600_000;
const all = 1_000_000;

async function writeUpTo(store: Store, readings: NumberedReadings, last: number, each = 20): Promise<void> {
  for (let seq = store.status().lanes.telemetry.last + 1; seq <= last; seq += each) {
    const entries = Array.from({ length: Math.min(each, last - seq + 1) }, (_, i) => readings.entry(seq + i));
    await store.write(
      'telemetry',
      entries.map((entry) => ({ kind: 'entry', entry })),
    );
    for (let turn = 0; turn < 60; turn++) await setImmediate();
  }
}

const kindOf = ({ body }: Entry): string => {
  const message = openTelemetry(body);
  return message.kind === 'summary' ? `every ${message.every / 60_000}` : message.kind;
};

const acknowledge = (store: Store, destination: string, upTo: number): Promise<void> =>
  store.write('telemetry', [{ kind: 'cursor', destination, upTo }]);

const changes = (kinds: readonly string[]) => kinds.filter((kind, i) => kind !== kinds[i - 1]);

it(
  'a lane that is full becomes coarser from its old end: every number stays explained, every sum is right',
  () =>
    withAgedStore({ maxBytes }, async (store) => {
      const readings = numberedReadings({ log: 7, columns: 40, stepMs: 10_000 });
      await keepTable(store, readings.table);
      const orders = new Set<string>();
      for (let last = 300; last <= 2_400; last += 200) {
        await writeUpTo(store, readings, last);
        const rows = store.read('telemetry', 0, all);
        const { wrong, missing, told } = readings.check(rows);
        expect([wrong, missing]).toEqual([[], []]);
        expect(told).toEqual(readings.table.columns.map((_, column) => ({ column, first: 1, last })));
        orders.add(changes(rows.map(kindOf)).join());
      }
      expect([...orders]).toEqual(['readings', 'every 1,readings', 'every 15,every 1,readings']);
      const { first, summarised, evicted } = store.status().lanes.telemetry;
      expect([first, evicted]).toEqual([1, 0]);
      expect(summarised).toBeGreaterThan(1_800);
    }),
  60_000,
);

it(
  'what cannot be made coarser any more is given up, oldest first, and one row says which numbers that were',
  () =>
    withAgedStore({ maxBytes }, async (store) => {
      const readings = numberedReadings({ log: 7, columns: 40, stepMs: 20_000 });
      await keepTable(store, readings.table);
      await writeUpTo(store, readings, 5_000);
      const rows = store.read('telemetry', 0, all);
      const { wrong, missing, told } = readings.check(rows);
      expect([wrong, missing]).toEqual([[], []]);
      for (const { first, last } of told) expect([first > 1, last]).toEqual([true, 5_000]);
      expect(rows.map(kindOf).lastIndexOf('gone')).toBe(0);
      const [gone] = rows.map(({ body }) => openTelemetry(body));
      const { first, evicted } = store.status().lanes.telemetry;
      expect(gone).toMatchObject({ kind: 'gone', log: 7, first: 1, seq: first - 1 });
      expect(evicted).toBe(first - 1);
      const times = gone?.kind === 'gone' ? [gone.from, gone.to] : [];
      expect(times[0]).toBe(numberedStart);
      expect((times[1] ?? 0) - readings.entry(first - 1).at).toBeLessThan(6 * hour);
      expect((times[1] ?? 0) - readings.entry(first - 1).at).toBeGreaterThanOrEqual(0);
    }),
  60_000,
);

/** Takes the lane as an uplink does: pages, some of which it does not come to the end of, and a cursor that is stored late. */
function follower(store: Store, name: string, random: () => number) {
  const taken: Entry[] = [];
  const cursor = (): number => taken.at(-1)?.seq ?? 0;
  let page: readonly Entry[] = [];
  return {
    taken,
    cursor,
    take(): void {
      if (page.length === 0 || random() < 0.2) page = store.read('telemetry', cursor(), 8, name);
      const some = Math.ceil(random() * 3);
      taken.push(...page.slice(0, some));
      page = page.slice(some);
    },
  };
}

it(
  'one that is overtaken by the ageing, and one far behind, are each told of every reading once',
  () =>
    withAgedStore({ maxBytes }, async (store) => {
      const readings = numberedReadings({ log: 7, columns: 40, stepMs: 10_000 });
      await keepTable(store, readings.table);
      const random = seededRandom(7);
      const slow = follower(store, 'slow', random);
      await acknowledge(store, 'far', 0);
      for (let last = 20; last <= 2_000; last += 20) {
        await writeUpTo(store, readings, last);
        for (let i = 0; i < 5; i++) slow.take();
        if (last % 200 === 0) await acknowledge(store, 'slow', slow.cursor());
      }
      while (slow.cursor() < 2_000) slow.take();
      const kinds = new Set(slow.taken.map(kindOf));
      expect([...kinds].toSorted()).toEqual(['every 1', 'readings']);
      const { wrong, missing, told } = readings.check(slow.taken);
      expect([wrong, missing]).toEqual([[], []]);
      expect(told).toEqual(readings.table.columns.map((_, column) => ({ column, first: 1, last: 2_000 })));
      expect(readings.check(store.read('telemetry', 0, all))).toMatchObject({ wrong: [], missing: [] });
    }),
  60_000,
);

it(
  'the history has every reading all the same: nothing is summed up before it is stored there',
  () =>
    withAgedStore({ maxBytes }, async (store) => {
      const readings = numberedReadings({ log: 7, columns: 40, stepMs: 10_000 });
      await keepTable(store, readings.table);
      await writeUpTo(store, readings, 1_500);
      expect(store.status().lanes.telemetry.summarised).toBeGreaterThan(500);
      const seen: number[] = [];
      for (let after: number | undefined = 0; after !== undefined; ) {
        const page = await store.history({ device: 'gate', points: ['p-3'], from: 0, to: 4e12, after });
        if ('rows' in page) seen.push(...page.rows.map(({ value }) => ('value' in value ? Number(value.value) : 0)));
        after = page.next;
      }
      expect(seen).toEqual(Array.from({ length: 1_500 }, (_, i) => i + 1));
    }),
  60_000,
);
