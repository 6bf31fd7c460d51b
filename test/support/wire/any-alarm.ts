import * as fc from 'fast-check';
import {
  type AlarmChange,
  alarmEvents,
  alarmKinds,
  alarmPhases,
  causeTests,
  suppressionKinds,
} from '../../../sdk/model/alarm.ts';
import { deviceId } from '../../../sdk/model/ids.ts';
import { millis, monoTime, wallTime } from '../../../sdk/model/time.ts';

const text = fc.string({ maxLength: 40 });
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0); // -0 travels as 0
const scalar = fc.oneof(number, text, fc.boolean());
const count = fc.nat();
const ms = count.map(millis);
const wall = fc.integer({ min: 0, max: 8.64e15 }).map(wallTime);
const optional = { requiredKeys: [] };

const suppression = fc
  .tuple(
    fc.record({ how: fc.constantFrom(...suppressionKinds), why: text }),
    fc.record({ operator: text, until: wall }, optional),
  )
  .map(([must, may]) => ({ ...must, ...may }));
const cause = fc
  .tuple(
    fc.record({
      point: text,
      test: fc.constantFrom(...causeTests),
      onDelay: ms,
      rule: text,
      held: ms,
      source: text,
    }),
    fc.record({ value: scalar, limit: scalar, unit: text, within: ms, samples: fc.tuple(count, count) }, optional),
  )
  .map(([must, may]) => ({ ...must, ...may }));

/** Whatever an alarm change may hold. */
export const anyAlarm: fc.Arbitrary<AlarmChange> = fc
  .tuple(
    fc.record({
      device: fc.constant(deviceId('d-1')),
      condition: text,
      kind: fc.constantFrom(...alarmKinds),
      event: fc.constantFrom(...alarmEvents),
      phase: fc.constantFrom(...alarmPhases),
      occurrence: count,
      at: fc.record({
        boot: count,
        mono: count.map(monoTime),
        wall,
        trust: fc.constantFrom('unknown', 'estimated', 'synced'),
      }),
      cause,
    }),
    fc.record({ count, operator: text, silenced: fc.constant(true as const), suppression }, optional),
  )
  .map(([must, may]) => ({ ...must, ...may }));
