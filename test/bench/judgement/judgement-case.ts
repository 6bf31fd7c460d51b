import type { Zone } from '../../../edge/alarm/zone.ts';
import type { AlarmDesk } from '../../../edge/runtime/alarms/alarm-desk.ts';
import type { AlarmChange, AlarmKind } from '../../../sdk/model/alarm.ts';
import type { ConditionChanges } from '../../../sdk/model/condition-at.ts';
import type { Doubt, Loss } from '../../../sdk/model/point.ts';
import type { ProfileSpec } from '../../../sdk/model/profile.ts';
import type { Unit } from '../../../simulators/modbus/unit.ts';
import type { FakeClock } from '../../support/fake-clock.ts';

/** A device in the field: what it is, how the gateway reads it, and what stands in its registers. */
export type Station = {
  readonly id: string;
  readonly bus: string;
  readonly profile: ProfileSpec;
  readonly settings?: Readonly<Record<string, number>>;
  readonly conditions?: ConditionChanges;
  readonly verifyMs?: number;
  readonly pollMs?: number;
  /** Registers, or the contact on a GPIO line. */
  readonly source: Unit | (() => boolean);
  /** What is really there, without the sensor; truth is told by it. */
  readonly truly?: () => number;
};

/** Something that the gateway told, in s since the case began. */
export type Told = Pick<AlarmChange, 'device' | 'condition' | 'kind' | 'phase' | 'event'> & { readonly at: number };

/** How what the bus brings is spoilt. */
export type Spoilt = Loss | Extract<Doubt, 'unconfirmed'>;

/** The part of a gateway that judges, with time of its own: what a case acts on. */
export type Stage = {
  readonly told: readonly Told[];
  /** Since the case began, s. */
  readonly now: () => number;
  readonly desk: () => AlarmDesk;
  readonly clock: () => FakeClock;
  /** What a device's answers are from now on. */
  readonly spoil: (device: string, how: Spoilt | undefined) => void;
  /** The bus cannot be opened, or can again. */
  readonly setDown: (bus: string, isDown: boolean) => void;
  /** The gateway is stopped in an orderly way, or loses its power, and is away for so long. */
  readonly restart: (how: 'stopped' | 'power-cut', awaySeconds: number) => Promise<void>;
  /** Reads a device once. Whether it answered. */
  readonly read: (station: Station) => boolean;
  /** Lets the gateway look after itself, as once a second. */
  readonly tick: () => void;
  readonly isAway: () => boolean;
  readonly advance: (ms: number) => Promise<void>;
};

/** Something that happens, at a time in s since the case began. */
export type Happening = readonly [at: number, act: (stage: Stage) => void | Promise<void>];

/** A place where a case plays: its devices, the world behind them, and what happens. Fresh for each run. */
export type Scene = {
  readonly stations: readonly Station[];
  readonly zones?: readonly Zone[];
  /** Lets the world move on by so many seconds. */
  readonly pass?: (seconds: number) => void;
  /** How often the world moves, s. 1 unless given. */
  readonly worldStep?: number;
  readonly script: readonly Happening[];
  readonly end?: () => void;
};

/** When what is really there is beyond a limit, for longer than `heldS`: the truth of slow physics. */
export type Crossing = { readonly below: number; readonly heldS: number };

/** An alarm that must be raised, once. */
export type Truth = {
  readonly device: string;
  readonly condition: string;
  readonly kind: AlarmKind;
  /** In s since the case began: since when there is a reason, and until when it must have been raised. */
  readonly within: readonly [from: number, by: number] | Crossing;
  /** How it must stand when the case is over; not looked at unless given. */
  readonly ends?: 'active' | 'cleared';
  /** So many changes of it may be told at most, of all kinds: what chatters must not tire anybody. */
  readonly toldAtMost?: number;
  /** Nature is on the edge: it may be raised, once, or not. */
  readonly optional?: true;
};

/** One named case with its ground truth. Whatever `truth` does not name must stay silent. */
export type JudgementCase = {
  /** Names it in figures and tests. */
  readonly id: string;
  readonly name: { readonly en: string; readonly zh: string };
  readonly seed: number;
  /** Length in s. */
  readonly lasts: number;
  readonly scene: (random: () => number) => Scene | Promise<Scene>;
  readonly truth: readonly Truth[];
};
