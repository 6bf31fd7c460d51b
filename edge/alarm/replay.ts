import type { AlarmCause, AlarmEvent, AlarmKind, AlarmPhase } from '../../sdk/model/alarm.ts';
import type { PointValue } from '../../sdk/model/point.ts';
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

/** One recorded value of a point of the device. Times must not go backwards. */
export type Recorded = readonly [point: string, value: PointValue];

/**
 * The judgement of a gateway over recorded values of one device, in order: the very same rules and states. A value of
 * any point also tells that the device answers. Pure.
 */
export function* replay(rules: readonly Rule[], values: Iterable<Recorded>): Generator<Replayed> {
  const states = new Map<Rule, AlarmState>();
  for (const [point, value] of values) {
    for (const rule of rules) {
      if (rule.point !== point && rule.facts.test !== 'no-answer') continue;
      const before = states.get(rule) ?? quiet;
      const { state, event, cause } = judge(rule, before, { kind: 'value', value });
      if (state !== before) states.set(rule, state);
      if (!event || !cause) continue;
      const { phase, occurrence, count } = state;
      yield { at: value.at, condition: rule.condition, kind: rule.kind, event, phase, occurrence, count, cause };
    }
  }
}
