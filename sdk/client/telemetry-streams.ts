import type { FengsuiError } from '../model/errors.ts';
import type { ProfileSpec } from '../model/profile.ts';
import type { GatewayState } from '../wire/gateway-state.ts';
import type { Site } from '../wire/topics.ts';
import { type ProfileId, type ProfileOf, profileById } from './devices.ts';
import type { Directory } from './gateway-directory.ts';
import { isBucketOf, type Summary, type SummaryOf, toBucket } from './history-bucket.ts';
import type { Listeners } from './listeners.ts';
import type { LiveStream, StreamOptions } from './live-stream.ts';
import { onceKnown } from './once-known.ts';
import { isMadeBy, type PointReading, pointSpec, type ReadingOf, toPointReading } from './reading.ts';
import type { Arrival, SpanArrival } from './telemetry-arrivals.ts';
import type { Came, TelemetryFeed } from './telemetry-feed.ts';

export type StreamFilter = { readonly gateway?: string | undefined; readonly device?: string | undefined };

export type TelemetryStreams<P extends ProfileSpec> = {
  /**
   * Readings as they come in. When a gateway is back after an outage the present values come first; what it could not send
   * comes late, with its own time, and may come twice. With `profile` the items are typed: `point` tells the type of `value`.
   * @throws FengsuiError INVALID | ABORTED
   */
  readonly stream: {
    <I extends ProfileId<P>>(
      filter: StreamFilter & { readonly profile: I },
      options?: StreamOptions,
    ): LiveStream<ReadingOf<ProfileOf<P, I>>>;
    (filter?: StreamFilter, options?: StreamOptions): LiveStream<PointReading>;
  };
  /**
   * What is left of the readings for which a gateway had no room during a long outage, summed up by the minute or by the
   * quarter of an hour: `stream` does not show these, and a `gap` event tells of each message of them. With `profile` the
   * items are typed, as those of `stream`.
   * @throws FengsuiError INVALID | ABORTED
   */
  readonly summaries: {
    <I extends ProfileId<P>>(
      filter: StreamFilter & { readonly profile: I },
      options?: StreamOptions,
    ): LiveStream<SummaryOf<ProfileOf<P, I>>>;
    (filter?: StreamFilter, options?: StreamOptions): LiveStream<Summary>;
  };
};

export type StreamsContext<P extends ProfileSpec> = {
  readonly directory: Directory;
  readonly feed: TelemetryFeed;
  readonly profiles: readonly P[];
  readonly problem: (error: FengsuiError) => void;
  readonly open: <T extends object>(
    options: StreamOptions,
    start: (push: (item: T) => void) => () => void,
  ) => LiveStream<T>;
};

export const telemetryStreams = <P extends ProfileSpec>(ctx: StreamsContext<P>): TelemetryStreams<P> => ({
  stream: streamCall(ctx),
  summaries: summariesCall(ctx),
});

function streamCall<P extends ProfileSpec>(ctx: StreamsContext<P>): TelemetryStreams<P>['stream'] {
  const { arrivals } = ctx.feed;
  function stream<I extends ProfileId<P>>(
    filter: StreamFilter & { readonly profile: I },
    options?: StreamOptions,
  ): LiveStream<ReadingOf<ProfileOf<P, I>>>;
  function stream(filter?: StreamFilter, options?: StreamOptions): LiveStream<PointReading>;
  function stream<I extends ProfileId<P>>(
    filter: StreamFilter & { readonly profile?: I } = {},
    options: StreamOptions = {},
  ): LiveStream<PointReading> | LiveStream<ReadingOf<ProfileOf<P, I>>> {
    if (filter.profile === undefined) return ctx.open(options, follow(ctx, arrivals, filter, readingOf));
    const own = profileById(ctx.profiles, filter.profile);
    // A point that the profile does not know, e.g. of a newer gateway, is for untyped streams only.
    return ctx.open(
      options,
      follow(ctx, arrivals, filter, (site, arrival) => {
        const item = readingOf(site, arrival, own);
        return isMadeBy(own, item) ? item : undefined;
      }),
    );
  }
  return stream;
}

function summariesCall<P extends ProfileSpec>(ctx: StreamsContext<P>): TelemetryStreams<P>['summaries'] {
  const spans = ctx.feed.summaries;
  function summaries<I extends ProfileId<P>>(
    filter: StreamFilter & { readonly profile: I },
    options?: StreamOptions,
  ): LiveStream<SummaryOf<ProfileOf<P, I>>>;
  function summaries(filter?: StreamFilter, options?: StreamOptions): LiveStream<Summary>;
  function summaries<I extends ProfileId<P>>(
    filter: StreamFilter & { readonly profile?: I } = {},
    options: StreamOptions = {},
  ): LiveStream<Summary> | LiveStream<SummaryOf<ProfileOf<P, I>>> {
    if (filter.profile === undefined) return ctx.open(options, follow(ctx, spans, filter, toSummary));
    const own = profileById(ctx.profiles, filter.profile);
    return ctx.open(
      options,
      follow(ctx, spans, filter, (site, span) => {
        const item = toSummary(site, span, own);
        return isBucketOf(own, item) ? item : undefined;
      }),
    );
  }
  return summaries;
}

type Filter = StreamFilter & { readonly profile?: string };

/** What passes the filter, made into items; `undefined` is no item. Profiles are looked up once for what came together. */
function follow<A extends { readonly device: string }, T>(
  ctx: Pick<StreamsContext<ProfileSpec>, 'directory' | 'profiles' | 'problem'>,
  source: Listeners<Came<A>>,
  { gateway, device, profile }: Filter,
  itemOf: (site: Site, arrival: A, spec: ProfileSpec | undefined) => T | undefined,
): (push: (item: T) => void) => () => void {
  const specs = new Map<string, ProfileSpec>(ctx.profiles.map((spec) => [spec.id, spec]));
  return (push) => {
    const handOn = ({ site, all }: Came<A>): void => {
      const profiles = profilesOf(ctx.directory.at(site)?.state);
      for (const arrival of all) {
        if (device !== undefined && device !== arrival.device) continue;
        const id = profiles.get(arrival.device);
        if (profile !== undefined && profile !== id) continue;
        const item = itemOf(site, arrival, id === undefined ? undefined : specs.get(id));
        if (item !== undefined) push(item);
      }
    };
    // Which profile a device has stands in the state of its gateway; who does not ask for one need not wait for that.
    const known = onceKnown(ctx.directory, handOn, ctx.problem);
    const take = profile === undefined ? handOn : known.take;
    const stop = source.add((came) => {
      if (gateway === undefined || gateway === came.site.gateway) take(came);
    });
    return () => {
      stop();
      known.end();
    };
  };
}

const nothing: ReadonlyMap<string, string> = new Map();
const known = new WeakMap<GatewayState, ReadonlyMap<string, string>>();

/** Profile of each device, worked out once for each state that a gateway tells. */
function profilesOf(state: GatewayState | undefined): ReadonlyMap<string, string> {
  if (!state) return nothing;
  const profiles = known.get(state) ?? new Map(state.devices.map(({ id, profile }) => [id, profile]));
  known.set(state, profiles);
  return profiles;
}

const readingOf = ({ gateway }: Site, arrival: Arrival, spec: ProfileSpec | undefined): PointReading =>
  toPointReading(gateway, arrival, pointSpec(spec, arrival.point));

const toSummary = ({ gateway }: Site, span: SpanArrival, spec: ProfileSpec | undefined): Summary => ({
  ...toBucket(span.told, { gateway, device: span.device, every: span.every, spec }),
  ...(span.isCorrected && { isCorrected: span.isCorrected }),
});
