import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { telemetryFeed } from '../../../sdk/client/telemetry-feed.ts';
import { valueCache } from '../../../sdk/client/value-cache.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { deviceId, districtCode, gatewayId, townCode } from '../../../sdk/model/ids.ts';
import type { RunClock } from '../../../sdk/model/run-clock.ts';
import { minutes, monoTime, wallTime } from '../../../sdk/model/time.ts';
import { encodeCbor } from '../../../sdk/wire/cbor.ts';
import { mapOf } from '../../../sdk/wire/parse.ts';
import { pointTable } from '../../../sdk/wire/point-table.ts';
import type { Span } from '../../../sdk/wire/span.ts';
import {
  encodeGone,
  encodeSnapshot,
  encodeSummary,
  encodeTelemetry,
  type TelemetryBatch,
} from '../../../sdk/wire/telemetry.ts';
import { sample } from '../../support/fake-gateway.ts';
import { propertyRuns } from '../../support/property-runs.ts';

const site = { district: districtCode('330603'), town: townCode('001'), gateway: gatewayId('gw-1') };
const table = pointTable([
  { device: deviceId('hydrant-1'), point: 'pressure', unit: 'MPa', resolution: 0.001 },
  { device: deviceId('smoke-1'), point: 'status', choices: ['normal', 'smoke'] },
]);
const noon = 1_790_000_040_000;
type Head = Partial<TelemetryBatch>;
const head = (seq: number, also: Head = {}): TelemetryBatch => ({
  log: 7,
  seq,
  boot: 1,
  trust: 'synced',
  table: table.hash,
  ...also,
});
const readings = (seq: number, wall = noon, also: Head = {}): Uint8Array =>
  encodeTelemetry(head(seq, also), table, [sample(0, seq / 1_000, wall)]);
const snapshot = (seq: number, value: number, wall = noon, also: Head = {}): Uint8Array =>
  encodeSnapshot(head(seq, also), table, [sample(0, value, wall)]);
const span: Span = {
  column: 0,
  from: wallTime(noon),
  count: 6,
  leftOut: 1,
  last: 0.4,
  figures: { min: 0.3, max: 0.5, mean: 0.42 },
};
const summary = (first: number, seq: number, also: Head = {}): Uint8Array =>
  encodeSummary({ ...head(seq, also), first, every: minutes(1) }, table, [
    span,
    { column: 1, from: wallTime(noon + 120_000), count: 1, leftOut: 0, last: 'smoke' },
  ]);
const gone = (first: number, seq: number): Uint8Array =>
  encodeGone({ log: 7, first, seq, from: wallTime(noon), to: wallTime(noon + 5_000) });
const unreachable = new FengsuiError('GATEWAY_OFFLINE', 'gone');
const settled = (): Promise<void> => new Promise((done) => setImmediate(done));

type Again = readonly Uint8Array[] | FengsuiError;

/** The feed over what a gateway would give again, and over all that it tells. */
function feeding(again: Again | (() => Again) = [], clocks: readonly RunClock[] = []) {
  const gaps: unknown[] = [];
  const values: unknown[] = [];
  const asked: unknown[] = [];
  const problems: unknown[] = [];
  const cache = valueCache();
  const feed = telemetryFeed({
    cache,
    tables: {
      receive: () => undefined,
      with: (_site, _hash, use) => use(table),
      get: async () => table,
      forget: () => undefined,
    },
    clocks: () => clocks,
    fetch: async (_site, range) => {
      asked.push(range);
      const answer = typeof again === 'function' ? again() : again;
      if (answer instanceof FengsuiError) throw answer;
      return answer;
    },
    gap: (_site, { from, to }, why) => gaps.push([from, to, why]),
    problem: (_site, e) => problems.push(e),
  });
  feed.arrivals.add(({ all }) => {
    for (const { value } of all) values.push(value.quality === 'lost' ? undefined : value.value);
  });
  const spans: unknown[] = [];
  feed.summaries.add(({ all }) => spans.push(...all));
  const receive = (...messages: Uint8Array[]): void => {
    for (const bytes of messages) feed.receive(site, bytes);
  };
  const present = (): unknown => cache.of(site, 'hydrant-1').get('pressure')?.value;
  return { feed, receive, gaps, values, spans, asked, problems, present, cache };
}

describe('a summary', () => {
  const told = { since: new Date(noon), until: new Date(noon + 180_000), every: 60_000 };
  it('is told as a gap of its numbers, and its spans are handed on', async () => {
    const { receive, gaps, spans, values, asked } = feeding();
    receive(readings(1), summary(2, 900), readings(901));
    await settled();
    expect(gaps).toEqual([[2, 900, { reason: 'summarised', ...told }]]);
    expect(spans).toMatchObject([
      { device: 'hydrant-1', point: 'pressure', every: 60_000, told: { from: noon, count: 6, min: 0.3, unit: 'MPa' } },
      { device: 'smoke-1', point: 'status', told: { count: 1, last: 'smoke', min: undefined } },
    ]);
    expect([values, asked]).toEqual([[0.001, 0.901], []]);
  });

  it('that comes twice counts once', () => {
    const { receive, gaps, spans } = feeding();
    receive(summary(2, 900), summary(2, 900));
    expect([gaps.length, spans.length]).toEqual([1, 2]);
  });

  it('of which a part came before is handed on whole, and told by the numbers that did not come', () => {
    const { receive, gaps, spans } = feeding();
    receive(readings(1), readings(2), readings(3), summary(2, 9));
    expect(gaps).toEqual([[4, 9, { reason: 'summarised', ...told }]]);
    expect(spans).toHaveLength(2);
  });

  it('does not touch what is known of the present', () => {
    const { receive, present } = feeding();
    receive(snapshot(0, 0.7), summary(1, 9));
    expect(present()).toMatchObject({ value: 0.7 });
  });

  it('without spans is refused', () => {
    const { receive } = feeding();
    const fields = [
      [0, 3],
      [1, 7],
      [2, 9],
      [3, 1],
      [4, table.hash],
      [5, 1],
      [6, 0],
      [7, []],
      [9, 60_000],
    ] as const;
    expect(() => receive(encodeCbor(mapOf(fields)))).toThrow('has no spans');
  });
});

describe('what a gateway gave up', () => {
  const told = { reason: 'evicted', since: new Date(noon), until: new Date(noon + 5_000) };
  it('is told with its numbers and times, and not asked for', async () => {
    const { receive, gaps, asked } = feeding();
    receive(readings(1), gone(2, 5), readings(6));
    await settled();
    expect([gaps, asked]).toEqual([[[2, 5, told]], []]);
  });

  it('is told once though it grows', () => {
    const { receive, gaps } = feeding();
    receive(gone(1, 500), gone(1, 900), gone(1, 900));
    expect(gaps).toEqual([
      [1, 500, told],
      [501, 900, told],
    ]);
  });

  it('is refused when its times are none', () => {
    const { receive, gaps } = feeding();
    const at = wallTime(9e15);
    expect(() => receive(encodeGone({ log: 7, first: 1, seq: 2, from: at, to: at }))).toThrow(FengsuiError);
    expect(gaps).toEqual([]);
  });
});

it('a message of a later version is told by its numbers', () => {
  const { receive, gaps } = feeding();
  const later = mapOf([
    [0, 99],
    [1, 7],
    [2, 9],
    [8, 5],
  ]);
  receive(readings(4), encodeCbor(later), readings(10));
  expect(gaps).toEqual([[5, 9, { reason: 'unreadable' }]]);
});

describe('the present state', () => {
  it('comes before the backlog, whose values are handed on and do not take its place', () => {
    const { receive, values, present, gaps } = feeding();
    receive(snapshot(100, 0.9, noon), readings(1, noon - 9_000), readings(2, noon - 8_000));
    expect(values).toEqual([0.9, 0.001, 0.002]);
    expect(present()).toMatchObject({ value: 0.9 });
    receive(readings(101, noon + 1_000));
    expect(present()).toMatchObject({ value: 0.101 });
    expect(gaps).toEqual([]);
  });

  it('is not counted: the entry whose number it bears is still to come', async () => {
    const { receive, values, asked } = feeding([readings(2)]);
    receive(readings(1), snapshot(2, 0.9), readings(3));
    await settled();
    expect(values).toEqual([0.001, 0.9, 0.003, 0.002]);
    expect(asked).toEqual([{ log: 7, after: 1, upTo: 2 }]);
  });

  it('that is no news is not handed on', () => {
    const { receive, values } = feeding();
    receive(readings(5), snapshot(5, 0.005), snapshot(5, 0.005), snapshot(5, 0.7, noon + 60_000));
    expect(values).toEqual([0.005, 0.7]);
  });

  it('is handed on though the gateway has told it in a reply', () => {
    const { receive, values, cache } = feeding();
    cache.put(site, 'hydrant-1', 'pressure', {
      value: { quality: 'good', at: monoTime(0), value: 0.5 },
      wall: noon + 1,
    });
    receive(snapshot(5, 0.5));
    expect(values).toEqual([0.5]);
  });
});

describe('times of a clock that was wrong', () => {
  const offset = 5_000;
  const wrong = { trust: 'unknown', offset } as const;
  const clocks: readonly RunClock[] = [{ boot: 1, points: [{ mono: monoTime(0), wall: wallTime(noon), errorMs: 5 }] }];
  const seenOf = (bytes: Uint8Array, known = clocks) => {
    const { feed, receive } = feeding([], known);
    const seen: unknown[] = [];
    feed.arrivals.add(({ all }) => seen.push(...all));
    receive(bytes);
    return seen;
  };

  it('are put right by when the run knew better', () => {
    const right = [{ wall: noon + 2_000, isCorrected: true }];
    expect(seenOf(readings(1, 7_000, wrong))).toMatchObject(right);
    expect(seenOf(snapshot(1, 0.1, 7_000, wrong))).toMatchObject(right);
  });

  it('are put right in summaries, too', () => {
    const late: readonly RunClock[] = [{ boot: 1, points: [{ mono: monoTime(0), wall: wallTime(noon + 60_000) }] }];
    const { receive, spans, gaps } = feeding([], late);
    receive(summary(1, 9, { trust: 'estimated', offset: noon }));
    expect(spans).toMatchObject([{ told: { from: noon + 60_000 }, isCorrected: true }, { isCorrected: true }]);
    expect(gaps).toMatchObject([[1, 9, { since: new Date(noon + 60_000), until: new Date(noon + 240_000) }]]);
  });

  it.each<[why: string, also: Head, known: readonly RunClock[]]>([
    ['the clock was right', { offset }, clocks],
    ['the batch does not tell its monotonic times', { trust: 'unknown' }, clocks],
    ['the run never knew better', wrong, []],
    ['another run knew better', { ...wrong, boot: 2 }, clocks],
  ])('are left alone where %s', (_, also, known) => {
    const [seen] = seenOf(readings(1, 7_000, also), known);
    expect(seen).toMatchObject({ wall: 7_000 });
    expect(seen).not.toHaveProperty('isCorrected');
  });
});

describe('what is missing', () => {
  it('is found in a message that stands for more than was asked for', async () => {
    const { receive, gaps, spans, asked } = feeding([summary(2, 9)]);
    receive(readings(1), readings(5));
    await settled();
    expect(asked).toEqual([{ log: 7, after: 1, upTo: 4 }]);
    expect(gaps).toMatchObject([
      [2, 4, { reason: 'summarised' }],
      [6, 9, { reason: 'summarised' }],
    ]);
    expect(spans).toHaveLength(2);
  });

  it('is asked for again when the gateway is there again, and not only with its next message', async () => {
    const again: (readonly Uint8Array[] | FengsuiError)[] = [unreachable, [readings(2)]];
    const { feed, receive, asked, values, gaps } = feeding(() => again.shift() ?? []);
    receive(readings(1), readings(3));
    await settled();
    expect(asked).toHaveLength(1);
    feed.askAgain(site);
    await settled();
    expect(asked).toHaveLength(2);
    expect([values.length, gaps]).toEqual([3, []]);
  });

  it('is bounded while the gateway is not in reach: the oldest is given up', async () => {
    const { receive, gaps } = feeding(unreachable);
    for (let seq = 1; seq <= 2_003; seq += 2) receive(readings(seq));
    await settled();
    expect(gaps).toEqual([
      [2, 2, { reason: 'missing' }],
      [4, 4, { reason: 'missing' }],
    ]);
  });
});

describe('hostile messages', () => {
  it('that stand for every number there is cost no more than others', () => {
    const { receive, gaps } = feeding();
    const began = performance.now();
    receive(readings(1), gone(0, Number.MAX_SAFE_INTEGER), readings(2));
    expect(performance.now() - began).toBeLessThan(500);
    expect(gaps).toHaveLength(2); // on both sides of the first
  });

  it('are taken or refused as PROTOCOL, whatever was changed in them', () => {
    const wrong = { trust: 'unknown', offset: noon - 5_000 } as const;
    const valid = [
      readings(1),
      readings(2, noon, wrong),
      snapshot(2, 0.3, noon, wrong),
      summary(1, 9, wrong),
      gone(1, 9),
    ];
    const clocks = [
      { boot: 1, points: [1_000, 9_000].map((ms) => ({ mono: monoTime(ms), wall: wallTime(noon + ms) })) },
    ];
    const damage = fc.tuple(
      fc.constantFrom(...valid),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 }),
    );
    const { feed } = feeding(unreachable, clocks);
    fc.assert(
      fc.property(damage, ([message, hits]) => {
        const bytes = Uint8Array.from(message);
        for (const [where, value] of hits) bytes[where % bytes.length] = value;
        try {
          feed.receive(site, bytes);
          return true;
        } catch (e) {
          return FengsuiError.is(e, 'PROTOCOL');
        }
      }),
      propertyRuns(2_000),
    );
  });
});
