import type { AlarmKind, AlarmPhase, CauseTest, SuppressionKind } from '../model/alarm.ts';
import type { ConditionChanges } from '../model/condition-at.ts';
import type { BusQuality } from '../model/link-quality.ts';
import type { RiskLevel } from '../model/profile.ts';
import type { ClockTrust } from '../model/time.ts';
import type { Data } from './request.ts';

/** A page of a listing: ask again with `after: next` until there is no `next`. */
export type Page = { readonly after?: string; readonly limit?: number };

export type LatestParams = Page & { readonly device?: string };
/** [point, wall ms, value or null, why: absent when good, `~…` when doubtful, a loss otherwise] */
export type LatestPoint =
  | readonly [point: string, wall: number, value: Data]
  | readonly [point: string, wall: number, value: Data, why: string];
export type LatestResult = {
  readonly devices: readonly { readonly device: string; readonly points: readonly LatestPoint[] }[];
  readonly next?: string;
};

/**
 * Times are Unix ms; rows come oldest first. `after` is the `next` of the page before, and goes with the same question
 * only. A page may be empty and have a `next`.
 */
export type HistoryParams = {
  readonly device: string;
  readonly points?: readonly string[];
  readonly from: number;
  readonly to: number;
  /** Since 1.1: asks for buckets of so many ms, counted from `from`, in the place of rows. A second to 31 days. */
  readonly every?: number;
  readonly after?: number;
};
export const leastEvery = 1_000;
export const mostEvery = 31 * 86_400_000;
export type HistoryResult = { readonly rows: readonly LatestPoint[]; readonly next?: number };
/**
 * `count` good values; `leftOut` others were in doubt or lost; the last good value, null if there was none. Min, max and
 * mean of numbers only. Buckets without a sample are not told.
 */
export type HistoryBucketRow =
  | readonly [point: string, from: number, count: number, leftOut: number, last: Data]
  | readonly [
      point: string,
      from: number,
      count: number,
      leftOut: number,
      last: Data,
      min: number,
      max: number,
      mean: number,
    ];
/** In the place of `HistoryResult` when `every` was asked for; a gateway that does not know it answers with rows. */
export type HistoryBucketsResult = { readonly buckets: readonly HistoryBucketRow[]; readonly next?: number };

/** Telemetry batches of this journal after `after`, not beyond `upTo`, for who did not hear them: the first few. */
export type BatchesParams = { readonly log: number; readonly after: number; readonly upTo: number };
export type BatchesResult = { readonly batches: readonly Uint8Array[] };

export type TableParams = { readonly hash: number };
/** An encoded point table. */
export type TableResult = { readonly table: Uint8Array };

/** `after`: the `next` of the page before. Most urgent kind first, 50 to a page. */
export type AlarmsParams = { readonly after?: string };
export type ActiveAlarm = {
  readonly device: string;
  readonly condition: string;
  readonly kind: AlarmKind;
  readonly phase: AlarmPhase;
  readonly occurrence: number;
  /** Unix ms of the last change. */
  readonly at: number;
  /** Unix ms of its raising; absent in alarms of an earlier version. */
  readonly since?: number;
  /** The clock was not right when this was stamped; `at` was worked out from when it was. */
  readonly isCorrected?: boolean;
  readonly rule: string;
  readonly value?: Data;
  /** How often it came within this occurrence; 1 unless given. */
  readonly count?: number;
  readonly silenced?: boolean;
  /** The last change is not on the gateway's disk yet, and so not in the alarm lane. */
  readonly isUnstored?: boolean;
  /** Why it is not announced. */
  readonly suppression?: SuppressionData;
  /** What the rule asks, besides `rule` and `value`. */
  readonly cause: CauseData;
  /** Why, in a sentence. */
  readonly explained: { readonly en: string; readonly zh: string };
};
/** Times are in ms; see `AlarmCause`. */
export type CauseData = {
  readonly point: string;
  readonly test: CauseTest;
  readonly limit?: number | string | boolean;
  readonly unit?: string;
  readonly within?: number;
  readonly onDelay: number;
  readonly samples?: readonly [atLeast: number, of: number];
  readonly held: number;
  readonly source: string;
};
export type SuppressionData = {
  readonly how: SuppressionKind;
  readonly why: string;
  readonly operator?: string;
  /** Unix ms. */
  readonly until?: number;
};
export type AlarmsResult = { readonly alarms: readonly ActiveAlarm[]; readonly next?: string };

/** Asks for every alarm change not yet receipted to be sent again, from `next` on. */
export type ResumeResult = { readonly log: number; readonly next: number };

export type ChallengeResult = { readonly nonce: Uint8Array };

export type DeviceSpec = {
  readonly bus: string;
  readonly id: string;
  readonly profile: string;
  /** Modbus unit (1–247); for devices on a Modbus bus. */
  readonly unit?: number;
  /** Line offset or pin; for devices on a GPIO bus. */
  readonly line?: number;
  readonly activeLow?: boolean;
  readonly name: string;
  readonly place?: string;
  readonly settings?: Readonly<Record<string, number>>;
  readonly pollMs?: number;
  /** What the site changes of the profile's conditions, by their names. */
  readonly conditions?: ConditionChanges;
  /** What proves the effect of the profile's commands at this site, by their names: a contact, as `device/point`. */
  readonly commands?: Readonly<Record<string, { readonly proof: string; readonly proofWithinMs?: number }>>;
  /** A fire waits at most so long for a second look, ms. */
  readonly verifyMs?: number;
};
export type ProvisionParams = { readonly device: DeviceSpec; readonly ifVersion?: number };
export type RemoveParams = { readonly device: string; readonly ifVersion?: number };
/** Answered once the change is stored and polled. */
export type ConfigResult = { readonly configVersion: number };

/** `operator`: the person behind the key, as the platform names them. */
export type AcknowledgeParams = {
  readonly device: string;
  readonly condition: string;
  readonly occurrence: number;
  readonly operator?: string;
};
/** Without `occurrence` whatever stands is reset. */
export type ResetParams = {
  readonly device: string;
  readonly condition: string;
  readonly occurrence?: number;
  readonly operator?: string;
};
export type SilenceParams = AcknowledgeParams;
/** `how: 'out-of-service'` goes without a condition; `how: 'shelved'` with `minutes`. */
export type SuppressParams = {
  readonly device: string;
  readonly condition?: string;
  readonly how: Exclude<SuppressionKind, 'by-design'>;
  readonly why: string;
  readonly minutes?: number;
  readonly operator?: string;
};
export type UnsuppressParams = { readonly device: string; readonly condition?: string; readonly operator?: string };
/** What stands on devices and, with a condition, on single conditions. */
export type SuppressedResult = {
  readonly suppressed: readonly {
    readonly device: string;
    readonly condition: string;
    readonly suppression: SuppressionData;
  }[];
};
export type SetRiskLevelParams = { readonly level: RiskLevel; readonly why: string; readonly operator?: string };
/** The level that holds now, which the calendar may have set higher. */
export type RiskLevelResult = { readonly level: RiskLevel };
/** Either `devices` or a `zone`; 1 to 240 minutes. */
export type StartWalkTestParams = {
  readonly devices?: readonly string[];
  readonly zone?: string;
  readonly minutes: number;
  readonly sounders: 'quiet' | 'chirp';
  readonly operator?: string;
};
export type AlarmResult = { readonly phase: AlarmPhase };

/** Lines of the gateway's log after that number, of that level and above; without `after` the last ones. */
export type LogsParams = { readonly after?: number; readonly level?: 'info' | 'warn' };
/** `at`: Unix ms; `fields`: a JSON object. */
export type LogLine = readonly [number: number, at: number, level: string, event: string, fields: string];
/** `next`: where to go on from. `missed`: lines after `after` that are no longer kept. */
export type LogsResult = { readonly lines: readonly LogLine[]; readonly next: number; readonly missed: number };

/** Looks for devices on a bus that is being polled, at its own settings, with a fifth of its time; from 1 to 247 unless given. */
export type ScanBusParams = {
  readonly bus: string;
  readonly from?: number;
  readonly to?: number;
  readonly operator?: string;
};
/** `devices`: those that are polled at this address; it is not looked at then. */
export type FoundUnit = {
  readonly unit: number;
  readonly devices: readonly string[];
  readonly kind: 'present' | 'conflict' | 'damaged';
  /** Most likely first; from a confidence of 0.8 on a person need not confirm. */
  readonly candidates: readonly { readonly profile: string; readonly confidence: number }[];
};
/** Of the scan that runs, or of the last one; before the first, nothing. */
export type ScanResult = {
  readonly isRunning: boolean;
  readonly bus?: string;
  readonly from?: number;
  readonly to?: number;
  readonly done: number;
  readonly total: number;
  readonly found: readonly FoundUnit[];
  /** Why it ended before its end. */
  readonly why?: string;
};

/** `after`: the bus that the page before ended with. */
export type StatusParams = { readonly after?: string };
/** A bus as it has done since the gateway started, and each unit that was asked on it. */
export type BusStatus = { readonly id: string } & BusQuality;
export type ClockStatus = {
  readonly trust: ClockTrust;
  /** How far the wall clock may be off at most, ms; absent where the host cannot tell. */
  readonly errorMs?: number;
  /** How often the system's clock was set since the gateway started, and by how much last (ms; negative: back). */
  readonly steps: number;
  readonly lastStepMs?: number;
};
/** What is written to the card or disk that the journal lies on, measured over the last day or since the start. */
export type WearStatus = {
  /** Time that was measured. */
  readonly overMs: number;
  /** Bytes a day that the gateway has caused to be written. */
  readonly ownPerDay?: number;
  /** Bytes a day that everybody has written to the card; absent where its device cannot be known. */
  readonly cardPerDay?: number;
  /** How long a card of the configured endurance lasts at that, at most 1,000 years. */
  readonly cardYears: number;
};
/** The last so many alarm changes that an application has confirmed: [p50, p99, longest] of each hop, ms. */
export type HopTimes = {
  readonly count: number;
  /** From the judgement to the disk. */
  readonly stored: Percentiles;
  /** From there to being handed to the connection. */
  readonly sent: Percentiles;
  /** From there to the broker's word. */
  readonly taken: Percentiles;
  /** From there to the application's receipt, which came back the same way. */
  readonly received: Percentiles;
  /** From the judgement to the receipt. */
  readonly all: Percentiles;
  /** Of that, between arrival at the application and its commit; told by the application. */
  readonly held?: Percentiles;
};
type Percentiles = readonly [p50: number, p99: number, most: number];
export type UplinkStatus = {
  readonly id: string;
  readonly up: boolean;
  /** Used only when the others do not get through. */
  readonly standby?: true;
  /** Absent before the first confirmed alarm of this run. */
  readonly hops?: HopTimes;
};
/** Whether anybody hears what the gateway has to say. */
export type DeliveryStatus = {
  /** Fires and calls that no application has confirmed. */
  readonly urgent: number;
  /** How long the first of them waits, ms. */
  readonly urgentMs?: number;
  readonly uplinks: readonly UplinkStatus[];
};
export type StatusResult = {
  /** Since the gateway started: the time that all counts of the buses are about. */
  readonly uptimeMs: number;
  readonly rssBytes: number;
  /** Highest number of the alarm lane: how many alarm changes and records this journal has taken. */
  readonly alarmLast: number;
  readonly alarmBacklog: number;
  readonly telemetryLast: number;
  readonly telemetryBacklog: number;
  readonly telemetryEvicted: number;
  /** Absent in the status of an earlier version. */
  readonly clock?: ClockStatus;
  /** Absent in the status of an earlier version, and in the first ten minutes. */
  readonly wear?: WearStatus;
  /** Absent in the status of an earlier version. */
  readonly delivery?: DeliveryStatus;
  /** In the order of the configuration; buses of GPIO lines have no figures and are left out. */
  readonly buses: readonly BusStatus[];
};
/**
 * The buses of one reply: as many as have, with their units, no more than 200 entries together, and always one, so that
 * every reply stays below 64 KB. Ask again with `after: next` until there is no `next`.
 */
export type StatusPage = StatusResult & { readonly next?: string };

/** A certificate of the gateway, and the uplinks that it connects with it. */
export type CertificateRow = {
  readonly uplinks: readonly string[];
  /** 32 hexadecimal digits; absent where there is none yet. */
  readonly serial?: string;
  /** When it ends, Unix ms, as it says itself. */
  readonly notAfter?: number;
  /** Serial number of one that is installed beside it and was not taken by the broker yet. */
  readonly next?: string;
  /** The last one that was installed was not taken by the broker, and is gone; since the gateway started. */
  readonly refused?: boolean;
  /** Certificate request by the gateway's next key, PEM. */
  readonly request: string;
};
export type CertificateResult = { readonly certificates: readonly CertificateRow[] };
/** `authority`: certificate of the district's new authority, PEM, which is trusted beside the old one. */
export type InstallCertificateParams = {
  readonly uplink: string;
  readonly certificate: string;
  readonly authority?: string;
  readonly operator?: string;
};
/** Of the certificate that is to be tried. */
export type InstallCertificateResult = { readonly serial: string };
