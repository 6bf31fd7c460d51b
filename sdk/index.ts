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
export type { Certificates, GatewayCertificate, NewCertificate } from './client/certificates.ts';
export type { AlarmGap, ClientEvents, Gap, OwnershipChange, Status, TelemetryGap } from './client/client-events.ts';
export type { ActionOptions } from './client/command-desk.ts';
export type { CommandOutcome } from './client/command-outcome.ts';
export type { CommandProposal } from './client/command-proposal.ts';
export type {
  CommandArgsOf,
  CommandAudit,
  CommandName,
  CommandOptions,
  CommandStatus,
  Commands,
} from './client/commands.ts';
export type { ConnectOptions } from './client/connect.ts';
export type { HeardConflict as DeviceConflict } from './client/desired/conflict-desk.ts';
export type { DeviceProblem } from './client/desired/desired-view.ts';
export type { ProvisionManyOptions, ProvisionResult } from './client/desired/provision-many.ts';
export type { ChangeOptions, Placed } from './client/desired/provisioner.ts';
export type { SyncState } from './client/desired/sync.ts';
export type { SyncTarget } from './client/desired/when-synced.ts';
export type { DeviceChange, DevicePatch, Devices, Provisioned, RemoveOptions } from './client/device-desk.ts';
export type {
  Device,
  DeviceAddress,
  DeviceFilter,
  NewDevice,
  ProfileId,
  ProfileOf,
  TypedDevice,
} from './client/devices.ts';
export type { BusToScan, Diagnostics, GatewayLogLine, LogQuery, ScanStep } from './client/diagnostics.ts';
export type { Unanswered } from './client/every-gateway.ts';
export type {
  Fleet,
  FleetCounts,
  FleetFilter,
  FleetOverview,
  InService,
  OfflineGateway,
  OverdueDevice,
  TownCounts,
  VillageCounts,
} from './client/fleet.ts';
export type {
  Gateway,
  GatewayChange,
  GatewayFilter,
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
export type { ClaimMaker, Enrolled, EnrollOptions, NewGatewayToEnroll } from './client/registry/enroll.ts';
export type {
  Decommissioned,
  DecommissionOptions,
  NewGateway,
  RegistryOptions,
} from './client/registry/registry.ts';
export { ed25519Signer, generateOperatorKey } from './client/signer.ts';
export type { BucketQuery, HistoryQuery, Telemetry } from './client/telemetry.ts';
export type { EntryRange, MissingEntry, TelemetryEntry } from './client/telemetry-entries.ts';
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
export type { CommandRisk, CommandState } from './model/command.ts';
export { type ErrorCode, FengsuiError } from './model/errors.ts';
export { explainAlarm, type Language } from './model/explain-alarm.ts';
export type { BusQuality, LinkCounts, Turnaround, UnitQuality, UnitState } from './model/link-quality.ts';
export type { Doubt, Loss, Quality, Scalar } from './model/point.ts';
export type { DeviceCategory, PointsOf, ProfileSpec, RiskLevel } from './model/profile.ts';
export type { AuditAct, CommandAct, LinkageStep, RunEnd } from './model/record.ts';
export type { ClockTrust } from './model/time.ts';
export type { WalkTestStatus } from './model/walk-test.ts';
export type { PlatformStore } from './store/platform-store.ts';
export type { Health, Origin } from './wire/gateway-state.ts';
export type {
  BusStatus,
  ClockStatus,
  DeliveryStatus,
  FoundUnit,
  HopTimes,
  StatusResult,
  UplinkStatus,
  WearStatus,
} from './wire/methods.ts';
export type { Signer } from './wire/sign1.ts';

/** A profile that comes with Fengsui. */
export type BuiltInProfile = (typeof profiles)[number];

/**
 * The profiles that a program knows when it is compiled: those of other makers by their ids. A program adds its own, and every client knows their points and settings:
 * `declare module 'fengsui' { interface ProfileRegistry { 'acme/valve': typeof acmeValve } }`.
 * At run time `connect` still needs the value among its `profiles`.
 */
export interface ProfileRegistry {
  readonly builtIn: BuiltInProfile;
}

/** Every profile that this program knows when it is compiled. */
export type KnownProfile = Extract<ProfileRegistry[keyof ProfileRegistry], ProfileSpec>;

/** A district as a platform sees it. */
export type Fengsui<P extends ProfileSpec = KnownProfile> = Client<P>;

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
