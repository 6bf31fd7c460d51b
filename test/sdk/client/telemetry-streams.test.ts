import { beforeEach, expect, it } from 'vitest';
import { connect, type Gap } from '../../../sdk/index.ts';
import { wallTime } from '../../../sdk/model/time.ts';
import { encodePointTable, pointTable } from '../../../sdk/wire/point-table.ts';
import type { Span } from '../../../sdk/wire/span.ts';
import { type Broker, startBroker } from '../../../simulators/broker/start-broker.ts';
import { closedAfterEach } from '../../support/closed-after-each.ts';
import { type FakeGateway, fakeGateway, hydrant, sample } from '../../support/fake-gateway.ts';
import { until } from '../../support/until.ts';

const minute = 60_000;
const from = 1_790_000_040_000;
const pressure: Span = {
  column: 0,
  from: wallTime(from),
  count: 6,
  leftOut: 1,
  last: 0.4,
  figures: { min: 0.3, max: 0.5, mean: 0.42 },
};
const status: Span = { column: 1, from: wallTime(from), count: 2, leftOut: 0, last: 'smoke' };
const address = { gateway: 'gw-1', device: 'hydrant-1' };

let broker: Broker;
let gateway: FakeGateway;
const own = closedAfterEach();
const watcher = async () => {
  const fs = own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603' }));
  const gaps: Gap[] = [];
  fs.on('gap', (gap) => gaps.push(gap));
  await fs.ready();
  return { fs, gaps };
};

beforeEach(async () => {
  broker = own(await startBroker());
  gateway = own(await fakeGateway({ port: broker.port }));
});

it('summaries tell what is left of readings, a gap tells of which, and the stream shows none of it', async () => {
  const { fs, gaps } = await watcher();
  const readings = fs.telemetry.stream();
  const summaries = fs.telemetry.summaries();
  await gateway.summary(1, 900, [pressure, status]);
  await gateway.telemetry(901, [sample(0, 0.6)]);
  const bucket = { gateway: 'gw-1', from: new Date(from), to: new Date(from + minute) };
  const none = { min: undefined, max: undefined, mean: undefined };
  const figures = { unit: 'MPa', count: 6, leftOut: 1, last: 0.4, min: 0.3, max: 0.5, mean: 0.42 };
  expect((await summaries.next()).value).toEqual({ ...bucket, device: 'hydrant-1', point: 'pressure', ...figures });
  const smoke = { point: 'status', unit: undefined, count: 2, leftOut: 0, last: 'smoke', ...none };
  expect((await summaries.next()).value).toEqual({ ...bucket, device: 'smoke-1', ...smoke });
  expect((await readings.next()).value).toMatchObject({ value: 0.6 });
  expect(gaps).toEqual([
    {
      lane: 'telemetry',
      gateway: 'gw-1',
      log: 7,
      from: 1,
      to: 900,
      reason: 'summarised',
      since: new Date(from),
      until: new Date(from + minute),
      every: minute,
    },
  ]);
});

it('summaries of a profile are of its devices and points', async () => {
  const { fs } = await watcher();
  const summaries = fs.telemetry.summaries({ profile: 'generic/municipal-hydrant' });
  await gateway.summary(1, 900, [status, pressure]);
  expect((await summaries.next()).value).toMatchObject({ device: 'hydrant-1', point: 'pressure', last: 0.4 });
});

it('figures that do not fit the profile of their device are left out', async () => {
  const { fs } = await watcher();
  const summaries = fs.telemetry.summaries();
  const kilopascal = pointTable([{ device: hydrant.id, point: 'pressure', unit: 'kPa', resolution: 1 }]);
  gateway.answers.set('table', () => ({ table: encodePointTable(kilopascal) }));
  await gateway.summary(1, 900, [pressure], kilopascal);
  expect((await summaries.next()).value).toMatchObject({ unit: 'MPa', count: 6, last: undefined, max: undefined });
});

it('what was given up is told with its numbers and times', async () => {
  const { gaps } = await watcher();
  await gateway.gone(1, 900, from, from + minute);
  await until('it is told', () => gaps.length > 0);
  expect(gaps).toMatchObject([
    { reason: 'evicted', from: 1, to: 900, since: new Date(from), until: new Date(from + minute) },
  ]);
});

it('the present state is shown by the stream before the backlog, also where a reply has told it, and once', async () => {
  gateway.answers.set('latest', () => ({ devices: [{ device: 'hydrant-1', points: [['pressure', from, 0.9]] }] }));
  const { fs } = await watcher();
  const stream = fs.telemetry.stream();
  await gateway.snapshot(2, [sample(0, 0.9, from)]);
  await gateway.snapshot(2, [sample(0, 0.9, from)]);
  await gateway.telemetry(1, [sample(0, 0.1, from - minute)]);
  const values = [(await stream.next()).value?.value, (await stream.next()).value?.value];
  expect(values).toEqual([0.9, 0.1]);
  expect(fs.devices.get(address).latest()['pressure']?.value).toBe(0.9);
});

it('a typed stream has also what came before the state of its gateway, which tells the profiles of devices', async () => {
  await gateway.publish('state', new Uint8Array(), true); // as a broker loses it
  const { fs } = await watcher();
  const typed = fs.telemetry.stream({ profile: 'generic/municipal-hydrant' });
  const untyped = fs.telemetry.stream();
  await gateway.telemetry(1, [sample(0, 0.3)]);
  expect((await untyped.next()).value?.value).toBe(0.3);
  await gateway.state();
  expect((await typed.next()).value).toMatchObject({ device: 'hydrant-1', point: 'pressure', value: 0.3 });
});

it('lets nothing of a burst go while the reader keeps up, however little may wait', async () => {
  const { fs } = await watcher();
  const stream = fs.telemetry.stream({}, { buffer: 4 });
  const burst = Array.from({ length: 100 }, (_, i) => i + 1);
  const taken: unknown[] = [];
  const reading = (async () => {
    for await (const { value } of stream) {
      taken.push(value);
      if (value === 1) return stream.dropped;
    }
    return undefined;
  })();
  await Promise.all(burst.map((seq) => gateway.telemetry(seq, [sample(0, seq / 100)])));
  expect(await reading).toBe(0);
  expect(taken).toEqual(burst.map((seq) => seq / 100));
});
