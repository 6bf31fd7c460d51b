import type { AlarmKind } from './alarm.ts';
import type { CommandRisk } from './command.ts';
import type { Doubt, Loss, Scalar } from './point.ts';

/** Units as in RFC 8428 (SenML) where it has one; others by their usual sign. */
export type Unit =
  | 'MPa'
  | 'kPa'
  | 'V'
  | 'A'
  | 'W'
  | 'VA'
  | 'var'
  | 'Hz'
  | 'kWh'
  | '°C'
  | 'K'
  | 'mA'
  | 'm'
  | 's'
  | '%'
  | 'dBm'
  | '1';

export type WordTable = 'holding' | 'input';
export type BitTable = 'coil' | 'discrete';

/** A factor of an address: a number, or the name of one of the profile's settings. */
export type Factor = number | string;
/** An address as a sum of factors and of products of two, so that slot tables are data: `['table', ['slot', 'size'], 2]`. */
export type Address = number | readonly (Factor | readonly [Factor, Factor])[];

/**
 * The order in which the bytes of a value arrive; A is the most significant (of a text: the first character). As many
 * letters as the value has bytes; the natural order unless given.
 */
export type ByteOrder =
  | 'AB'
  | 'BA'
  | 'ABCD'
  | 'CDAB'
  | 'BADC'
  | 'DCBA'
  | 'ABCDEFGH'
  | 'GHEFCDAB'
  | 'BADCFEHG'
  | 'HGFEDCBA';

/** What each point may say of how often it is read. */
type Paced = {
  /** Own poll period where it may be slower than the profile's `pollMs`. Not for points with a condition. */
  readonly everyMs?: number;
};

export type NumberPoint = Paced & {
  readonly from: WordTable;
  readonly at: Address;
  /** `bcd16` and `bcd32`: four decimal digits a word. */
  readonly as: 'u16' | 'i16' | 'u32' | 'i32' | 'f32' | 'u64' | 'i64' | 'f64' | 'bcd16' | 'bcd32';
  readonly order?: ByteOrder;
  /** `u16` only: the field of these bits, lowest and highest, 0–15. */
  readonly bits?: readonly [low: number, high: number];
  readonly unit: Unit;
  /** Multiplies the raw number; a setting's name where the device does not tell its unit. 1 unless given. */
  readonly scale?: Factor;
  /** Register of the same table that holds the number of decimal places (0–4); divides by 10 to its power. */
  readonly decimals?: Address;
  /** Smallest difference worth reporting, in `unit`; telemetry is rounded to it. */
  readonly resolution: number;
  /** Physical range in `unit`; beyond it a value is doubtful (`out-of-range`). */
  readonly range: readonly [number, number];
  /** Raw numbers, unsigned and before scaling, by which the device itself says that it has no value. */
  readonly lostMarkers?: readonly number[];
};
export type ChoicePoint = Paced & {
  readonly from: WordTable;
  readonly at: Address;
  readonly as: 'choice';
  /** The field of these bits, lowest and highest, 0–15; the whole word unless given. */
  readonly bits?: readonly [low: number, high: number];
  /** Raw number → name. A word that is not listed is doubtful (`unknown-code`). */
  readonly of: Readonly<Record<number, string>>;
};
export type BitPoint = Paced & {
  readonly from: BitTable;
  readonly at: Address;
  readonly as: 'bool';
  /** Coils only: Fengsui may write it. */
  readonly writable?: true;
  /** Coils only: the device itself ends a pulse that is written as a number of steps to another coil. */
  readonly pulse?: HardwarePulse;
};
/** No write that is lost can leave the contact closed. */
export type HardwarePulse = {
  /** Coil that takes the length. */
  readonly at: Address;
  readonly stepMs: number;
  readonly mostSteps: number;
};
/** One bit of a register. */
export type FlagPoint = Paced & {
  readonly from: WordTable;
  readonly at: Address;
  readonly as: 'bool';
  /** 0 is the least significant, 15 the most. */
  readonly bit: number;
};
/** Characters in registers, two each; ends at the first NUL, trailing blanks dropped. */
export type TextPoint = Paced & {
  readonly from: WordTable;
  readonly at: Address;
  readonly as: 'text';
  /** Registers. */
  readonly words: number;
  readonly order?: 'AB' | 'BA';
};
/** A contact or an output on a GPIO line; the line itself is named in the site's configuration. */
export type LinePoint = {
  readonly from: 'line-in' | 'line-out';
  readonly as: 'bool';
};
export type PointSpec = NumberPoint | ChoicePoint | BitPoint | FlagPoint | TextPoint | LinePoint;

/** A number, or the name of a setting that holds it. */
type Tunable<Settings extends string> = number | Settings;

/** Why a value is bad. `out-of-range` includes NaN and infinity; `device-marker`: the device itself says so. */
export type BadValue = Extract<Doubt, 'out-of-range' | 'unknown-code'> | Extract<Loss, 'device-marker'>;

/** What a condition looks for. Limits are in the point's unit. */
export type When<Settings extends string = string> =
  | {
      readonly below: Tunable<Settings>;
      readonly deadband: number;
      /** Judges values out of range, too: a broken wire shows as a current that no sensor gives. */
      readonly evenDoubtful?: true;
    }
  | { readonly above: Tunable<Settings>; readonly deadband: number; readonly evenDoubtful?: true }
  | { readonly is: Scalar | readonly Scalar[] }
  /** A change by this much within a span. */
  | { readonly rises: Tunable<Settings>; readonly withinMs: number }
  | { readonly falls: Tunable<Settings>; readonly withinMs: number }
  /** No change by the point's resolution for so long: the sensor or its line is frozen. */
  | { readonly stuckMs: Tunable<Settings> }
  | { readonly bad: BadValue | readonly BadValue[] };

/** So many of the last so many good samples: for signals with single wrong samples. */
export type InSamples = { readonly atLeast: number; readonly of: number };

/** What may differ from a profile's condition: at a site, or at a risk level. */
export type ConditionChange<Settings extends string = string> = {
  /** Takes the place of the number in `when`. */
  readonly limit?: Tunable<Settings> | undefined;
  readonly deadband?: number | undefined;
  readonly onDelayMs?: Tunable<Settings> | undefined;
  readonly offDelayMs?: Tunable<Settings> | undefined;
};

/** Risk level (风险防控等级): normal · heightened (holidays, dry season) · severe. Position is the wire value: append only. */
export const riskLevels = ['normal', 'heightened', 'severe'] as const;
export type RiskLevel = (typeof riskLevels)[number];
/** What changes at a level; `severe` builds on `heightened`. */
export type AtRisk<T> = { readonly heightened?: T | undefined; readonly severe?: T | undefined };

export type Condition<Points extends string = string, Settings extends string = string> = {
  readonly kind: AlarmKind;
  readonly point: Points;
  readonly when: When<Settings>;
  readonly samples?: InSamples;
  /** Must hold this long before it is raised. */
  readonly onDelayMs: Tunable<Settings>;
  /** Must be gone this long before it is cleared. */
  readonly offDelayMs: Tunable<Settings>;
  /** Stays active until an operator resets it, whatever the device says meanwhile. Fires always do. */
  readonly latched?: true;
  readonly risk?: AtRisk<ConditionChange<Settings>>;
  /** Standard and clause, or datasheet. */
  readonly source: string;
};

export type Setting = {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** What it means and, where it cannot be known from the model, how to find it out on site. */
  readonly help: string;
};

/** An argument of a command: a number within bounds. A length of a pulse is in seconds. */
export type ArgumentSpec = { readonly min: number; readonly max: number; readonly unit?: Unit };

/** A point and what it must be. */
export type PointState<Points extends string = string> = { readonly point: Points; readonly is: Scalar };

/** What a command does: switches an output on for a time, in ms or as long as an argument in seconds says, or for good. */
export type CommandEffect<Points extends string = string, Args extends string = string> =
  | { readonly pulse: Points; readonly ms: number | { readonly arg: Args } }
  | { readonly set: Points; readonly to: boolean };

/** Something that a device can be told to do. */
export type CommandSpec<Points extends string = string, Args extends string = string> = {
  readonly name: { readonly en: string; readonly zh: string };
  readonly risk: CommandRisk;
  readonly args?: Readonly<Record<Args, ArgumentSpec>>;
  readonly does: CommandEffect<Points, Args>;
  /** Must hold before; otherwise nothing is done. */
  readonly before?: PointState<Points>;
  /** What is true once it has had its effect, and how long that may take. A pulse alone proves nothing. */
  readonly proof?: PointState<Points> & { readonly withinMs: number };
  /** Standard and clause, or datasheet. */
  readonly source: string;
};

/** How a serial device comes from the works. */
export type SerialDefaults = {
  readonly baud: number;
  readonly parity: 'none' | 'even' | 'odd';
  readonly stopBits: 1 | 2;
  readonly unit: number;
};

/** Registers that tell a model apart: one read, all that it must hold. */
export type IdentityCheck = {
  readonly from: WordTable;
  readonly at: number;
  /** What stands in the registers from `at` on: a number, any of several, a number within bounds, or the unit's own address. */
  readonly words: readonly (number | readonly number[] | { readonly min: number; readonly max: number } | 'unit')[];
};

/**
 * How a device is recognised. `certain`: registers that no other model has. `plausible`: what a reading must look like;
 * never more than a guess, for a person to confirm.
 */
export type Identification = {
  readonly certain?: readonly IdentityCheck[];
  readonly plausible?: readonly IdentityCheck[];
};

/** Registers that must not be read, not even on the way to others. */
export type ForbiddenRange = {
  readonly from: WordTable | BitTable;
  readonly at: number;
  readonly count: number;
  readonly why: string;
};

/**
 * What a device is for, so that a district can be counted by it. hydrant 消火栓 · water 消防水源与管网 · smoke 独立烟感 ·
 * fire-panel 火灾自动报警系统 · electrical-fire 电气火灾监控 · supply 电源 · call 求助 · barrier 消防通道道闸 · output 联动输出 ·
 * contact 触点 · other.
 */
export const deviceCategories = [
  'hydrant',
  'water',
  'smoke',
  'fire-panel',
  'electrical-fire',
  'supply',
  'call',
  'barrier',
  'output',
  'contact',
  'other',
] as const;
export type DeviceCategory = (typeof deviceCategories)[number];

/** What a kind of device is, as data. */
export type ProfileSpec = {
  readonly id: `${string}/${string}`;
  readonly name: { readonly en: string; readonly zh: string };
  /** What it counts as; `other` unless given. */
  readonly category?: DeviceCategory;
  /** Document, revision and table the addresses were read from. Required: no anonymous registers. */
  readonly source: string;
  /** Numbers a site may set. */
  readonly settings?: Readonly<Record<string, Setting>>;
  readonly points: Readonly<Record<string, PointSpec>>;
  readonly conditions?: Readonly<Record<string, Condition>>;
  /** What it can be told to do, by name. */
  readonly commands?: Readonly<Record<string, CommandSpec>>;
  /** Default poll period; alarm points of wired devices 1 to 2 s (GB 26875.1-2011 4.1.2.1 leaves 10 s in all). */
  readonly pollMs: number;
  /** Poll periods at risk levels above normal. */
  readonly riskPollMs?: AtRisk<number>;
  /** The device must be tested this often; overdue is told as a supervisory alarm. */
  readonly testEveryDays?: number;
  /** Silence that is promised to be reported as a fault, at most. */
  readonly silenceMs: number;
  /** Largest block the device answers in one request, registers or bits; 125 and 2,000 unless given. */
  readonly maxBlock?: number;
  readonly forbidden?: readonly ForbiddenRange[];
  readonly serial?: SerialDefaults;
  readonly identification?: Identification;
  /** Why the map is not to be trusted yet. Shown wherever the profile is named. */
  readonly unverified?: string;
};

/** What a point decodes to, computed from its literal spec. */
export type ValueOf<S> = S extends { as: 'bool' }
  ? boolean
  : S extends { as: 'text' }
    ? string
    : S extends { as: 'choice'; of: infer M }
      ? M[keyof M]
      : number;
export type UnitOf<S> = S extends { unit: infer U } ? U : undefined;
export type PointsOf<P extends ProfileSpec> = { readonly [K in keyof P['points']]: ValueOf<P['points'][K]> };

/** The arguments of a command, computed from its literal spec. */
export type ArgsOf<C> = C extends { args: infer A }
  ? { readonly [K in keyof A]: number }
  : Readonly<Record<string, never>>;

/** Condition every device has besides its profile's own: it stays silent longer than promised. */
export const noAnswer = 'no-answer';
/** Condition of a device whose profile says how often it must be tested. */
export const testOverdue = 'test-overdue';
