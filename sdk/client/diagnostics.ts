import { describeError, FengsuiError } from '../model/errors.ts';
import type { FoundUnit, LogsResult, ScanResult, StatusResult } from '../wire/methods.ts';
import type { Site } from '../wire/topics.ts';
import type { ActionOptions, CommandDesk } from './command-desk.ts';
import { parseLogFields, parseLogs, parseScan } from './diagnostics-results.ts';
import type { Directory } from './gateway-directory.ts';
import type { Gateways } from './gateways.ts';
import type { LiveStream, StreamOptions } from './live-stream.ts';
import { pause } from './pause.ts';
import type { Requests } from './requests.ts';
import { abortError, type CallOptions } from './time-limit.ts';

export type GatewayLogLine = {
  readonly gateway: string;
  /** Counts the lines of a run of the gateway from 1. */
  readonly number: number;
  /** By the gateway's clock. */
  readonly at: Date;
  readonly level: 'info' | 'warn';
  /** A stable dotted name, e.g. `uplink.down`. */
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
};

export type LogQuery = {
  readonly gateway: string;
  /** `warn` leaves out what is only told for the record; `info` unless given. */
  readonly level?: 'info' | 'warn' | undefined;
};

export type BusToScan = {
  readonly gateway: string;
  /** A Modbus bus of the gateway, by its id. */
  readonly bus: string;
  /** First and last address, 1 to 247; all of them unless given. */
  readonly units?: readonly [from: number, to: number] | undefined;
};

/** How far a scan has come, and who was found since. */
export type ScanStep =
  | { readonly type: 'progress'; readonly done: number; readonly total: number }
  | ({ readonly type: 'found' } & FoundUnit);

/** How things are on a site where nobody is. */
export type Diagnostics = {
  /** As `gateways.status`. */
  readonly gateway: (gateway: string, options?: CallOptions) => Promise<StatusResult>;
  /**
   * Time from a question to its answer, over the broker and back, in ms.
   * @throws FengsuiError GATEWAY_UNKNOWN | GATEWAY_OFFLINE | TIMEOUT | ABORTED
   */
  readonly ping: (gateway: string, options?: CallOptions) => Promise<{ readonly roundTripMs: number }>;
  /**
   * The gateway's log: the last lines first, then what it adds, asked for every two seconds. The gateway keeps its last 1,000
   * lines; of what it no longer has a line `log.missed` tells how many. Goes on when the gateway is back; a gateway that restarted begins anew.
   * @throws FengsuiError GATEWAY_UNKNOWN | INVALID (buffer) | ABORTED
   */
  readonly logs: (query: LogQuery, options?: StreamOptions) => LiveStream<GatewayLogLine>;
  /**
   * Looks for devices on a bus that is being polled, at its own speed, with a fifth of its time: all 247 addresses of an empty
   * line take an hour, ten some minutes. Only reads. Addresses that are polled are told with their devices, and not asked.
   * Leaving the loop stops it. A command; see `Alarms` for its errors.
   * @throws also NOT_FOUND (no such bus), INVALID (a bus without addresses), CONFLICT (another scan runs), UNAVAILABLE (it ended before its end)
   */
  readonly scanBus: (wanted: BusToScan, options?: ActionOptions) => AsyncGenerator<ScanStep, void>;
};

export type DiagnosticsContext = {
  readonly directory: Directory;
  readonly requests: Requests;
  readonly command: CommandDesk;
  readonly status: Gateways['status'];
  readonly open: <T extends object>(
    options: StreamOptions,
    start: (push: (item: T) => void) => () => void,
  ) => LiveStream<T>;
  readonly problem: (error: FengsuiError) => void;
};

const askEveryMs = 2_000;

export function diagnostics(ctx: DiagnosticsContext): Diagnostics {
  const { directory, requests, command } = ctx;
  return {
    gateway: ctx.status,
    async ping(gateway, options) {
      const site = directory.reach(gateway);
      const began = performance.now();
      await requests.query(site, 'walkTest', null, options);
      return { roundTripMs: performance.now() - began };
    },
    logs(query, options = {}) {
      directory.find(query.gateway);
      return logStream(ctx, query, options);
    },
    async *scanBus({ gateway, bus, units: [from, to] = [1, 247] }, options) {
      const site = directory.reach(gateway);
      await command(site, 'scanBus', { bus, from, to }, options);
      yield* scanSteps(ctx, site, options);
    },
  };
}

/** Follows a scan to its end; left before that, it stops it. */
async function* scanSteps(
  { requests, command, problem }: DiagnosticsContext,
  site: Site,
  options: ActionOptions = {},
): AsyncGenerator<ScanStep, void> {
  const ask = async (): Promise<ScanResult> => parseScan(await requests.query(site, 'scan', null, options));
  let told = 0;
  let isOver = false;
  try {
    for (;;) {
      const { isRunning, found, done, total, why } = await ask();
      for (const one of found.slice(told)) yield { type: 'found', ...one };
      told = found.length;
      yield { type: 'progress', done, total };
      isOver = !isRunning;
      if (isOver && why !== undefined)
        throw new FengsuiError('UNAVAILABLE', `the scan ended at ${done} of ${total}: ${why}`);
      if (isOver) return;
      await pause(askEveryMs, options.signal);
      if (options.signal?.aborted) throw abortError(options.signal.reason);
    }
  } finally {
    if (!isOver) await command(site, 'stopScan', {}, { operator: options.operator }).catch(unlessOver(problem));
  }
}

/** It may have come to its end in between. */
const unlessOver =
  (problem: (error: FengsuiError) => void) =>
  (e: unknown): void => {
    if (FengsuiError.is(e, 'CONFLICT')) return;
    problem(FengsuiError.is(e) ? e : new FengsuiError('UNAVAILABLE', `the scan was not stopped: ${describeError(e)}`));
  };

function logStream(
  { directory, requests, open, problem }: DiagnosticsContext,
  { gateway, level = 'info' }: LogQuery,
  options: StreamOptions,
): LiveStream<GatewayLogLine> {
  const own = new AbortController();
  const boot = (): number | undefined => directory.find(gateway).presence?.boot;
  const ask = async (after: number | undefined): Promise<LogsResult | undefined> => {
    try {
      const params = { level, ...(after !== undefined && { after }) };
      return parseLogs(await requests.query(directory.reach(gateway), 'logs', params, { signal: own.signal }));
    } catch (e) {
      if (FengsuiError.is(e) && (e.retryable || e.code === 'ABORTED')) return undefined; // asked again
      throw e;
    }
  };
  const follow = async (push: (line: GatewayLogLine) => void): Promise<void> => {
    let after: number | undefined;
    for (let run = boot(); !own.signal.aborted; ) {
      const page = await ask(after);
      if (boot() !== run) [run, after] = [boot(), undefined];
      else if (page) {
        const isMore = page.lines.length > 0 && page.next > (after ?? -1);
        after = page.next;
        if (page.missed > 0) push(missedLine(gateway, page));
        for (const line of page.lines) push(lineOf(gateway, line));
        if (isMore) continue;
      }
      await pause(askEveryMs, own.signal);
    }
  };
  const stream = open<GatewayLogLine>(options, (push) => {
    follow(push).catch((e: unknown) => {
      problem(FengsuiError.is(e) ? e : new FengsuiError('PROTOCOL', describeError(e), { cause: e }));
      stream.close();
    });
    return () => own.abort();
  });
  return stream;
}

const missedLine = (gateway: string, { missed, next }: LogsResult): GatewayLogLine => ({
  gateway,
  number: next,
  at: new Date(),
  level: 'warn',
  event: 'log.missed',
  fields: { count: missed },
});

const lineOf = (gateway: string, [number, at, level, event, fields]: LogsResult['lines'][number]): GatewayLogLine => ({
  gateway,
  number,
  at: new Date(at),
  level: level === 'warn' ? 'warn' : 'info',
  event,
  fields: parseLogFields(fields),
});
