import { describe, expect, it } from 'vitest';
import { municipalHydrant } from '../../../device-profiles/generic/municipal-hydrant.ts';
import { wirelessSmokeAlarm } from '../../../device-profiles/generic/wireless-smoke-alarm.ts';
import { type AlarmInput, type AlarmState, type Judgement, judge, quiet } from '../../../edge/alarm/judge.ts';
import type { Rule } from '../../../edge/alarm/rule.ts';
import { rulesOf } from '../../../edge/alarm/rules-of.ts';
import type { AlarmEvent, AlarmPhase } from '../../../sdk/model/alarm.ts';
import type { ProfileSpec } from '../../../sdk/model/profile.ts';
import { monoTime } from '../../../sdk/model/time.ts';
import { acknowledged, blind, doubted, reset, seen } from '../../support/alarm-inputs.ts';
import { defaultSettings } from '../../support/default-settings.ts';

const ruleOf = (profile: ProfileSpec, condition: string): Rule => {
  const rule = rulesOf({ profile, settings: defaultSettings(profile), pollMs: profile.pollMs }).find(
    (r) => r.condition === condition,
  );
  if (!rule) throw new Error(`no rule ${condition}`);
  return rule;
};
/** Below 0.14 MPa for 5 s; gone when 0.15 MPa and more for 5 s. */
const low = ruleOf(municipalHydrant, 'low');
/** Latched, at once. */
const smoke = ruleOf(wirelessSmokeAlarm, 'smoke');

const run = (
  rule: Rule,
  inputs: readonly AlarmInput[],
  start: AlarmState = quiet,
): { state: AlarmState; events: AlarmEvent[]; last: Judgement | undefined } => {
  let state = start;
  let last: Judgement | undefined;
  const events: AlarmEvent[] = [];
  for (const input of inputs) {
    last = judge(rule, state, input);
    state = last.state;
    if (last.event) events.push(last.event);
  }
  return { state, events, last };
};
const raised = [seen(0, 0.1), seen(5_000, 0.1)];

describe('low pressure: 5 s below 0.14 MPa, over after 5 s at 0.15 MPa', () => {
  it.each<[why: string, inputs: AlarmInput[], phase: AlarmPhase, events: AlarmEvent[]]>([
    ['nothing is wrong', [seen(0, 0.3)], 'normal', []],
    ['the limit itself is allowed', [seen(0, 0.14), seen(9_000, 0.14)], 'normal', []],
    ['one dip is not an alarm', [seen(0, 0.1), seen(1_000, 0.3)], 'normal', []],
    ['4,999 ms are too short', [seen(0, 0.1), seen(4_999, 0.1)], 'pending', []],
    ['5,000 ms raise', raised, 'active-unacked', ['raised']],
    [
      'a recovery starts the count again',
      [seen(0, 0.1), seen(4_000, 0.3), seen(5_000, 0.1), seen(9_999, 0.1)],
      'pending',
      [],
    ],
    [
      '… and from there 5,000 ms raise',
      [seen(0, 0.1), seen(4_000, 0.3), seen(5_000, 0.1), seen(10_000, 0.1)],
      'active-unacked',
      ['raised'],
    ],
    ['doubt while waiting neither raises', [seen(0, 0.1), doubted(6_000, 0.1)], 'pending', []],
    [
      '… nor starts the count again',
      [seen(0, 0.1), doubted(3_000, 0.3), seen(5_000, 0.1)],
      'active-unacked',
      ['raised'],
    ],
    ['blindness never raises', [blind(0), blind(60_000)], 'normal', []],
    [
      'inside the deadband it stays',
      [...raised, seen(6_000, 0.1499), seen(60_000, 0.1499)],
      'active-unacked',
      ['raised'],
    ],
    [
      'above the deadband for 4,999 ms it stays',
      [...raised, seen(6_000, 0.15), seen(10_999, 0.15)],
      'active-unacked',
      ['raised'],
    ],
    [
      'above the deadband for 5,000 ms it is over',
      [...raised, seen(6_000, 0.15), seen(11_000, 0.15)],
      'cleared-unacked',
      ['raised', 'cleared'],
    ],
    [
      'a relapse starts the off-delay again',
      [...raised, seen(6_000, 0.2), seen(9_000, 0.1), seen(10_000, 0.2), seen(14_999, 0.2)],
      'active-unacked',
      ['raised'],
    ],
    ['blindness does not clear', [...raised, blind(6_000), blind(90_000)], 'active-unacked', ['raised']],
    ['doubt does not clear', [...raised, doubted(6_000, 0.3), doubted(90_000, 0.3)], 'active-unacked', ['raised']],
    [
      'blindness within the off-delay does not start it again',
      [...raised, seen(6_000, 0.2), blind(8_000), seen(11_000, 0.2)],
      'cleared-unacked',
      ['raised', 'cleared'],
    ],
    ['who acknowledges sees it stay active', [...raised, acknowledged(6_000)], 'active-acked', ['raised', 'acked']],
    [
      'a second acknowledgement does nothing',
      [...raised, acknowledged(6_000), acknowledged(7_000)],
      'active-acked',
      ['raised', 'acked'],
    ],
    [
      'an acknowledgement keeps the off-delay running',
      [...raised, seen(6_000, 0.2), acknowledged(7_000), seen(11_000, 0.2)],
      'normal',
      ['raised', 'acked', 'cleared'],
    ],
    [
      'acknowledged and over is normal',
      [...raised, acknowledged(6_000), seen(7_000, 0.2), seen(12_000, 0.2)],
      'normal',
      ['raised', 'acked', 'cleared'],
    ],
    [
      'over and then acknowledged is normal',
      [...raised, seen(6_000, 0.2), seen(11_000, 0.2), acknowledged(12_000)],
      'normal',
      ['raised', 'cleared', 'acked'],
    ],
    ['nothing to acknowledge', [seen(0, 0.3), acknowledged(1_000)], 'normal', []],
    [
      'pending cannot be acknowledged away',
      [seen(0, 0.1), acknowledged(1_000), seen(5_000, 0.1)],
      'active-unacked',
      ['raised'],
    ],
    ['a reset does not end what is not latched', [...raised, reset(6_000)], 'active-unacked', ['raised']],
    [
      'unacknowledged, it waits again',
      [...raised, seen(6_000, 0.2), seen(11_000, 0.2), seen(12_000, 0.1), seen(16_999, 0.1)],
      'cleared-unacked',
      ['raised', 'cleared'],
    ],
    [
      '… and is raised again',
      [...raised, seen(6_000, 0.2), seen(11_000, 0.2), seen(12_000, 0.1), seen(17_000, 0.1)],
      'active-unacked',
      ['raised', 'cleared', 'repeated'],
    ],
    [
      'an acknowledgement meanwhile does not start the wait again, and need not be given twice',
      [...raised, seen(6_000, 0.2), seen(11_000, 0.2), seen(12_000, 0.1), acknowledged(13_000), seen(17_000, 0.1)],
      'active-acked',
      ['raised', 'cleared', 'acked', 'repeated'],
    ],
    [
      'a second dip that ends leaves it unacknowledged',
      [...raised, seen(6_000, 0.2), seen(11_000, 0.2), seen(12_000, 0.1), seen(13_000, 0.2)],
      'cleared-unacked',
      ['raised', 'cleared'],
    ],
  ])('%s', (_, inputs, phase, events) => {
    const end = run(low, inputs);
    expect({ phase: end.state.phase, events: end.events }).toEqual({ phase, events });
  });

  it('says why: point, value, rule, how long, and where the rule comes from', () => {
    expect(run(low, [seen(0, 0.12), seen(5_500, 0.11)]).last?.cause).toEqual({
      point: 'pressure',
      value: 0.11,
      test: 'below',
      limit: 0.14,
      unit: 'MPa',
      onDelay: 5_000,
      rule: 'pressure below 0.14 MPa for 5 s',
      held: 5_500,
      source: 'GB 50974-2014 7.2.8: at least 0.14 MPa in normal time',
    });
  });

  it('counts how often it was raised', () => {
    const again = (ms: number) => [
      ...raised,
      seen(6_000, 0.2),
      seen(11_000, 0.2),
      seen(ms, 0.1),
      seen(ms + 5_000, 0.1),
    ];
    const counted = (inputs: readonly AlarmInput[]) => {
      const { occurrence, count } = run(low, inputs).state;
      return { occurrence, count };
    };
    expect(counted(raised)).toEqual({ occurrence: 1, count: 1 });
    expect(counted(again(65_999))).toEqual({ occurrence: 1, count: 2 }); // within a minute: the same one again
    expect(counted(again(66_000))).toEqual({ occurrence: 2, count: 1 });
  });
});

describe('smoke: at once, and latched', () => {
  const fire = [seen(0, 'smoke')];
  it.each<[why: string, inputs: AlarmInput[], phase: AlarmPhase, events: AlarmEvent[]]>([
    ['one reading is enough', fire, 'active-unacked', ['raised']],
    ['a test is not smoke', [seen(0, 'test')], 'normal', []],
    ['an unknown code is not smoke', [doubted(0, 'code 9', 'unknown-code')], 'normal', []],
    [
      'smoke that goes does not clear it',
      [...fire, seen(1_000, 'normal'), seen(999_000, 'normal')],
      'active-unacked',
      ['raised'],
    ],
    ['losing the detector does not clear it', [...fire, blind(1_000)], 'active-unacked', ['raised']],
    [
      'an acknowledgement does not clear it',
      [...fire, acknowledged(1_000), seen(2_000, 'normal')],
      'active-acked',
      ['raised', 'acked'],
    ],
    ['only a reset does', [...fire, seen(1_000, 'normal'), reset(2_000)], 'normal', ['raised', 'reset']],
    [
      '… also after an acknowledgement',
      [...fire, acknowledged(1_000), reset(2_000)],
      'normal',
      ['raised', 'acked', 'reset'],
    ],
    [
      'smoke that is still there is raised anew',
      [...fire, reset(1_000), seen(2_000, 'smoke')],
      'active-unacked',
      ['raised', 'reset', 'raised'],
    ],
    ['nothing to reset', [seen(0, 'normal'), reset(1_000)], 'normal', []],
    ['a second reset does nothing', [...fire, reset(1_000), reset(2_000)], 'normal', ['raised', 'reset']],
  ])('%s', (_, inputs, phase, events) => {
    const end = run(smoke, inputs);
    expect({ phase: end.state.phase, events: end.events }).toEqual({ phase, events });
  });
});

describe('a state that was restored after a restart', () => {
  const active: AlarmState = { ...quiet, phase: 'active-unacked', occurrence: 4, count: 1 };

  it('raises nothing again while the danger lasts', () => {
    expect(run(low, [seen(10, 0.1), seen(90_000, 0.1)], active)).toMatchObject({ state: active, events: [] });
  });

  it('clears by the full off-delay, counted from the first value', () => {
    expect(run(low, [seen(10, 0.2), seen(5_009, 0.2)], active).events).toEqual([]);
    expect(run(low, [seen(10, 0.2), seen(5_010, 0.2)], active).events).toEqual(['cleared']);
  });

  it('keeps the latch', () => {
    expect(run(smoke, [seen(10, 'normal')], active)).toMatchObject({
      state: { phase: 'active-unacked', occurrence: 4 },
      events: [],
    });
  });

  it('counts on', () => {
    const before: AlarmState = { ...quiet, occurrence: 4 };
    expect(run(smoke, [seen(10, 'smoke')], before).state).toMatchObject({ phase: 'active-unacked', occurrence: 5 });
  });

  it('holds no time of another boot', () => {
    expect(run(low, [seen(10, 0.1)], quiet).state.holdsSince).toBe(monoTime(10));
  });
});
