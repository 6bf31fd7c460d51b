import {
  type AlarmCause,
  type AlarmPhase,
  alarmRank,
  type HeardChange,
  type HeardKind,
  isHidden,
  type Suppression,
} from '../model/alarm.ts';
import { explainAlarm } from '../model/explain-alarm.ts';
import type { Scalar } from '../model/point.ts';
import { wallOf } from './results.ts';

/** Names one condition of one device. */
export type AlarmRef = { readonly gateway: string; readonly device: string; readonly condition: string };

/** Names one occurrence for ever: what acts on it never meets a newer one. Every {@link Alarm} is one. */
export type AlarmOccurrence = AlarmRef & {
  /** Counts how often this condition was raised. */
  readonly occurrence: number;
};

/** Why an alarm is not announced; on a fire or a call it is only a remark. */
export type AlarmSuppression = Omit<Suppression, 'until'> & {
  /** When it ends by itself; absent where it lasts until a person lifts it. */
  readonly until?: Date;
};

/** An alarm as it stood after its last change. Plain data: the same from `active` and from `stream`. */
export type Alarm = AlarmOccurrence & {
  /** `other`: a kind of a later version. */
  readonly kind: HeardKind;
  readonly phase: AlarmPhase;
  /** Whether the danger stands, acknowledged or not. Whatever happened to it: show an alarm while `isActive && !isHidden`. */
  readonly isActive: boolean;
  /** A person or a greater fault keeps it from being announced. Never true of a fire, of a call, nor of `other`. */
  readonly isHidden: boolean;
  /** How often the condition came within this occurrence, 1 or more: a chattering contact is one occurrence. */
  readonly count: number;
  /** A person has silenced the sounders of this occurrence. */
  readonly silenced: boolean;
  readonly suppression?: AlarmSuppression;
  /**
   * From `active` and `unstored` only: its last change is not on the gateway's disk, and so not in any `stream` yet. For a
   * moment that is so of every change; on a gateway whose disk takes nothing (`report.degraded`) it stays so.
   */
  readonly isUnstored?: true;
  /** When it changed, by the gateway's clock. */
  readonly at: Date;
  /** The gateway's clock was not right when it stamped this; `at` was worked out from when it was. */
  readonly isCorrected?: true;
  /** When this occurrence was raised; absent where the gateway is of an earlier version. */
  readonly since?: Date;
  /** The rule in words, e.g. `pressure below 0.14 MPa for 5 s`. */
  readonly rule: string;
  /** The value that decided; absent when the cause is that there is none. */
  readonly value?: Scalar;
  /** Why, as facts: limit, unit, how long it held, which standard the rule comes from. */
  readonly cause: AlarmCause;
  /** Why, in one sentence for people. */
  readonly explained: { readonly en: string; readonly zh: string };
};

/** What an alarm is made of, however it came. */
export type AlarmParts = Omit<HeardChange, 'event' | 'at' | 'raised' | 'operator' | 'device'> & {
  readonly gateway: string;
  readonly device: string;
  /** Unix ms. */
  readonly at: number;
  readonly isCorrected?: true;
  readonly isUnstored?: true;
  /** As the gateway says it, which may know rules that this version does not. */
  readonly explained?: Alarm['explained'];
};

/** @throws FengsuiError PROTOCOL when a time is none */
export function alarmOf(parts: AlarmParts): Alarm {
  const { gateway, device, condition, kind, phase, occurrence, count = 1, suppression, cause } = parts;
  return {
    gateway,
    device,
    condition,
    kind,
    phase,
    isActive: phase === 'active-unacked' || phase === 'active-acked',
    isHidden: isHidden({ kind, suppression }),
    occurrence,
    count,
    silenced: parts.silenced === true,
    ...(suppression && { suppression: suppressionOf(suppression) }),
    ...(parts.isUnstored && { isUnstored: true }),
    at: new Date(wallOf(parts.at, 'alarm time')),
    ...(parts.isCorrected && { isCorrected: true }),
    ...(parts.since !== undefined && { since: new Date(wallOf(parts.since, 'alarm since')) }),
    rule: cause.rule,
    ...(cause.value !== undefined && { value: cause.value }),
    cause,
    explained: parts.explained ?? { en: explainAlarm(parts, 'en'), zh: explainAlarm(parts, 'zh') },
  };
}

const rankOf = (kind: HeardKind): number => (kind === 'other' ? alarmRank.call + 0.5 : alarmRank[kind]);

/** Most urgent kind first, then newest first. */
export const byUrgency = (a: Alarm, b: Alarm): number =>
  rankOf(a.kind) - rankOf(b.kind) || b.at.getTime() - a.at.getTime();

/** @throws FengsuiError PROTOCOL when its end is no time */
export const suppressionOf = ({ until, ...rest }: Suppression): AlarmSuppression => ({
  ...rest,
  ...(until !== undefined && { until: new Date(wallOf(until, 'suppression.until')) }),
});
