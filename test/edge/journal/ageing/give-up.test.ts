import { expect, it } from 'vitest';
import type { Store } from '../../../../edge/journal/store.ts';
import { type ClockTrust, wallTime } from '../../../../sdk/model/time.ts';
import { encodeTelemetry, openTelemetry } from '../../../../sdk/wire/telemetry.ts';
import { atRest, withAgedStore } from '../../../support/aged-store.ts';
import { samplesAt, tableOf } from '../../../support/history-entries.ts';

const maxBytes = 512 * 1_024;
const start = Date.UTC(2026, 0, 1);
const day = 86_400_000;
const table = tableOf(3);

function entry(seq: number, at: number, trust: ClockTrust = 'synced') {
  const batch = { log: 7, seq, boot: 1, trust, table: table.hash };
  const body = encodeTelemetry(batch, table, samplesAt(3, at, seq));
  return { kind: 'entry', entry: { seq, at: wallTime(at), body } } as const;
}

const told = (store: Store, after = 0) =>
  store.read('telemetry', after, 1_000).map(({ body }) => {
    const message = openTelemetry(body);
    return message.kind === 'snapshot' ? [] : [message.kind, message.first, message.seq];
  });

it('what is older than the bound is given up, by the newest time of a trusted clock', () =>
  withAgedStore({ maxBytes, maxDays: 2 }, async (store) => {
    for (let i = 0; i < 40; i++) await store.write('telemetry', [entry(i + 1, start + i * (day / 10))]);
    await atRest();
    expect(told(store).slice(0, 2)).toEqual([
      ['gone', 1, 19],
      ['readings', 20, 20],
    ]);
    expect(store.status().lanes.telemetry).toMatchObject({ first: 20, evicted: 19 });
  }));

it('a clock that is not trusted makes nothing old, and what it stamped goes with what came after it', () =>
  withAgedStore({ maxBytes, maxDays: 2 }, async (store) => {
    await store.write('telemetry', [entry(1, start), entry(2, start + 1, 'unknown')]);
    await store.write('telemetry', [entry(3, start + 9 * day, 'estimated')]);
    await atRest();
    expect(told(store).length).toBe(3);
    for (let seq = 4; seq < 40; seq++) await store.write('telemetry', [entry(seq, start + 10, 'unknown')]); // set back
    await store.write('telemetry', [entry(40, start + 3 * day), entry(41, start + 3 * day)]);
    await atRest();
    expect(told(store).slice(0, 2)).toEqual([
      ['gone', 1, 1],
      ['readings', 2, 2],
    ]);
    await store.write('telemetry', [entry(42, start + 5.5 * day)]);
    await atRest();
    expect(told(store)).toEqual([
      ['gone', 1, 41],
      ['readings', 42, 42],
    ]);
  }));

it('what was dropped before it came to the disk is told in its place, once, and with what is given up beside it', () =>
  withAgedStore({ maxBytes, maxDays: 2 }, async (store) => {
    const dropped = { kind: 'dropped', first: 3, last: 9, from: wallTime(start), to: wallTime(start + 9) } as const;
    await store.write('telemetry', [entry(1, start), entry(2, start)]);
    await store.write('telemetry', [dropped, entry(10, start + 10)]);
    await store.write('telemetry', [dropped, entry(10, start + 10)]); // its answer was lost
    const [, , gone] = store.read('telemetry', 0, 9);
    expect(gone && openTelemetry(gone.body)).toEqual({
      kind: 'gone',
      log: 7,
      first: 3,
      seq: 9,
      from: start,
      to: start + 9,
    });
    expect(told(store, 5)).toEqual([
      ['gone', 3, 9],
      ['readings', 10, 10],
    ]);
    expect(store.status().lanes.telemetry.evicted).toBe(7);
    await store.write('telemetry', [entry(11, start + 3 * day)]);
    await atRest();
    expect(told(store)).toEqual([
      ['gone', 1, 10],
      ['readings', 11, 11],
    ]);
    expect(store.status().lanes.telemetry.evicted).toBe(10);
  }));

it('only numbers that some destination had not taken count as given up', () =>
  withAgedStore({ maxBytes, maxDays: 2 }, async (store) => {
    await store.write(
      'telemetry',
      [1, 2, 3, 4].map((seq) => entry(seq, start)),
    );
    await store.write('telemetry', [{ kind: 'cursor', destination: 'platform', upTo: 3 }]);
    await store.write('telemetry', [entry(5, start + 3 * day)]);
    await atRest();
    expect(store.status().lanes.telemetry.evicted).toBe(1);
  }));
