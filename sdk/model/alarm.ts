import type { DeviceId } from './ids.ts';
import type { Scalar } from './point.ts';
import type { Millis, Stamp } from './time.ts';

/**
 * What an alarm is about, most urgent first. Position is the wire value: append only.
 * fire alarm 火警 · call 一键报警 · pre-alarm 预警 · supervisory 监管 · tamper · fault 故障 · test 测试
 */
export const alarmKinds = ['fire', 'call', 'pre-alarm', 'supervisory', 'tamper', 'fault', 'test'] as const;
export type AlarmKind = (typeof alarmKinds)[number];

/** Adding a kind breaks the build here until someone decides its rank; 0 is shown and sent first. */
export const alarmRank = {
  fire: 0,
  call: 1,
  'pre-alarm': 2,
  supervisory: 3,
  tamper: 4,
  fault: 5,
  test: 6,
} as const satisfies Record<AlarmKind, number>;

/**
 * Where an alarm stands, after ISA-18.2. `pending` waits for its on-delay and is never told to anyone.
 * Position is the wire value: append only.
 */
export const alarmPhases = ['normal', 'pending', 'active-unacked', 'active-acked', 'cleared-unacked'] as const;
export type AlarmPhase = (typeof alarmPhases)[number];

/** What just happened to an alarm. Position is the wire value: append only. */
export const alarmEvents = ['raised', 'cleared', 'acked', 'reset'] as const;
export type AlarmEvent = (typeof alarmEvents)[number];

/** Why: enough for a duty officer to judge the judgement. */
export type AlarmCause = {
  readonly point: string;
  /** The value that decided; absent when the cause is that there is none. */
  readonly value?: Scalar;
  /** The rule in words, e.g. `pressure below 0.14 MPa for 5 s`. */
  readonly rule: string;
  /** How long the condition had held when it was judged. */
  readonly held: Millis;
  /** Standard and clause, or datasheet, that the rule comes from. */
  readonly source: string;
};

/** One step in the life of one alarm: the unit that is stored, sent and never lost. */
export type AlarmChange = {
  readonly device: DeviceId;
  /** Name of the condition in the device's profile, e.g. `low`. */
  readonly condition: string;
  readonly kind: AlarmKind;
  readonly event: AlarmEvent;
  readonly phase: AlarmPhase;
  /** Counts how often this condition has been raised; with device and condition it names one occurrence for ever. */
  readonly occurrence: number;
  readonly at: Stamp;
  readonly cause: AlarmCause;
  /** Who acknowledged or reset. */
  readonly operator?: string;
};
