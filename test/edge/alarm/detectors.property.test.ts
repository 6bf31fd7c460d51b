import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changes, stuck } from '../../../edge/alarm/detect/change.ts';
import { type Detector, type Memory, nothing } from '../../../edge/alarm/detect/detector.ts';
import { inSamples } from '../../../edge/alarm/detect/in-samples.ts';
import { above, below } from '../../../edge/alarm/detect/limit.ts';
import { type AlarmState, isActive, judge, quiet } from '../../../edge/alarm/judge.ts';
import { makeRule, type Rule } from '../../../edge/alarm/rule.ts';
import { shifted } from '../../../edge/alarm/shifted.ts';
import type { PointValue } from '../../../sdk/model/point.ts';
import { millis, monoTime, seconds } from '../../../sdk/model/time.ts';
import { type NaiveSample, naiveHolds, naiveInSamples } from '../../support/naive-detector.ts';
import { propertyRuns } from '../../support/property-runs.ts';

const steps = fc.array(
  fc.record({
    gap: fc.constantFrom(100, 250, 999, 1_000, 4_000, 16_000),
    value: fc.constantFrom(0.1, 0.2, 0.3, 0.4, 0.5),
    quality: fc.oneof(
      { weight: 6, arbitrary: fc.constant('good' as const) },
      { weight: 1, arbitrary: fc.constantFrom('doubtful' as const, 'lost' as const) },
    ),
  }),
  { minLength: 1, maxLength: 120 },
);
type Steps = typeof steps extends fc.Arbitrary<infer T> ? T : never;

function valuesOf(list: Steps): readonly PointValue[] {
  let now = 0;
  return list.map(({ gap, value, quality }): PointValue => {
    now += gap;
    const at = monoTime(now);
    if (quality === 'lost') return { quality, at, why: 'timeout' };
    return quality === 'good' ? { quality, at, value } : { quality, at, value, why: 'out-of-range' };
  });
}

/** What a detector says of each good value. */
function saidBy(detector: Detector, values: readonly PointValue[]): readonly { good: NaiveSample[]; said: boolean }[] {
  const good: NaiveSample[] = [];
  let memory: Memory = nothing;
  return values.flatMap((value) => {
    memory = detector.remember?.(memory, value, false) ?? memory;
    const said = detector.holds(value, false, memory);
    if (value.quality !== 'good') {
      expect(said).toBeUndefined();
      return [];
    }
    good.push({ at: value.at, value: Number(value.value) });
    return [{ good: [...good], said: said === true }];
  });
}

describe('a detector says what a naive one says', () => {
  it('of a value that is stuck', () => {
    fc.assert(
      fc.property(
        steps,
        fc.constantFrom(2_000, 5_000, 20_000),
        fc.constantFrom(0.05, 0.1, 0.2),
        (list, forMs, step) => {
          for (const { good, said } of saidBy(stuck(step, millis(forMs)), valuesOf(list))) {
            expect(said).toBe(naiveHolds({ stuckMs: forMs }, good, step));
          }
        },
      ),
      propertyRuns(300),
    );
  });

  it('of a change, but that its window may be a sixteenth shorter', () => {
    const direction = fc.constantFrom('rises' as const, 'falls' as const);
    fc.assert(
      fc.property(steps, direction, fc.constantFrom(0.1, 0.2, 0.3), (list, which, by) => {
        const withinMs = 16_000;
        const when = (ms: number) => (which === 'rises' ? { rises: by, withinMs: ms } : { falls: by, withinMs: ms });
        for (const { good, said } of saidBy(changes(which, by, millis(withinMs)), valuesOf(list))) {
          if (naiveHolds(when((withinMs * 15) / 16), good, 0)) expect(said).toBe(true);
          if (said) expect(naiveHolds(when(withinMs), good, 0)).toBe(true);
        }
      }),
      propertyRuns(300),
    );
  });

  it('of so many of so many samples', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 4 }), (list, atLeast, more) => {
        const each = below({ limit: 0.3, deadband: 0, evenDoubtful: false });
        for (const { good, said } of saidBy(inSamples({ atLeast, of: atLeast + more }, each), valuesOf(list))) {
          const marks = good.map(({ value }) => value < 0.3);
          expect(said).toBe(naiveInSamples(atLeast, atLeast + more, marks));
        }
      }),
      propertyRuns(300),
    );
  });
});

const delays = { onDelay: seconds(3), offDelay: seconds(2) };
const ruleWith = (detector: Detector, latched = false): Rule =>
  makeRule({
    condition: 'any',
    kind: latched ? 'fire' : 'supervisory',
    point: 'p',
    offDelay: delays.offDelay,
    latched,
    detector,
    facts: { test: 'below', onDelay: delays.onDelay },
    source: 'a test',
  });
const limit = { limit: 0.3, deadband: 0.1, evenDoubtful: false };
const rules: readonly (readonly [string, Rule])[] = [
  ['below', ruleWith(below(limit))],
  ['above, latched', ruleWith(above(limit), true)],
  ['rises', ruleWith(changes('rises', 0.2, seconds(16)))],
  ['stuck', ruleWith(stuck(0.1, seconds(10)))],
  ['3 of 5', ruleWith(inSamples({ atLeast: 3, of: 5 }, below(limit)))],
];

describe.each(rules)('%s', (_name, rule) => {
  it('is the same after a restart at any sample as without one', () => {
    fc.assert(
      fc.property(steps, fc.nat(119), fc.integer({ min: 0, max: 1_000_000 }), (list, restartAt, away) => {
        const values = valuesOf(list);
        let [steady, restarted]: AlarmState[] = [quiet, quiet];
        for (const [i, value] of values.entries()) {
          // In the new boot every time is called `away` later.
          const isAfter = i >= restartAt;
          if (i === restartAt) {
            const frozen: AlarmState = JSON.parse(JSON.stringify({ ...quiet, ...restarted }));
            restarted = shifted({ ...quiet, ...frozen }, monoTime(0), monoTime(away));
          }
          const moved = isAfter ? { ...value, at: monoTime(value.at + away) } : value;
          const [a, b] = [
            judge(rule, steady ?? quiet, { kind: 'value', value }),
            judge(rule, restarted ?? quiet, { kind: 'value', value: moved }),
          ];
          expect([b.event, b.state.phase, b.state.occurrence, b.state.count, b.cause?.held]).toEqual([
            a.event,
            a.state.phase,
            a.state.occurrence,
            a.state.count,
            a.cause?.held,
          ]);
          [steady, restarted] = [a.state, b.state];
        }
      }),
      propertyRuns(200),
    );
  });

  it('neither raises nor clears by doubt', () => {
    fc.assert(
      fc.property(steps, (list) => {
        let state = quiet;
        for (const value of valuesOf(list)) {
          const next = judge(rule, state, { kind: 'value', value });
          if (value.quality !== 'good') {
            expect(next.event).toBeUndefined();
            expect(isActive(next.state.phase)).toBe(isActive(state.phase));
          }
          state = next.state;
        }
      }),
      propertyRuns(200),
    );
  });

  it('is never raised before its on-delay has passed since a good value that did not hold', () => {
    fc.assert(
      fc.property(steps, (list) => {
        let state = quiet;
        let since: number | undefined;
        for (const value of valuesOf(list)) {
          const held = isActive(state.phase);
          const next = judge(rule, state, { kind: 'value', value });
          const holds = rule.detector.holds(value, held, next.state.memory ?? nothing);
          if (!held && holds === true) since ??= value.at;
          if (holds === false) since = undefined;
          if (next.event === 'raised' || next.event === 'repeated') {
            expect(value.at - (since ?? Number.NaN)).toBeGreaterThanOrEqual(rule.onDelay);
          } else if (!held && since !== undefined && holds) expect(value.at - since).toBeLessThan(rule.onDelay);
          if (next.event) since = undefined;
          state = next.state;
        }
      }),
      propertyRuns(200),
    );
  });
});
