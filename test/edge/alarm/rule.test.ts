import { describe, expect, it } from 'vitest';
import { fireMain } from '../../../device-profiles/generic/fire-main.ts';
import { mainsContact } from '../../../device-profiles/generic/mains-contact.ts';
import { municipalHydrant } from '../../../device-profiles/generic/municipal-hydrant.ts';
import { wirelessSmokeAlarm } from '../../../device-profiles/generic/wireless-smoke-alarm.ts';
import { nothing } from '../../../edge/alarm/detect/detector.ts';
import { type AlarmState, judge, quiet } from '../../../edge/alarm/judge.ts';
import { type Rule, troubleRule } from '../../../edge/alarm/rule.ts';
import { rulesOf } from '../../../edge/alarm/rules-of.ts';
import { type Loss, losses } from '../../../sdk/model/point.ts';
import { type Condition, noAnswer, type ProfileSpec } from '../../../sdk/model/profile.ts';
import { monoTime, seconds } from '../../../sdk/model/time.ts';
import { blind, doubted, seen } from '../../support/alarm-inputs.ts';
import { defaultSettings } from '../../support/default-settings.ts';

const rules = (profile: ProfileSpec, settings = {}): readonly Rule[] =>
  rulesOf({ profile, settings: { ...defaultSettings(profile), ...settings }, pollMs: profile.pollMs });
const text = (profile: ProfileSpec, condition: string, settings = {}): string | undefined =>
  rules(profile, settings).find((r) => r.condition === condition)?.text;
const withCondition = (condition: Partial<Condition>): ProfileSpec => ({
  ...municipalHydrant,
  conditions: {
    low: {
      kind: 'fault',
      point: 'pressure',
      when: { below: 1, deadband: 0 },
      onDelayMs: 0,
      offDelayMs: 0,
      source: 's',
      ...condition,
    },
  },
});

describe('rulesOf', () => {
  it('makes a rule of each condition, and one that the device answers at all', () => {
    expect(rules(municipalHydrant).map((r) => r.condition)).toEqual([
      'low',
      'low-low',
      'stuck',
      'out-of-range',
      noAnswer,
    ]);
    expect(rules({ ...municipalHydrant, conditions: {} }).map((r) => r.condition)).toEqual([noAnswer]);
  });

  it.each<[string | undefined, string]>([
    [text(municipalHydrant, 'low'), 'pressure below 0.14 MPa for 5 s'],
    [text(municipalHydrant, 'low', { low: 0.2 }), 'pressure below 0.2 MPa for 5 s'],
    [text(fireMain, 'high'), 'pressure above 1.2 MPa for 2 s'],
    [text(wirelessSmokeAlarm, 'smoke'), 'status is smoke'],
    [text(wirelessSmokeAlarm, 'unheard'), 'age above 90000 s'],
    [text(wirelessSmokeAlarm, 'battery-low'), 'battery below 20 % for 60 s'],
    [text(mainsContact, 'mains-lost'), 'present is false for 3 s'],
    [text(withCondition({ when: { is: ['a', 'b'] } }), 'low'), 'pressure is a or b'],
    [text(withCondition({ point: 'gone' }), 'low'), 'gone below 1'],
    [text(municipalHydrant, noAnswer), 'no good answer for 44 s; silence is reported within 60 s'],
  ])('says “%s” as people do', (said, expected) => expect(said).toBe(expected));

  it('takes delays from settings, too', () => {
    const [rule] = rulesOf({
      profile: withCondition({ onDelayMs: 'wait', offDelayMs: 'rest' }),
      settings: { wait: 7, rest: 8 },
      pollMs: 1_000,
    });
    expect(rule).toMatchObject({ onDelay: 7, offDelay: 8, latched: false });
  });

  it('a limit that is not there is an error, and not a rule that can never hold', () => {
    expect(() =>
      rulesOf({ profile: withCondition({ when: { below: 'limit', deadband: 0 } }), settings: {}, pollMs: 1_000 }),
    ).toThrow(
      expect.objectContaining({
        code: 'CONFIG',
        message: 'condition “low” uses a setting “limit” that the profile does not declare',
      }),
    );
  });

  it.each<[when: Condition['when'], value: number | string | boolean, held: boolean, holds: boolean | undefined]>([
    [{ below: 10, deadband: 2 }, 9.9, false, true],
    [{ below: 10, deadband: 2 }, 10, false, false],
    [{ below: 10, deadband: 2 }, 11.9, true, true],
    [{ below: 10, deadband: 2 }, 12, true, false],
    [{ above: 10, deadband: 2 }, 10.1, false, true],
    [{ above: 10, deadband: 2 }, 10, false, false],
    [{ above: 10, deadband: 2 }, 8.1, true, true],
    [{ above: 10, deadband: 2 }, 8, true, false],
    [{ below: 10, deadband: 2 }, 'smoke', false, undefined],
    [{ above: 10, deadband: 2 }, true, false, undefined],
    [{ is: 'a' }, 'a', false, true],
    [{ is: ['a', true] }, true, true, true],
    [{ is: ['a', true] }, 'b', false, false],
  ])('%j of %j while held is %s: %s', (when, value, held, holds) => {
    const [rule] = rulesOf({ profile: withCondition({ when }), settings: {}, pollMs: 1_000 });
    expect(rule?.detector.holds({ quality: 'good', at: monoTime(0), value }, held, nothing)).toBe(holds);
  });
});

describe('a device that must answer within 60 s, polled each second', () => {
  const rule = rules(municipalHydrant).at(-1) as Rule;
  const from = (inputs: readonly Parameters<typeof judge>[2][]): AlarmState =>
    inputs.reduce((state, input) => judge(rule, state, input).state, quiet);

  it('is reported one poll and one probe (15 s) before the promise ends, so that it is kept', () => {
    expect(rule.onDelay).toBe(44_000);
    expect(from([blind(0), blind(43_999)]).phase).toBe('pending');
    expect(from([blind(0), blind(44_000)]).phase).toBe('active-unacked');
  });

  it.each(losses.filter((why) => !['never-read', 'bus-down', 'device-marker'].includes(why)))(
    '“%s” is as blind as silence',
    (why) => {
      expect(from([blind(0, why), blind(44_000, why)]).phase).toBe('active-unacked');
    },
  );

  it.each<[Loss]>([['bus-down'], ['never-read']])(
    '“%s” is not held against the device, and does not clear it either',
    (why) => {
      expect(from([blind(0, why), blind(99_000, why)]).phase).toBe('normal');
      expect(from([blind(0), blind(44_000), blind(99_000, why)]).phase).toBe('active-unacked');
    },
  );

  it('an answer in doubt, or the device’s own “no value”, is an answer', () => {
    const silent = [blind(0), blind(44_000)];
    expect(from([...silent, doubted(45_000, 1)]).phase).toBe('cleared-unacked');
    expect(from([...silent, blind(45_000, 'device-marker')]).phase).toBe('cleared-unacked');
    expect(from([...silent, seen(45_000, 1)]).phase).toBe('cleared-unacked');
  });

  it('a period that leaves no time to wait is judged at once', () => {
    expect(
      rulesOf({
        profile: { ...municipalHydrant, silenceMs: 10_000 },
        settings: defaultSettings(municipalHydrant),
        pollMs: 60_000,
      }).at(-1)?.onDelay,
    ).toBe(0);
  });
});

describe('troubleRule', () => {
  const rule = troubleRule({ condition: 'x', onDelay: seconds(1), offDelay: seconds(0), source: 's' });

  it('holds for a plain yes, and cannot tell without one', () => {
    const value = (v: boolean) => rule.detector.holds({ quality: 'good', at: monoTime(0), value: v }, false, nothing);
    expect([
      value(true),
      value(false),
      rule.detector.holds({ quality: 'lost', at: monoTime(0), why: 'timeout' }, true, nothing),
    ]).toEqual([true, false, undefined]);
  });

  it('is a fault that clears by itself', () =>
    expect(rule).toMatchObject({ kind: 'fault', latched: false, point: '' }));
});
