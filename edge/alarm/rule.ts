import type { AlarmKind } from '../../sdk/model/alarm.ts';
import { FengsuiError } from '../../sdk/model/errors.ts';
import type { PointValue, Scalar } from '../../sdk/model/point.ts';
import { type Condition, noAnswer, type PointSpec, type ProfileSpec } from '../../sdk/model/profile.ts';
import { type Millis, millis } from '../../sdk/model/time.ts';

/** A condition of one device, ready to judge: limits resolved, words made. */
export type Rule = {
  readonly condition: string;
  readonly kind: AlarmKind;
  readonly point: string;
  readonly onDelay: Millis;
  readonly offDelay: Millis;
  readonly latched: boolean;
  /** Whether the value fulfils the condition; `undefined` if it cannot tell. `held` moves the limit by the deadband. */
  readonly holds: (value: PointValue, held: boolean) => boolean | undefined;
  /** The rule in words. */
  readonly text: string;
  readonly source: string;
};

type Settings = Readonly<Record<string, number>>;

/** A silent unit is tried at least this often within its promised silence limit. */
export const probesPerSilence = 4;

/** All rules of a device: its profile's conditions, and that it answers at all. @throws FengsuiError CONFIG */
export function rulesOf(profile: ProfileSpec, settings: Settings, pollMs: number): readonly Rule[] {
  const own = Object.entries(profile.conditions ?? {}).map(([name, condition]) =>
    conditionRule(name, condition, settings, profile.points[condition.point]),
  );
  return [...own, answerRule(profile.silenceMs, pollMs)];
}

function conditionRule(name: string, condition: Condition, settings: Settings, spec: PointSpec | undefined): Rule {
  const tune = (x: number | string): number => {
    const value = typeof x === 'number' ? x : settings[x];
    if (value !== undefined) return value;
    // A limit that is not there would never be passed, and nobody would know.
    throw new FengsuiError('CONFIG', `condition “${name}” uses a setting “${x}” that the profile does not declare`);
  };
  const onDelay = millis(tune(condition.onDelayMs));
  const unit = spec && 'unit' in spec && spec.unit !== '1' ? ` ${spec.unit}` : '';
  const { test, text } = testOf(condition.when, tune, unit);
  return {
    condition: name,
    kind: condition.kind,
    point: condition.point,
    onDelay,
    offDelay: millis(tune(condition.offDelayMs)),
    latched: condition.latched ?? false,
    holds: (value, held) => (value.quality === 'good' ? test(value.value, held) : undefined),
    text: `${condition.point} ${text}${onDelay > 0 ? ` for ${onDelay / 1_000} s` : ''}`,
    source: condition.source,
  };
}

type Test = (value: Scalar, held: boolean) => boolean;

function testOf(
  when: Condition['when'],
  tune: (x: number | string) => number,
  unit: string,
): { test: Test; text: string } {
  if ('below' in when) {
    const limit = tune(when.below);
    const over = plain(limit + when.deadband);
    return {
      test: (value, held) => typeof value === 'number' && value < (held ? over : limit),
      text: `below ${limit}${unit}`,
    };
  }
  if ('above' in when) {
    const limit = tune(when.above);
    const over = plain(limit - when.deadband);
    return {
      test: (value, held) => typeof value === 'number' && value > (held ? over : limit),
      text: `above ${limit}${unit}`,
    };
  }
  const names: readonly Scalar[] = Array.isArray(when.is) ? when.is : [when.is];
  return { test: (value) => names.includes(value), text: `is ${names.map(String).join(' or ')}` };
}

/** 0.14 + 0.01 is 0.15 and not 0.15000000000000002, which no value of 0.15 would ever reach. */
const plain = (sum: number): number => Number(sum.toPrecision(12));

/**
 * Silent longer than promised. A device that answers with an exception, damage or nonsense is as blind as a silent one;
 * a bus that is down is one fault of the bus, and not one of each device on it.
 */
function answerRule(silenceMs: number, pollMs: number): Rule {
  // The first failure is seen up to one period after the last answer; the judgement waits for a probe, and a unit that
  // stays silent is probed less often than it is polled.
  const late = Math.max(pollMs, silenceMs / probesPerSilence);
  const onDelay = millis(Math.max(0, silenceMs - pollMs - late));
  return {
    condition: noAnswer,
    kind: 'fault',
    point: '',
    onDelay,
    offDelay: millis(0),
    latched: false,
    holds: (value) => {
      if (value.quality !== 'lost' || value.why === 'device-marker') return false;
      return value.why === 'bus-down' || value.why === 'never-read' ? undefined : true;
    },
    text: `no good answer for ${onDelay / 1_000} s; silence is reported within ${silenceMs / 1_000} s`,
    source: 'the profile’s promised silence limit; blind is a fault, never normal',
  };
}

/** A rule over a plain yes or no: `true` means trouble. For what the gateway says of itself, its buses and outputs. */
export const troubleRule = (rule: Pick<Rule, 'condition' | 'onDelay' | 'offDelay' | 'text' | 'source'>): Rule => ({
  ...rule,
  kind: 'fault',
  point: '',
  latched: false,
  holds: (value) => (value.quality === 'good' ? value.value === true : undefined),
});
