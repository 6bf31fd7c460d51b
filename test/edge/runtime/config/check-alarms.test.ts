import { describe, expect, it } from 'vitest';
import { rulesOf } from '../../../../edge/alarm/rules-of.ts';
import { FengsuiError } from '../../../../sdk/model/errors.ts';
import type { RiskLevel } from '../../../../sdk/model/profile.ts';
import { hydrant, onBus, siteOf } from '../../../support/site-yaml.ts';

const smoke = (id: string, slot: number, more = ''): string =>
  `id: ${id}, profile: generic/wireless-smoke-alarm, name: Smoke, unit: 9, settings: { slot: ${slot} }${more}`;

function problemsOf(yaml: string): unknown {
  try {
    siteOf(yaml);
  } catch (e) {
    if (FengsuiError.is(e, 'CONFIG')) return e.message;
    throw e;
  }
  return 'nothing is wrong';
}

describe('what a site changes of conditions', () => {
  const own =
    ', conditions: { low: { limit: 0.2, onDelayMs: 8000, heightened: { limit: 0.25 }, severe: { onDelayMs: 1000 } } }';
  const rule = (level: RiskLevel) => {
    const [device] = siteOf(onBus(hydrant('a', 1, own))).devices;
    const found = device && rulesOf(device, level).find(({ condition }) => condition === 'low');
    return [found?.facts.limit, found?.onDelay];
  };

  it('holds at its risk level, severe on top of heightened, the site’s word after the profile’s', () => {
    expect(rule('normal')).toEqual([0.2, 8_000]);
    expect(rule('heightened')).toEqual([0.25, 3_000]); // the profile shortens the delay at this level
    expect(rule('severe')).toEqual([0.25, 1_000]);
  });

  it.each<[what: string, change: string, said: string]>([
    [
      'an unknown condition',
      '{ wet: { limit: 1 } }',
      'conditions.wet: generic/municipal-hydrant has no condition “wet”; it has low, low-low, stuck, out-of-range',
    ],
    [
      'a limit that nothing passes',
      '{ low: { limit: -0.1 } }',
      'conditions.low: it can never hold: below -0.1 MPa is outside the point’s range -0.1 to 6',
    ],
    [
      'a limit that everything passes',
      '{ low: { limit: 7 } }',
      'it would always hold: the point’s range is -0.1 to 6 MPa',
    ],
    [
      'a deadband wider than the span',
      '{ low: { deadband: 9 } }',
      'it can never clear: with deadband 9 it is released at 9.14 MPa, outside -0.1 to 6',
    ],
    ['a negative deadband', '{ low: { deadband: -0.01 } }', 'deadband -0.01 is negative'],
    ['a negative delay', '{ low: { onDelayMs: -1 } }', 'onDelayMs -1 is negative; 0 is at once'],
    ['a delay of years', '{ low: { offDelayMs: 99999999999 } }', 'offDelayMs 99999999999 is longer than a month'],
    [
      'the graver limit above the lighter one',
      '{ low-low: { limit: 0.3 } }',
      'conditions.low-low: 0.3 is passed before “low” at 0.14; the graver limit must be the lower one',
    ],
    [
      'a limit of a state',
      '{ out-of-range: { limit: 1 } }',
      'conditions.out-of-range.limit: “out-of-range” looks for a state and has no limit',
    ],
    ['nonsense at one level alone', '{ low: { severe: { limit: 9 } } }', 'it would always hold'],
    ['a misspelt key', '{ low: { limt: 1 } }', 'limt: there is no such key'],
    ['a limit in words', '{ low: { limit: high } }', 'limit: expected a number, got "high"'],
  ])('%s is refused with its place and why', (_what, change, said) => {
    expect(problemsOf(onBus(hydrant('a', 1, `, conditions: ${change}`)))).toContain(said);
    expect(problemsOf(onBus(hydrant('a', 1, `, conditions: ${change}`)))).toContain('line 11');
  });
});

describe('verification', () => {
  it('is off unless it is asked for', () => {
    const conditions = (more: string) =>
      siteOf(onBus(smoke('s', 0, more))).devices.flatMap((d) => rulesOf(d).map((r) => r.condition));
    expect(conditions('')).not.toContain('smoke-pre');
    expect(conditions(', verifyMs: 20000')).toContain('smoke-pre');
  });

  it.each([
    ['longer than a minute', smoke('s', 0, ', verifyMs: 60001'), 'verifyMs: expected at most 60,000'],
    [
      'shorter than two polls',
      smoke('s', 0, ', verifyMs: 1500'),
      'verifyMs: at least 2000: the second look comes with the next poll',
    ],
    ['of what raises no fire', hydrant('a', 1, ', verifyMs: 20000'), 'raises no fire that could be verified'],
  ])('%s is refused', (_what, device, said) => expect(problemsOf(onBus(device))).toContain(said));
});

describe('zones and calendar', () => {
  const zoned = (zone: string): string => `${onBus(smoke('s-1', 0), smoke('s-2', 1))}zones:\n  - ${zone}\n`;

  it('are taken as they are', () => {
    const site = siteOf(
      `${zoned('{ id: stairs, name: Stairs, devices: [s-1, s-2], coincidence: { atLeast: 2 } }')}riskCalendar:
  - { level: heightened, from: "0 0 1 10 *", to: "0 0 8 10 *", why: 国庆 }
linkage:
  - { name: l, when: [stairs/coincidence], set: s-1/none }\n`.replace(/linkage:\n.*\n/, ''),
    );
    expect(site.zones).toEqual([
      { id: 'stairs', name: 'Stairs', devices: ['s-1', 's-2'], coincidence: { atLeast: 2 } },
    ]);
    expect(site.riskCalendar).toMatchObject([{ level: 'heightened', why: '国庆' }]);
  });

  it.each([
    [
      'a device that is not there',
      zoned('{ id: z, name: Z, devices: [s-1, s-9] }'),
      'zones[0].devices[1]: there is no device “s-9”',
    ],
    ['a device twice', zoned('{ id: z, name: Z, devices: [s-1, s-1] }'), '“s-1” is there twice'],
    [
      'the name of a device',
      zoned('{ id: s-1, name: Z, devices: [s-1] }'),
      '“s-1” is the name of something else already',
    ],
    [
      'more than it has',
      zoned('{ id: z, name: Z, devices: [s-1], coincidence: { atLeast: 2 } }'),
      'it can never hold: the zone has 1 devices, not 2',
    ],
    [
      'a date in words',
      `${onBus(smoke('s-1', 0))}riskCalendar:\n  - { level: severe, from: october, to: "0 0 8 10 *", why: x }\n`,
      'riskCalendar[0].from: “october” is no cron expression',
    ],
    [
      'no time at all',
      `${onBus(smoke('s-1', 0))}riskCalendar:\n  - { level: severe, from: "0 0 8 10 *", to: "0 0 8 10 *", why: x }\n`,
      'begins and ends at the same time',
    ],
  ])('%s is refused', (_what, yaml, said) => expect(problemsOf(yaml)).toContain(said));
});
