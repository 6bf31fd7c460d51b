import type { PointReading } from '../../client/reading.ts';
import { FengsuiError } from '../../model/errors.ts';

/** What a search needs of a client. */
export type SearchedClient = {
  readonly devices: { readonly list: (filter: { readonly gateway: string }) => readonly { readonly device: string }[] };
  readonly telemetry: {
    readonly history: (
      device: { readonly gateway: string; readonly device: string },
      query: { readonly from: Date; readonly to: Date },
      options: { readonly signal: AbortSignal; readonly timeoutMs: number },
    ) => { readonly pages: () => AsyncIterable<readonly PointReading[]> };
  };
};

/** Of what a lane does not have any more: its numbers, or without any the end of an earlier journal. Times are Unix ms. */
export type SearchedHole = {
  readonly numbers?: { readonly from: number; readonly to: number };
  readonly since: number;
  readonly until: number;
};

/** Looks for readings in a gateway's own history: all its devices, from one window of time to the next. */
export type SpanSearch = {
  readonly hole: SearchedHole;
  /** The next page, sometimes an empty one; undefined at the end. After a failure it goes on with the window that failed. */
  readonly next: (windowMs: number) => Promise<readonly PointReading[] | undefined>;
  /** Parts of the hole for which there is nothing; once it is at its end. */
  readonly notFound: () => { readonly since: number; readonly until: number } | undefined;
};

/** Points are told at least once a minute, so more than this without any is told. */
const longestSilenceMs = 10 * 60_000;
/** What a gateway stores at once goes into several entries, of which the later ones may hold the earlier readings. */
const marginMs = 60_000;
const longestMs = 400 * 86_400_000;
/** For a page of up to 35 KB on a slow line: a question that is asked twice is answered twice. */
const timeoutMs = 60_000;
/** A device that tells one page after another of a window for longer than this is given up for now. */
const patienceMs = 600_000;

type Asked = { readonly client: SearchedClient; readonly gateway: string; readonly signal: AbortSignal };

export function spanSearch(hole: SearchedHole, { client, gateway, signal }: Asked): SpanSearch {
  const now = Date.now();
  const end = Math.min(hole.until + marginMs, now);
  let from = Math.max(hole.since - marginMs, now - longestMs);
  let earliest: number | undefined;
  let pages: AsyncGenerator<readonly PointReading[], void> | undefined;

  async function* window(to: number): AsyncGenerator<readonly PointReading[], void> {
    for (const { device } of client.devices.list({ gateway })) {
      using limit = limited(signal);
      const span = { from: new Date(from), to: new Date(to) };
      yield* client.telemetry.history({ gateway, device }, span, { signal: limit.signal, timeoutMs }).pages();
      yield []; // a breath between two questions
    }
    from = to + 1;
  }
  const noteEarliest = (readings: readonly PointReading[]): void => {
    for (const { at } of readings) {
      const wall = at?.getTime() ?? 0;
      if (wall > hole.since && wall < hole.until) earliest = Math.min(earliest ?? wall, wall);
    }
  };
  return {
    hole,
    async next(windowMs) {
      if (!pages && from > end) return undefined;
      pages ??= window(Math.min(from + windowMs - 1, end));
      try {
        const { value, done } = await pages.next();
        if (done) pages = undefined;
        const readings = value ?? [];
        noteEarliest(readings);
        return readings;
      } catch (e) {
        pages = undefined;
        throw e;
      }
    },
    notFound() {
      const { since, until } = hole;
      if (earliest === undefined) return { since, until };
      return earliest - since > longestSilenceMs ? { since, until: earliest } : undefined;
    },
  };
}

function limited(signal: AbortSignal): Disposable & { readonly signal: AbortSignal } {
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort(new FengsuiError('TIMEOUT', 'the history of one device did not come to an end in time'));
  }, patienceMs);
  return { signal: AbortSignal.any([signal, late.signal]), [Symbol.dispose]: () => clearTimeout(timer) };
}
