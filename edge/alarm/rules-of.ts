import type { RuleFacts } from '../../sdk/model/alarm.ts';
import { type ConditionChanges, conditionAt } from '../../sdk/model/condition-at.ts';
import { FengsuiError } from '../../sdk/model/errors.ts';
import {
  type Condition,
  noAnswer,
  type PointSpec,
  type ProfileSpec,
  type RiskLevel,
  testOverdue,
} from '../../sdk/model/profile.ts';
import { type Millis, millis } from '../../sdk/model/time.ts';
import { changes, stuck } from './detect/change.ts';
import type { Detector } from './detect/detector.ts';
import { inSamples } from './detect/in-samples.ts';
import { above, below } from './detect/limit.ts';
import { isBad, isOneOf, noGoodAnswer } from './detect/state.ts';
import { verified } from './detect/verified.ts';
import { makeRule, noDelay, type Rule, unitOf } from './rule.ts';

/** What the rules of a device follow from. */
export type Judged = {
  readonly profile: ProfileSpec;
  readonly settings: Readonly<Record<string, number>>;
  readonly pollMs: number;
  /** What the site changed of the profile's conditions. */
  readonly conditions?: ConditionChanges;
  /** A fire waits so long for a second look; until then it is a pre-alarm. */
  readonly verifyMs?: number;
};

/** A silent unit is tried at least this often within its promised silence limit. */
export const probesPerSilence = 4;

/** Name of the pre-alarm that stands for a fire while it is looked at again. */
export const preAlarmOf = (condition: string): string => `${condition}-pre`;

/** All rules of a device at a risk level: its conditions, that it answers at all, that it is tested. @throws FengsuiError CONFIG */
export function rulesOf(device: Judged, level: RiskLevel = 'normal'): readonly Rule[] {
  const { profile, pollMs } = device;
  const own = Object.entries(profile.conditions ?? {}).flatMap(([name, condition]) =>
    conditionRules(name, conditionAt(condition, device.conditions?.[name], level), device),
  );
  return [
    ...own,
    answerRule(profile.silenceMs, pollMs),
    ...(profile.testEveryDays === undefined ? [] : [overdueRule(profile.testEveryDays)]),
  ];
}

function conditionRules(name: string, condition: Condition, device: Judged): readonly Rule[] {
  const { profile, settings, verifyMs } = device;
  const tune = (x: number | string): number => {
    const value = typeof x === 'number' ? x : settings[x];
    if (value !== undefined) return value;
    // A limit that is not there would never be passed, and nobody would know.
    throw new FengsuiError('CONFIG', `condition “${name}” uses a setting “${x}” that the profile does not declare`);
  };
  const spec = profile.points[condition.point];
  const { detector, facts } = whenOf(condition.when, tune, spec);
  const { samples, kind, point, source } = condition;
  const rule = makeRule({
    condition: name,
    kind,
    point,
    offDelay: millis(tune(condition.offDelayMs)),
    latched: condition.latched ?? kind === 'fire',
    detector: samples ? inSamples(samples, detector) : detector,
    facts: {
      ...facts,
      onDelay: millis(tune(condition.onDelayMs)),
      ...(samples && { samples: [samples.atLeast, samples.of] }),
    },
    source,
  });
  if (kind !== 'fire' || verifyMs === undefined) return [rule];
  return [
    { ...rule, verifies: true, detector: verified(rule.detector, millis(verifyMs)) },
    { ...rule, condition: preAlarmOf(name), kind: 'pre-alarm', latched: false },
  ];
}

type Seen = { readonly detector: Detector; readonly facts: Omit<RuleFacts, 'onDelay'> };

function whenOf(when: Condition['when'], tune: (x: number | string) => number, spec: PointSpec | undefined): Seen {
  const unit = unitOf(spec);
  if ('below' in when || 'above' in when) {
    const limit = tune('below' in when ? when.below : when.above);
    const { deadband, evenDoubtful = false } = when;
    const [test, detect] = 'below' in when ? (['below', below] as const) : (['above', above] as const);
    return { detector: detect({ limit, deadband, evenDoubtful }), facts: { test, limit, ...unit } };
  }
  if ('rises' in when || 'falls' in when) {
    const test = 'rises' in when ? 'rises' : 'falls';
    const limit = tune('rises' in when ? when.rises : when.falls);
    const within = millis(when.withinMs);
    return { detector: changes(test, limit, within), facts: { test, limit, ...unit, within } };
  }
  if ('stuckMs' in when) {
    const within: Millis = millis(tune(when.stuckMs));
    const resolution = spec && 'resolution' in spec ? spec.resolution : 0;
    return { detector: stuck(resolution, within), facts: { test: 'stuck', within } };
  }
  if ('bad' in when) {
    const ways = [when.bad].flat();
    return { detector: isBad(ways), facts: { test: 'quality', limit: ways.join(' or ') } };
  }
  const names = [when.is].flat();
  const [only] = names;
  const limit = names.length === 1 && only !== undefined ? only : names.map(String).join(' or ');
  return { detector: isOneOf(names), facts: { test: 'is', limit } };
}

/** Silent longer than promised. */
function answerRule(silenceMs: number, pollMs: number): Rule {
  // The first failure is seen up to one period after the last answer; the judgement waits for a probe, and a unit that
  // stays silent is probed less often than it is polled.
  const late = Math.max(pollMs, silenceMs / probesPerSilence);
  return makeRule({
    condition: noAnswer,
    kind: 'fault',
    point: '',
    offDelay: noDelay,
    latched: false,
    detector: noGoodAnswer,
    facts: {
      test: 'no-answer',
      onDelay: millis(Math.max(0, silenceMs - pollMs - late)),
      within: millis(silenceMs),
    },
    source: 'the profile’s promised silence limit; blind is a fault, never normal',
  });
}

const overdueRule = (days: number): Rule =>
  makeRule({
    condition: testOverdue,
    kind: 'supervisory',
    point: '',
    offDelay: noDelay,
    latched: false,
    detector: isOneOf([true]),
    facts: { test: 'trouble', onDelay: noDelay, within: millis(days * 86_400_000) },
    source: 'the test interval of the device’s profile',
  });
