import { checkProfile, profiles } from '../device-profiles/index.ts';
import { type ConnectOptions, connectWith } from './client/connect.ts';
import type { Fengsui as Client } from './client/fengsui.ts';
import { FengsuiError } from './model/errors.ts';
import type { ProfileSpec } from './model/profile.ts';

export type { Alarm, AlarmOccurrence, AlarmRef, AlarmSuppression } from './client/alarm.ts';
export type {
  AlarmStream,
  AlarmStreamOptions,
  AlarmUpdate,
  LanePlace,
  RecordStreamOptions,
  RecordUpdate,
} from './client/alarm-stream.ts';
export type { ActiveAlarms, Alarms, Reason, Suppressed, SuppressedList } from './client/alarms.ts';
export type { AlarmGap, ClientEvents, Gap, OwnershipChange, Status, TelemetryGap } from './client/client-events.ts';
export type { ActionOptions } from './client/command-desk.ts';
export type { ConnectOptions } from './client/connect.ts';
export type {
  ChangeOptions,
  Device,
  DeviceAddress,
  Devices,
  NewDevice,
  ProfileId,
  ProfileOf,
  TypedDevice,
} from './client/devices.ts';
export type { Unanswered } from './client/every-gateway.ts';
export type {
  Gateway,
  GatewayChange,
  GatewayReport,
  Gateways,
  NewRiskLevel,
  RiskLevels,
} from './client/gateways.ts';
export type { BucketOf, HistoryBucket, Summary, SummaryOf } from './client/history-bucket.ts';
export type { LiveStream, StreamOptions } from './client/live-stream.ts';
export type { Paged } from './client/paged.ts';
export type { Latest, LatestOf, PointReading, Reading, ReadingOf } from './client/reading.ts';
export type { Audit, GatewayRecord, Linkage } from './client/record.ts';
export type { RecordFilter, Records } from './client/records.ts';
export { ed25519Signer, generateOperatorKey } from './client/signer.ts';
export type { BucketQuery, HistoryQuery, Telemetry } from './client/telemetry.ts';
export type { StreamFilter } from './client/telemetry-streams.ts';
export type { CallOptions } from './client/time-limit.ts';
export type { NewWalkTest, RunningWalkTest, WalkTestReport, WalkTestState, WalkTests } from './client/walk-tests.ts';
export type {
  AlarmCause,
  AlarmEvent,
  AlarmKind,
  AlarmPhase,
  CauseTest,
  HeardEvent,
  HeardKind,
  SuppressionKind,
} from './model/alarm.ts';
export { isHidden } from './model/alarm.ts';
export { type ErrorCode, FengsuiError } from './model/errors.ts';
export { explainAlarm, type Language } from './model/explain-alarm.ts';
export type { BusQuality, LinkCounts, Turnaround, UnitQuality, UnitState } from './model/link-quality.ts';
export type { Doubt, Loss, Quality, Scalar } from './model/point.ts';
export type { PointsOf, ProfileSpec, RiskLevel } from './model/profile.ts';
export type { AuditAct, CommandAct, LinkageStep, RunEnd } from './model/record.ts';
export type { ClockTrust } from './model/time.ts';
export type { WalkTestStatus } from './model/walk-test.ts';
export type { Health, Origin } from './wire/gateway-state.ts';
export type { BusStatus, ClockStatus, StatusResult, WearStatus } from './wire/methods.ts';
export type { Signer } from './wire/sign1.ts';

/** A profile that comes with Fengsui. */
export type BuiltInProfile = (typeof profiles)[number];

/** A district as a platform sees it. */
export type Fengsui<P extends ProfileSpec = BuiltInProfile> = Client<P>;

/**
 * Connects to a district's broker, and resolves once the gateways known to it are listed.
 * Devices of other makers are typed, too, when their profiles are given: `profiles: [...profiles, mine]`.
 * @throws FengsuiError INVALID (district, town, URL, `tls`, a profile that cannot be right), FORBIDDEN (the broker refuses), UNAVAILABLE (no broker in time), ABORTED
 */
export function connect(options: ConnectOptions): Promise<Fengsui>;
export function connect<P extends ProfileSpec>(
  options: ConnectOptions & { readonly profiles: readonly P[] },
): Promise<Fengsui<P>>;
export async function connect(
  options: ConnectOptions & { readonly profiles?: readonly ProfileSpec[] },
): Promise<unknown> {
  const [problem, ...more] = (options.profiles ?? []).flatMap((profile) => checkProfile(profile));
  if (problem) {
    const others = more.length > 0 ? ` (and ${more.length} more in \`details\`)` : '';
    throw new FengsuiError('INVALID', `${problem.message}${others}`, { details: { problems: [problem, ...more] } });
  }
  return connectWith<ProfileSpec>({ ...options, profiles: options.profiles ?? profiles });
}
