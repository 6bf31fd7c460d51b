import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { municipalHydrant } from '../../../device-profiles/generic/municipal-hydrant.ts';
import { wirelessSmokeAlarm } from '../../../device-profiles/generic/wireless-smoke-alarm.ts';
import { type Recorded, type Replayed, replay } from '../../../edge/alarm/replay.ts';
import type { Rule } from '../../../edge/alarm/rule.ts';
import { rulesOf } from '../../../edge/alarm/rules-of.ts';
import { alarmDesk } from '../../../edge/runtime/alarms/alarm-desk.ts';
import type { AlarmChange } from '../../../sdk/model/alarm.ts';
import { deviceId } from '../../../sdk/model/ids.ts';
import { doubts, losses, type PointValue, type Scalar } from '../../../sdk/model/point.ts';
import type { ProfileSpec } from '../../../sdk/model/profile.ts';
import { monoTime } from '../../../sdk/model/time.ts';
import { defaultSettings } from '../../support/default-settings.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { memoryJournal } from '../../support/memory-journal.ts';
import { recordingLog } from '../../support/recording-log.ts';

/** A hydrant with every kind of rule that remembers. */
const busyHydrant: ProfileSpec = {
  ...municipalHydrant,
  conditions: {
    ...municipalHydrant.conditions,
    falls: {
      kind: 'supervisory',
      point: 'pressure',
      when: { falls: 0.05, withinMs: 10_000 },
      onDelayMs: 0,
      offDelayMs: 2_000,
      source: 'a test',
    },
    frozen: {
      kind: 'fault',
      point: 'pressure',
      when: { stuckMs: 20_000 },
      onDelayMs: 0,
      offDelayMs: 0,
      source: 'a test',
    },
    often: {
      kind: 'supervisory',
      point: 'pressure',
      when: { below: 0.14, deadband: 0.01 },
      samples: { atLeast: 3, of: 5 },
      onDelayMs: 0,
      offDelayMs: 0,
      source: 'a test',
    },
    wild: {
      kind: 'fault',
      point: 'pressure',
      when: { bad: 'out-of-range' },
      onDelayMs: 1_000,
      offDelayMs: 1_000,
      source: 'a test',
    },
  },
};

type Sample = { readonly gap: number; readonly answer: readonly (readonly [string, Omit<PointValue, 'at'>])[] };

const value = (values: readonly Scalar[]): fc.Arbitrary<Omit<PointValue, 'at'>> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ quality: fc.constant('good' as const), value: fc.constantFrom(...values) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        quality: fc.constant('doubtful' as const),
        value: fc.constantFrom(...values),
        why: fc.constantFrom(...doubts),
      }),
    },
    { weight: 2, arbitrary: fc.record({ quality: fc.constant('lost' as const), why: fc.constantFrom(...losses) }) },
  );
const gap = fc.constantFrom(0, 1, 500, 1_000, 1_000, 2_000, 5_000, 30_000, 61_000);
const samples = (answer: fc.Arbitrary<Sample['answer']>): fc.Arbitrary<readonly Sample[]> =>
  fc.array(fc.record({ gap, answer }), { maxLength: 120 });
const pressures = samples(
  value([0.08, 0.1, 0.13, 0.14, 0.149, 0.15, 0.3]).map((each) => [['pressure', each] as const]),
);
const smoke = samples(
  fc
    .tuple(value(['normal', 'normal', 'smoke', 'test', 'fault']), value([100, 22, 19, 0]))
    .map(([status, battery]) => [['status', status] as const, ['battery', battery] as const]),
);

const told = ({
  condition,
  kind,
  event,
  phase,
  occurrence,
  count = 1,
  cause,
}: Pick<AlarmChange, Exclude<keyof Replayed & keyof AlarmChange, 'at'>>) => ({
  condition,
  kind,
  event,
  phase,
  occurrence,
  count,
  cause,
});
const at = (sample: Omit<PointValue, 'at'>, now: number): PointValue =>
  ({ ...sample, at: monoTime(now) }) as PointValue;

async function live(rules: readonly Rule[], field: readonly Sample[]): Promise<readonly unknown[]> {
  const clock = fakeClock();
  const changes: AlarmChange[] = [];
  const desk = await alarmDesk({
    journal: memoryJournal(),
    clock,
    log: recordingLog(),
    boot: 1,
    onChange: (change) => changes.push(change),
    onStored: () => undefined,
  });
  const device = deviceId('one');
  desk.watch(device, rules);
  for (const { gap, answer } of field) {
    await clock.advance(gap);
    const values = answer.map(([point, each]) => [point, at(each, clock.mono())] as const);
    for (const [point, each] of values) desk.value(device, point, each);
    // As the field desk does: the first that is not lost, else the last.
    const best = values.map(([, each]) => each).reduce((one, other) => (one.quality === 'lost' ? other : one));
    desk.answered(device, best);
    desk.tick();
  }
  return changes.map(told);
}

function replayed(rules: readonly Rule[], field: readonly Sample[]): readonly unknown[] {
  const look = replay(rules);
  let now = 0;
  return field.flatMap(({ gap, answer }) => {
    now += gap;
    return look(answer.map(([point, each]): Recorded => [point, at(each, now)])).map(told);
  });
}

describe('a replay tells the very same as the alarm desk of a gateway did', () => {
  it.each<[string, ProfileSpec, fc.Arbitrary<readonly Sample[]>]>([
    ['a hydrant', busyHydrant, pressures],
    ['a smoke alarm', wirelessSmokeAlarm, smoke],
  ])('%s', async (_what, profile, field) => {
    const rules = rulesOf({ profile, settings: defaultSettings(profile), pollMs: profile.pollMs });
    await fc.assert(
      fc.asyncProperty(field, async (each) => {
        expect(replayed(rules, each)).toEqual(await live(rules, each));
      }),
      { numRuns: 60 },
    );
  });
});
