import type { DeviceId } from './ids.ts';
import type { Scalar } from './point.ts';
import type { Millis, Stamp, WallTime } from './time.ts';

/**
 * What an alarm is about, most urgent first. Position is the wire value: append only.
 * fire alarm 火警 · call 一键报警 · pre-alarm 预警 · supervisory 监管 · tamper · fault 故障 · test 测试
 */
export const alarmKinds = ['fire', 'call', 'pre-alarm', 'supervisory', 'tamper', 'fault', 'test'] as const;
export type AlarmKind = (typeof alarmKinds)[number];

/**
 * As a reader takes it. Kinds and events may be added: what a later version names and this one does not know is `other`,
 * and goes through all the same. Phases may not: where an alarm stands is never guessed.
 */
export type HeardKind = AlarmKind | 'other';

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

/**
 * What just happened to an alarm. `repeated`: it came back so soon that it is the same occurrence. `tested`: it came
 * during a walk test, and is no alarm. Position is the wire value: append only.
 */
export const alarmEvents = [
  'raised',
  'cleared',
  'acked',
  'reset',
  'repeated',
  'silenced',
  'suppressed',
  'unsuppressed',
  'tested',
] as const;
export type AlarmEvent = (typeof alarmEvents)[number];
/** As a reader takes it; see {@link HeardKind}. */
export type HeardEvent = AlarmEvent | 'other';

/**
 * Why an alarm is not announced. shelved 搁置: by a person, with an end · disabled 屏蔽: by a person, until enabled ·
 * out-of-service 停用: the whole device · by-design 抑制: a greater fault explains it. Position is the wire value: append only.
 */
export const suppressionKinds = ['shelved', 'disabled', 'out-of-service', 'by-design'] as const;
export type SuppressionKind = (typeof suppressionKinds)[number];

export type Suppression = {
  readonly how: SuppressionKind;
  readonly why: string;
  /** Who did it; absent for `by-design`. */
  readonly operator?: string;
  /** When it ends by itself. */
  readonly until?: WallTime;
};

/** How a cause is tested. Position is the wire value: append only. */
export const causeTests = [
  'below',
  'above',
  'is',
  'rises',
  'falls',
  'stuck',
  'quality',
  'no-answer',
  'trouble',
  'coincidence',
  'ended',
] as const;
export type CauseTest = (typeof causeTests)[number];

/** What a rule asks, as data: what `explainAlarm` makes its sentence of. */
export type RuleFacts = {
  readonly test: CauseTest;
  /** What the value is compared with: a number in `unit`, or the names that count. */
  readonly limit?: Scalar;
  readonly unit?: string;
  /** Span over which a change counts, or for which nothing may have changed, ms. */
  readonly within?: Millis;
  /** How long it must hold before it is raised. */
  readonly onDelay: Millis;
  /** So many of the last so many samples. */
  readonly samples?: readonly [atLeast: number, of: number];
};

/** Why: enough for a duty officer to judge the judgement. `explainAlarm` says it in a sentence. */
export type AlarmCause = RuleFacts & {
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
  /** How often the condition came within this occurrence: a chattering contact is one occurrence. 1 unless given. */
  readonly count?: number;
  readonly at: Stamp;
  /** When this occurrence was raised, by the gateway's clock then; absent in changes of an earlier version. */
  readonly since?: WallTime;
  /** The stamp of `since`, so that it can be put right as `at` can; absent where that is `at`, and in changes of an earlier version. */
  readonly raised?: Stamp;
  readonly cause: AlarmCause;
  /** Who acknowledged, reset, silenced or suppressed. */
  readonly operator?: string;
  /** A person has silenced the sounders of this occurrence. */
  readonly silenced?: true;
  /** Stands while the alarm is kept from being announced; on a fire or a call it is only a remark, see {@link isHidden}. */
  readonly suppression?: Suppression;
};

/** A change as a reader takes it, who may be older than who wrote it. */
export type HeardChange = Omit<AlarmChange, 'kind' | 'event'> & {
  readonly kind: HeardKind;
  readonly event: HeardEvent;
};

/** Kinds that nothing ever hides: whatever a person has shelved or disabled, they are announced. */
export const neverHidden = (kind: AlarmKind): boolean => kind === 'fire' || kind === 'call';

/** Whether a suppression keeps this alarm from being announced. What is not known is not hidden. */
export const isHidden = ({
  kind,
  suppression,
}: {
  readonly kind: HeardKind;
  readonly suppression?: unknown;
}): boolean => suppression !== undefined && kind !== 'other' && !neverHidden(kind);
