import type { AlarmCause, AlarmEvent, AlarmKind, AlarmPhase } from '../../sdk/model/alarm.ts';
import type { PointValue } from '../../sdk/model/point.ts';
import { noAnswer } from '../../sdk/model/profile.ts';
import type { MonoTime } from '../../sdk/model/time.ts';
import { type AlarmState, judge, quiet } from './judge.ts';
import type { Rule } from './rule.ts';

/** What would have been told. */
export type Replayed = {
  readonly at: MonoTime;
  readonly condition: string;
  readonly kind: AlarmKind;
  readonly event: AlarmEvent;
  readonly phase: AlarmPhase;
  readonly occurrence: number;
  readonly count: number;
  readonly cause: AlarmCause;
};

/** One recorded value of a point of the device. */
export type Recorded = readonly [point: string, value: PointValue];

/** Takes the values of one answer of the device, and gives what they would have told. Times must not go backwards. */
export type Replay = (answer: readonly Recorded[]) => readonly Replayed[];

/**
 * The judgement of a gateway over recorded values of one device: the very same rules, states and order. The best value
 * of an answer also tells whether the device answers at all. Keeps one state for each rule, however much is recorded.
 */
export function replay(rules: readonly Rule[]): Replay {
  const states = new Map<Rule, AlarmState>();
  const look = (rule: Rule, value: PointValue): readonly Replayed[] => {
    const before = states.get(rule) ?? quiet;
    const { state, event, cause } = judge(rule, before, { kind: 'value', value });
    if (state !== before) states.set(rule, state);
    if (!event || !cause) return [];
    const { phase, occurrence, count } = state;
    return [{ at: value.at, condition: rule.condition, kind: rule.kind, event, phase, occurrence, count, cause }];
  };
  return (answer) => {
    const told = answer.flatMap(([point, value]) =>
      rules.flatMap((rule) => (rule.point === point ? look(rule, value) : [])),
    );
    const best = answer.find(([, { quality }]) => quality !== 'lost') ?? answer.at(-1);
    if (!best) return told;
    const [, value] = best;
    return [...told, ...rules.flatMap((rule) => (rule.condition === noAnswer ? look(rule, value) : []))];
  };
}
