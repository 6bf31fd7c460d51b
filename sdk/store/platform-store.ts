import type { AlarmPhase, HeardEvent, HeardKind } from '../model/alarm.ts';
import type { Scalar } from '../model/point.ts';
import type { DeviceSpec } from '../wire/methods.ts';

/**
 * What a platform must remember. Whatever a method has resolved is on disk (in the memory store: in memory), and a second
 * process that opens the same store sees it.
 *
 * Every method takes `{ signal }` last and throws FengsuiError: INVALID (a value that cannot be stored, named in the
 * message), UNAVAILABLE (out of reach just now: try again), TIMEOUT (the database took too long), FORBIDDEN (the
 * database's user may not), STORE (anything else; `cause` has the database's own words), ABORTED. Texts with U+0000 or a
 * lone surrogate cannot be stored.
 */
export interface PlatformStore extends AsyncDisposable {
  readonly gateways: GatewayRegistry;
  readonly desired: DesiredStates;
  readonly history: HistoryStore;
  readonly alarms: AlarmLog;
  readonly audit: AuditLog;
}

export type StoreCall = { readonly signal?: AbortSignal | undefined };

/** A page of a list: ask again with `after: next` and the same question until there is no `next`. */
export type PageQuery = {
  readonly after?: string | undefined;
  /** 1 to 10,000; 1,000 unless given. */
  readonly limit?: number | undefined;
};
export type Listing<T> = { readonly items: readonly T[]; readonly next?: string };

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** `claimable`: known to the platform, no key yet. `enrolled`: has its certificate. `decommissioned`: out of use for good. */
export const gatewayStates = ['claimable', 'enrolled', 'decommissioned'] as const;
export type GatewayState = (typeof gatewayStates)[number];

export type NewGatewayRecord = {
  readonly gateway: string;
  /** Six digits (GB/T 2260). */
  readonly district: string;
  /** Three digits (GB/T 10114). */
  readonly town: string;
  readonly village?: string;
  readonly name: string;
  readonly state: GatewayState;
};
export type GatewayRecord = NewGatewayRecord & {
  /** When it was last put, by this machine's clock. */
  readonly at: Date;
  /** Another one after each `put`. */
  readonly etag: string;
};
export type GatewayFilter = {
  readonly town?: string | undefined;
  readonly village?: string | undefined;
  readonly state?: GatewayState | undefined;
};

/** One record a gateway. */
export interface GatewayRegistry {
  /**
   * @param call `ifEtag`: only if the record still has it; `'new'`: only if there is none. Without it whatever is there is replaced.
   * @throws FengsuiError CONFLICT when `ifEtag` does not hold; `details.etag` has the present one
   */
  readonly put: (
    record: NewGatewayRecord,
    call?: StoreCall & { readonly ifEtag?: string | undefined },
  ) => Promise<GatewayRecord>;
  readonly get: (gateway: string, call?: StoreCall) => Promise<GatewayRecord | undefined>;
  /** By gateway id. */
  readonly list: (query?: GatewayFilter & PageQuery, call?: StoreCall) => Promise<Listing<GatewayRecord>>;
}

export const desiredSyncs = ['trial', 'in-sync', 'rejected'] as const;
export type DesiredSync = (typeof desiredSyncs)[number];

/** What a gateway has made of a desired version. */
export type ReportedState = {
  readonly version: number;
  readonly sync: DesiredSync;
  /** What it has found wrong, as it says it. */
  readonly problems: readonly Json[];
  readonly at: Date;
};

/** The devices that one gateway is to have. */
export type DesiredState = {
  readonly gateway: string;
  /** 1 or more; grows with every change and is never given again, also after `forget`. */
  readonly version: number;
  readonly devices: readonly DeviceSpec[];
  /** Who asked for this version. */
  readonly by: string;
  readonly at: Date;
  /** Absent until the gateway has answered to any version. */
  readonly reported?: ReportedState;
};

export type DesiredChange = {
  /** The version that was seen; 0: none yet. */
  readonly ifVersion: number;
  /** At most 5,000, all of them: the list replaces the one before. */
  readonly devices: readonly DeviceSpec[];
  readonly by: string;
  /** Idempotency key: the same change with the same key gets the first result again, for seven days. */
  readonly key?: string | undefined;
  /** The new version is above this: for a gateway that has seen later versions than this store, e.g. of one put back from a copy. */
  readonly above?: number | undefined;
};

export interface DesiredStates {
  /** @throws FengsuiError CONFLICT when the version is another (`details.version`), or the key was used for another change */
  readonly change: (gateway: string, change: DesiredChange, call?: StoreCall) => Promise<DesiredState>;
  /**
   * Only moves forward: an answer to an earlier version, or `trial` after a verdict, changes nothing.
   * @returns whether it changed anything
   * @throws FengsuiError NOT_FOUND when nothing is desired of this gateway
   */
  readonly report: (gateway: string, reported: ReportedState, call?: StoreCall) => Promise<boolean>;
  readonly get: (gateway: string, call?: StoreCall) => Promise<DesiredState | undefined>;
  /** Those that have not answered to the newest version, or have rejected it, by gateway id. */
  readonly waiting: (query?: PageQuery, call?: StoreCall) => Promise<Listing<DesiredState>>;
  /** Nothing is desired of this gateway any more. @returns whether anything was */
  readonly forget: (gateway: string, call?: StoreCall) => Promise<boolean>;
}

/** One reading as it was. (gateway, device, point, at) names it: the first one stays. */
export type Sample = {
  readonly gateway: string;
  readonly device: string;
  readonly point: string;
  /** When it was read, to the millisecond. */
  readonly at: Date;
  /** null: there was none, and `why` tells why. */
  readonly value: Scalar | null;
  /** Why the value is doubtful or lost; absent when good. */
  readonly why?: string;
};

export type Appended = {
  /** Those that were not there yet. */
  readonly added: number;
  /** Those that were read before what the store keeps, or more than two days ahead of this machine's clock. Not stored. */
  readonly leftOut: number;
};

/** Up to where the readings of a gateway are stored without a hole. */
export type HistoryMark = {
  readonly gateway: string;
  /** Identity of the gateway's journal. */
  readonly log: number;
  /** The last of those entries of its telemetry lane. */
  readonly seq: number;
  /** When the newest reading of them was read, by the gateway's clock. */
  readonly at: Date;
};

export type HistoryRange = {
  readonly gateway: string;
  readonly device: string;
  /** All of them unless given; at most 1,000. */
  readonly points?: readonly string[] | undefined;
  /** From this moment on. */
  readonly from: Date;
  /** Up to, but not at this moment. */
  readonly to: Date;
};

export interface HistoryStore {
  /**
   * All or nothing, at most 10,000 at once. Samples that are there already are passed over.
   * @param call `marks`: stored together with the samples, one a gateway. Within one journal a mark never goes back.
   */
  readonly append: (
    samples: readonly Sample[],
    call?: StoreCall & { readonly marks?: readonly HistoryMark[] | undefined },
  ) => Promise<Appended>;
  /** The marks of these gateways, at most 10,000, by gateway id; of those that have one. */
  readonly marks: (gateways: readonly string[], call?: StoreCall) => Promise<readonly HistoryMark[]>;
  /** By time, then by point. */
  readonly range: (query: HistoryRange & PageQuery, call?: StoreCall) => Promise<Listing<Sample>>;
  /** The newest of each point of a device, by point. */
  readonly latest: (gateway: string, device: string, call?: StoreCall) => Promise<readonly Sample[]>;
  /**
   * Drops the months that ended before `before`; what is left of a month stays whole.
   * @param before `historyDays` of the store ago, unless given
   * @returns how many months were dropped
   */
  readonly prune: (before?: Date, call?: StoreCall) => Promise<number>;
}

/** One step in the life of an alarm, as it was taken over. (gateway, log, seq) names it for ever. */
export type AlarmEntry = {
  readonly gateway: string;
  readonly log: number;
  readonly seq: number;
  /** When it happened, by the gateway's clock. */
  readonly at: Date;
  /** When it was taken over, by the platform's clock. */
  readonly receivedAt: Date;
  readonly device: string;
  readonly condition: string;
  readonly kind: HeardKind;
  readonly event: HeardEvent;
  readonly phase: AlarmPhase;
  readonly occurrence: number;
  /** The whole, as the application has it; at most 64 KB of JSON. */
  readonly body: Json;
};
export type AlarmFilter = {
  readonly gateway?: string | undefined;
  readonly device?: string | undefined;
  readonly kind?: HeardKind | undefined;
  /** From this moment on. */
  readonly from?: Date | undefined;
  /** Up to, but not at this moment. */
  readonly to?: Date | undefined;
};

/** Nothing in it is ever changed or deleted. */
export interface AlarmLog {
  /** @returns `isNew: false` when it is there already: then nothing was stored. */
  readonly append: (entry: AlarmEntry, call?: StoreCall) => Promise<{ readonly isNew: boolean }>;
  /** By time, then gateway, log and seq. What arrives late takes its place by its time, also on a page that was read already. */
  readonly list: (query?: AlarmFilter & PageQuery, call?: StoreCall) => Promise<Listing<AlarmEntry>>;
  /** The last change of each condition that is active or not acknowledged, by gateway, device and condition. Walk tests do not count. */
  readonly standing: (
    query?: { readonly gateway?: string | undefined } & PageQuery,
    call?: StoreCall,
  ) => Promise<Listing<AlarmEntry>>;
}

/** Who did what. */
export type AuditEntry = {
  /** Names it for ever; whoever writes makes it, e.g. `randomUUID()`. At most 200 characters. */
  readonly id: string;
  readonly at: Date;
  readonly who: string;
  /** What was done, e.g. `gateways.decommission`. */
  readonly act: string;
  readonly gateway?: string;
  readonly device?: string;
  /** `done`, or the code of the refusal. */
  readonly outcome: string;
  /** At most 64 KB of JSON. */
  readonly detail?: Json;
};
export type AuditFilter = {
  readonly gateway?: string | undefined;
  readonly device?: string | undefined;
  readonly who?: string | undefined;
  readonly act?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
};

/** Nothing in it is ever changed or deleted. */
export interface AuditLog {
  /** @returns `isNew: false` when an entry of this id is there already: then nothing was stored. */
  readonly append: (entry: AuditEntry, call?: StoreCall) => Promise<{ readonly isNew: boolean }>;
  /** By time, then id; as with alarms, what arrives late takes its place by its time. */
  readonly list: (query?: AuditFilter & PageQuery, call?: StoreCall) => Promise<Listing<AuditEntry>>;
}
