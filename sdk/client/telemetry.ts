import { FengsuiError } from '../model/errors.ts';
import type { ProfileSpec } from '../model/profile.ts';
import { leastEvery, mostEvery } from '../wire/methods.ts';
import type { Data } from '../wire/request.ts';
import type { DeviceAddress, TypedDevice } from './devices.ts';
import { type BucketOf, type HistoryBucket, isBucketOf, parseBuckets, toBucket } from './history-bucket.ts';
import { type Paged, paged } from './paged.ts';
import {
  isLatestOf,
  isReadingOf,
  type Latest,
  type LatestOf,
  type PointNames,
  type PointReading,
  pointSpec,
  type ReadingOf,
  toReading,
  withAge,
} from './reading.ts';
import type { Requests } from './requests.ts';
import { parseHistory, parseLatest, type Row } from './results.ts';
import { type TelemetryEntries, telemetryEntries } from './telemetry-entries.ts';
import { type StreamsContext, type TelemetryStreams, telemetryStreams } from './telemetry-streams.ts';
import type { CallOptions } from './time-limit.ts';
import type { ValueCache } from './value-cache.ts';

export type HistoryQuery<N extends string = string> = {
  /** All points unless given. */
  readonly points?: readonly N[] | undefined;
  readonly from: Date;
  readonly to: Date;
  /** See {@link BucketQuery}. */
  readonly every?: undefined;
};

/** Sums up: one bucket a point for each so many milliseconds, counted from `from`; 1,000 (a second) to 31 days. */
export type BucketQuery<N extends string = string> = Omit<HistoryQuery<N>, 'every'> & { readonly every: number };

/** Anything that names a device, but no device whose profile is known: for that the names of points are checked. */
export type UntypedDevice = DeviceAddress & { readonly spec?: undefined };

export type Telemetry<P extends ProfileSpec> = TelemetryStreams<P> &
  TelemetryEntries & {
    /**
     * Asks the gateway for the newest reading of each point, rather than what has come in.
     * @throws FengsuiError GATEWAY_UNKNOWN | GATEWAY_OFFLINE | NOT_FOUND | TIMEOUT | ABORTED | PROTOCOL
     */
    readonly latest: {
      <S extends ProfileSpec>(device: TypedDevice<S>, options?: CallOptions): Promise<LatestOf<S>>;
      (device: UntypedDevice, options?: CallOptions): Promise<Readonly<Record<string, Latest>>>;
    };
    /**
     * Readings kept by the gateway, 400 days unless its configuration says otherwise, oldest first, fetched page by page as
     * they are read. With `every` they are summed up: count, min, max, mean and last value of each point and span; spans
     * without a reading are left out. Errors as for `latest`, and JOURNAL where the gateway has no history, while reading.
     * @throws FengsuiError INVALID at once, when `from`, `to` or `every` cannot be meant
     */
    readonly history: {
      <S extends ProfileSpec, N extends PointNames<S> = PointNames<S>>(
        device: TypedDevice<S>,
        query: BucketQuery<N>,
        options?: CallOptions,
      ): Paged<BucketOf<S, N>>;
      (device: UntypedDevice, query: BucketQuery, options?: CallOptions): Paged<HistoryBucket>;
      <S extends ProfileSpec, N extends PointNames<S> = PointNames<S>>(
        device: TypedDevice<S>,
        query: HistoryQuery<N>,
        options?: CallOptions,
      ): Paged<ReadingOf<S, N>>;
      (device: UntypedDevice, query: HistoryQuery, options?: CallOptions): Paged<PointReading>;
    };
  };

export type TelemetryContext<P extends ProfileSpec> = StreamsContext<P> & {
  readonly requests: Requests;
  readonly cache: ValueCache;
};

type AnyDevice = DeviceAddress & { readonly spec?: ProfileSpec | undefined };

export function telemetry<P extends ProfileSpec>(ctx: TelemetryContext<P>): Telemetry<P> {
  return { latest: latestCall(ctx), history: historyCall(ctx), ...telemetryStreams(ctx), ...telemetryEntries(ctx) };
}

function latestCall<P extends ProfileSpec>(ctx: TelemetryContext<P>): Telemetry<P>['latest'] {
  async function latest<S extends ProfileSpec>(device: TypedDevice<S>, options?: CallOptions): Promise<LatestOf<S>>;
  async function latest(device: UntypedDevice, options?: CallOptions): Promise<Readonly<Record<string, Latest>>>;
  async function latest(device: AnyDevice, options?: CallOptions): Promise<object> {
    const site = ctx.directory.reach(device.gateway);
    const { devices } = parseLatest(await ctx.requests.query(site, 'latest', { device: device.device }, options));
    const rows = devices.find((d) => d.device === device.device)?.rows;
    if (!rows)
      throw new FengsuiError('NOT_FOUND', `gateway “${device.gateway}” has no readings of device “${device.device}”`);
    for (const { point, ...seen } of rows) ctx.cache.put(site, device.device, point, seen);
    const spec = device.spec ?? specAt(ctx, device);
    const byPoint = new Map(rows.map((row) => [row.point, row]));
    const now = Date.now();
    const names = spec ? Object.keys(spec.points) : [...byPoint.keys()];
    const readings = Object.fromEntries(
      names.map((point) => [point, withAge(toReading(byPoint.get(point), pointSpec(spec, point)), now)]),
    );
    if (spec && !isLatestOf(spec, readings)) throw misfit(device, spec);
    return readings;
  }
  return latest;
}

function historyCall<P extends ProfileSpec>(ctx: TelemetryContext<P>): Telemetry<P>['history'] {
  function history<S extends ProfileSpec, N extends PointNames<S> = PointNames<S>>(
    device: TypedDevice<S>,
    query: BucketQuery<N>,
    options?: CallOptions,
  ): Paged<BucketOf<S, N>>;
  function history(device: UntypedDevice, query: BucketQuery, options?: CallOptions): Paged<HistoryBucket>;
  function history<S extends ProfileSpec, N extends PointNames<S> = PointNames<S>>(
    device: TypedDevice<S>,
    query: HistoryQuery<N>,
    options?: CallOptions,
  ): Paged<ReadingOf<S, N>>;
  function history(device: UntypedDevice, query: HistoryQuery, options?: CallOptions): Paged<PointReading>;
  function history(device: AnyDevice, query: HistoryQuery | BucketQuery, options?: CallOptions): Paged<unknown> {
    checkSpan(query);
    const { points, from, to, every } = query;
    const ask = (after: number | undefined): Promise<Data> => {
      const params = { device: device.device, points, from: from.getTime(), to: to.getTime(), every, after };
      return ctx.requests.query(ctx.directory.reach(device.gateway), 'history', params, options);
    };
    const spec = (): ProfileSpec | undefined => device.spec ?? specAt(ctx, device);
    if (every === undefined)
      return paged(async (after: number | undefined) => {
        const { rows, next } = parseHistory(await ask(after));
        return { items: rows.map((row) => rowReading(device, row, spec())), ...(next !== undefined && { next }) };
      });
    return paged(async (after: number | undefined) => {
      const { buckets, next } = parseBuckets(await ask(after));
      const items = buckets.map((told) => checkedBucket(device, toBucket(told, { ...device, every, spec: spec() })));
      return { items, ...(next !== undefined && { next }) };
    });
  }
  return history;
}

function checkSpan({ from, to, every }: HistoryQuery | BucketQuery): void {
  if (!(from.getTime() <= to.getTime()))
    throw new FengsuiError('INVALID', 'history: `from` must be a date that is not after `to`');
  if (every !== undefined && !(Number.isInteger(every) && every >= leastEvery && every <= mostEvery))
    throw new FengsuiError(
      'INVALID',
      `history: \`every\` must be ${leastEvery} to ${mostEvery} whole milliseconds, not ${every}`,
    );
}

function checkedBucket(device: AnyDevice, bucket: HistoryBucket): HistoryBucket {
  if (device.spec && !isBucketOf(device.spec, bucket)) throw misfit(device, device.spec);
  return bucket;
}

function rowReading(device: AnyDevice, row: Row, spec: ProfileSpec | undefined): PointReading {
  const point = { gateway: device.gateway, device: device.device, point: row.point };
  const reading = { ...toReading(row, pointSpec(spec, row.point)), ...point };
  if (device.spec && !isReadingOf(device.spec, reading)) throw misfit(device, device.spec);
  return reading;
}

function specAt<P extends ProfileSpec>(ctx: TelemetryContext<P>, address: DeviceAddress): ProfileSpec | undefined {
  const id = ctx.directory.find(address.gateway).state?.devices.find((d) => d.id === address.device)?.profile;
  return ctx.profiles.find((p) => p.id === id);
}

const misfit = (device: DeviceAddress, spec: ProfileSpec): FengsuiError =>
  new FengsuiError(
    'PROTOCOL',
    `gateway “${device.gateway}” told readings of “${device.device}” that do not fit profile “${spec.id}”`,
  );
