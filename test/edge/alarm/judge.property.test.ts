import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { municipalHydrant } from '../../../device-profiles/generic/municipal-hydrant.ts';
import { type AlarmInput, type AlarmState, isActive, judge, quiet } from '../../../edge/alarm/judge.ts';
import type { Rule } from '../../../edge/alarm/rule.ts';
import { rulesOf } from '../../../edge/alarm/rules-of.ts';
import type { ProfileSpec } from '../../../sdk/model/profile.ts';
import { acknowledged, blind, doubted, reset, seen } from '../../support/alarm-inputs.ts';
import { defaultSettings } from '../../support/default-settings.ts';
import { type NaiveRule, naiveAlarm } from '../../support/naive-alarm.ts';
import { propertyRuns } from '../../support/property-runs.ts';

type Act = 'value' | 'doubt' | 'loss' | 'acknowledge' | 'reset';
type Sample = { readonly gap: number; readonly act: Act; readonly value: number };

const act = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Act>('value') },
  { weight: 4, arbitrary: fc.constantFrom<Act>('doubt', 'loss', 'acknowledge', 'reset') },
);
const sample = fc.record({
  gap: fc.constantFrom(1, 499, 500, 501, 999, 1_000, 1_001, 5_000, 59_999, 60_000),
  act,
  value: fc.constantFrom(9, 9.9, 10, 10.9, 11, 12),
});
const field = fc.array(sample, { minLength: 1, maxLength: 80 });
const anyRule: fc.Arbitrary<NaiveRule> = fc.record({
  below: fc.constant(10),
  deadband: fc.constantFrom(0, 1),
  onDelay: fc.constantFrom(0, 1, 500, 1_000, 3_000),
  offDelay: fc.constantFrom(0, 1, 500, 1_000, 3_000),
  latched: fc.boolean(),
});

function ruleOf({ below, deadband, onDelay, offDelay, latched }: NaiveRule): Rule {
  const condition = {
    kind: 'supervisory',
    point: 'pressure',
    when: { below, deadband },
    onDelayMs: onDelay,
    offDelayMs: offDelay,
    source: 'a test',
    ...(latched && { latched: true as const }),
  } as const;
  const profile: ProfileSpec = { ...municipalHydrant, conditions: { low: condition } };
  const [rule] = rulesOf({ profile, settings: defaultSettings(profile), pollMs: 1_000 });
  if (!rule) throw new Error('no rule');
  return rule;
}

function inputsOf(samples: readonly Sample[]): readonly AlarmInput[] {
  let now = 0;
  return samples.map(({ gap, act, value }) => {
    now += gap;
    if (act === 'value') return seen(now, value);
    if (act === 'doubt') return doubted(now, value);
    if (act === 'loss') return blind(now);
    return act === 'reset' ? reset(now) : acknowledged(now);
  });
}

/** Lets `look` see every step that any field can make any rule take. */
function always(
  look: (step: { rule: NaiveRule; input: AlarmInput; before: AlarmState; after: ReturnType<typeof judge> }) => void,
  rules = anyRule,
): void {
  fc.assert(
    fc.property(rules, field, (rule, samples) => {
      const judged = ruleOf(rule);
      let state = quiet;
      for (const input of inputsOf(samples)) {
        const after = judge(judged, state, input);
        look({ rule, input, before: state, after });
        state = after.state;
      }
    }),
    propertyRuns(300),
  );
}

describe('judge, whatever the field does', () => {
  it('never leaves a latched alarm but by a reset', () =>
    always(
      ({ input, before, after }) => {
        if (isActive(before.phase) && input.kind !== 'reset') expect(isActive(after.state.phase)).toBe(true);
      },
      anyRule.map((rule) => ({ ...rule, latched: true })),
    ));

  it('changes nothing for a value that is lost or in doubt', () =>
    always(({ input, before, after }) => {
      if (input.kind === 'value' && input.value.quality !== 'good') expect(after).toEqual({ state: before });
    }));

  it('clears nothing by a value inside the deadband', () =>
    always(({ rule, input, before, after }) => {
      if (input.kind !== 'value' || input.value.quality !== 'good') return;
      const value = Number(input.value.value);
      if (isActive(before.phase) && value < rule.below + rule.deadband) expect(after.event).toBeUndefined();
      if (!isActive(before.phase) && value >= rule.below) expect(after.event).toBeUndefined();
    }));

  it('counts an occurrence with each raising, and only then', () =>
    always(({ before, after }) => {
      expect(after.state.occurrence - before.occurrence).toBe(after.event === 'raised' ? 1 : 0);
    }));

  it('never tells of a pending alarm', () =>
    always(({ after }) => {
      if (after.event) expect(after.state.phase).not.toBe('pending');
    }));

  it('gives a cause with every event, and none without', () =>
    always(({ after }) => {
      expect(after.cause === undefined).toBe(after.event === undefined);
    }));

  it('raises with the first good value at or after the on-delay: not earlier, and not one sample later', () => {
    const good = fc.array(fc.record({ gap: fc.integer({ min: 1, max: 2_000 }), value: fc.constantFrom(9, 12) }), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(anyRule, good, (rule, samples) => {
        const judged = ruleOf(rule);
        let state = quiet;
        let now = 0;
        let since: number | undefined;
        for (const { gap, value } of samples) {
          now += gap;
          since = value < rule.below ? (since ?? now) : undefined;
          const { state: next, event } = judge(judged, state, seen(now, value));
          expect(event === 'raised').toBe(since !== undefined && now - since >= rule.onDelay);
          state = next;
          if (event === 'raised') return;
        }
      }),
    );
  });

  it('agrees with a naive second implementation, step by step', () => {
    fc.assert(
      fc.property(anyRule, field, (rule, samples) => {
        const judged = ruleOf(rule);
        const naive = naiveAlarm(rule);
        let state = quiet;
        for (const input of inputsOf(samples)) {
          const { state: next, event } = judge(judged, state, input);
          state = next;
          const phase = state.phase === 'pending' ? 'normal' : state.phase;
          const { occurrence, count } = state;
          expect({ event, phase, occurrence, count }).toEqual(naive(input));
        }
      }),
      propertyRuns(1_000),
    );
  });
});
