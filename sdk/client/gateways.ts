import { FengsuiError } from '../model/errors.ts';
import type { RiskLevel } from '../model/profile.ts';
import type { ClockTrust } from '../model/time.ts';
import type { BusState } from '../wire/gateway-state.ts';
import type { BusStatus, StatusResult } from '../wire/methods.ts';
import type { Data } from '../wire/request.ts';
import type { ActionOptions, CommandDesk } from './command-desk.ts';
import { askEvery, type Unanswered } from './every-gateway.ts';
import type { Directory, DirectoryChange, Entry } from './gateway-directory.ts';
import type { LiveStream, StreamOptions } from './live-stream.ts';
import { paged } from './paged.ts';
import type { Requests } from './requests.ts';
import { parseRiskLevel, parseStatus } from './results.ts';
import type { CallOptions } from './time-limit.ts';

/** A gateway as it was when it was asked for. */
export type Gateway = {
  readonly id: string;
  /** Three digits (GB/T 10114). */
  readonly town: string;
  /** Its id until it has told its name. */
  readonly name: string;
  readonly link: {
    readonly online: boolean;
    /** When this client learned that it came or went. */
    readonly since: Date;
  };
  /** What it last said of itself; absent until it has. */
  readonly report?: GatewayReport;
};

export type GatewayReport = {
  /** When, by the gateway's clock. */
  readonly at: Date;
  readonly version: string;
  /** How far its stamps may be trusted. */
  readonly clock: ClockTrust;
  /** How often its system's clock was set since it started; absent where the gateway is of an earlier version. */
  readonly clockSteps?: number;
  /** Grows by one with every change of its device list. */
  readonly configVersion: number;
  /** By which its conditions and periods are picked now: the higher one of what a platform has set and of its own calendar. */
  readonly riskLevel: RiskLevel;
  /** Entries of its journal that the platform has not yet taken. */
  readonly backlog: { readonly alarms: number; readonly telemetry: number };
  /** What is wrong with its journal's disk; absent when all is well. */
  readonly degraded?: string;
  /** `problem` is absent on a bus that works. */
  readonly buses: readonly BusState[];
};

export type GatewayChange = {
  readonly type: 'added' | 'online' | 'offline' | 'updated' | 'removed';
  readonly gateway: Gateway;
  readonly at: Date;
};

/** The risk level (风险防控等级) as it is to be, on one gateway or without one on each of the district. */
export type NewRiskLevel = {
  readonly gateway?: string | undefined;
  readonly level: RiskLevel;
  /** A reason is needed; at most 200 characters are kept. */
  readonly why: string;
};

export type RiskLevels = {
  /** What holds now: a gateway's own calendar may ask for more than was set. */
  readonly levels: readonly { readonly gateway: string; readonly level: RiskLevel }[];
  /** Gateways that may not know of it: nothing is queued for them. */
  readonly unanswered: readonly Unanswered[];
};

export type Gateways = {
  /** Every gateway of the district that was ever seen, by id. */
  readonly list: (filter?: { readonly online?: boolean; readonly town?: string }) => readonly Gateway[];
  /** @throws FengsuiError GATEWAY_UNKNOWN */
  readonly get: (gateway: string) => Gateway;
  /** First `added` for each that is known, then every change. */
  readonly watch: (options?: StreamOptions) => LiveStream<GatewayChange>;
  /**
   * Figures of the gateway: memory, journal, and how well each Modbus bus and unit does. A gateway with many buses is
   * asked page by page; the time limit is for each page.
   * @throws FengsuiError GATEWAY_UNKNOWN | GATEWAY_OFFLINE | TIMEOUT | ABORTED | PROTOCOL
   */
  readonly status: (gateway: string, options?: CallOptions) => Promise<StatusResult>;
  /**
   * Sets the risk level, which picks the limits and poll periods that hold. It outlives a restart of the gateway, and
   * holds until another is set. A command; of the whole district it resolves with whom it has reached.
   * @throws FengsuiError for one gateway as `alarms` does, and INVALID (no reason, no such level).
   */
  readonly setRiskLevel: (wanted: NewRiskLevel, options?: ActionOptions) => Promise<RiskLevels>;
};

export function gateways(ctx: {
  readonly directory: Directory;
  readonly requests: Requests;
  readonly command: CommandDesk;
  readonly open: <T extends object>(
    options: StreamOptions,
    start: (push: (item: T) => void) => () => void,
  ) => LiveStream<T>;
}): Gateways {
  const { directory, requests, command, open } = ctx;
  return {
    list: ({ online, town } = {}) =>
      directory
        .entries()
        .map(toGateway)
        .filter((g) => (online === undefined || g.link.online === online) && (town === undefined || g.town === town))
        .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    get: (gateway) => toGateway(directory.find(gateway)),
    watch: (options = {}) =>
      open(options, (push) => {
        for (const entry of directory.entries()) push(toChange({ type: 'added', entry }));
        return directory.changes.add((change) => push(toChange(change)));
      }),
    status: async (gateway, options) => {
      const site = directory.reach(gateway);
      return wholeStatus((params) => requests.query(site, 'status', params, options));
    },
    async setRiskLevel({ gateway, level, why }, options) {
      const { answers, unanswered } = await askEvery(directory, gateway, async (site) => ({
        gateway: site.gateway,
        level: parseRiskLevel(await command(site, 'setRiskLevel', { level, why }, options)),
      }));
      return { levels: answers, unanswered };
    },
  };
}

/** Far more than a gateway could poll: whoever tells of more is not believed. */
const mostBuses = 10_000;

async function wholeStatus(ask: (params: Data) => Promise<Data>): Promise<StatusResult> {
  const { next, ...first } = parseStatus(await ask(null));
  if (next === undefined) return first;
  const further = paged<BusStatus, string>(async (after = next) => {
    const { buses, next: following } = parseStatus(await ask({ after }));
    if (buses.length === 0) throw new FengsuiError('PROTOCOL', `status: the page after “${after}” holds no bus`);
    return { items: buses, ...(following !== undefined && { next: following }) };
  });
  return { ...first, buses: [...first.buses, ...(await further.all({ max: mostBuses }))] };
}

const toChange = ({ type, entry }: DirectoryChange): GatewayChange => ({
  type,
  gateway: toGateway(entry),
  at: new Date(),
});

function toGateway({ site, presence, since, state }: Entry): Gateway {
  return {
    id: site.gateway,
    town: site.town,
    name: state?.name ?? site.gateway,
    link: { online: presence?.online ?? false, since },
    ...(state && {
      report: {
        at: new Date(state.at),
        version: state.version,
        clock: state.clock,
        ...(state.clockSteps !== undefined && { clockSteps: state.clockSteps }),
        configVersion: state.configVersion,
        riskLevel: state.riskLevel,
        backlog: { alarms: state.alarmBacklog, telemetry: state.telemetryBacklog },
        ...(state.degraded !== undefined && { degraded: state.degraded }),
        buses: state.buses,
      },
    }),
  };
}
