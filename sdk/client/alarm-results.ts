import {
  type AlarmCause,
  alarmKinds,
  alarmPhases,
  causeTests,
  type HeardKind,
  type Suppression,
  suppressionKinds,
} from '../model/alarm.ts';
import { millis, wallTime } from '../model/time.ts';
import { type Fields, fieldsOf, isCount, isScalar } from '../wire/parse.ts';
import type { AlarmParts } from './alarm.ts';
import { named, wallOf } from './results.ts';

/** A standing alarm as a gateway tells it. */
export type StandingAlarm = Omit<AlarmParts, 'gateway'>;

/** A page of what stands. @throws FengsuiError PROTOCOL, like all of these */
export function parseAlarms(raw: unknown): { readonly alarms: readonly StandingAlarm[]; readonly next?: string } {
  const fields = fieldsOf(raw, 'alarms');
  return {
    alarms: fields.list('alarms').map((one, i) => parseAlarm(fieldsOf(one, `alarms[${i}]`))),
    ...(fields.has('next') && { next: fields.text('next') }),
  };
}

/** `condition` is empty where the whole device is out of service. */
export function parseSuppressed(
  raw: unknown,
): readonly { readonly device: string; readonly condition: string; readonly suppression: Suppression }[] {
  return fieldsOf(raw, 'suppressed')
    .list('suppressed')
    .map((one, i) => {
      const fields = fieldsOf(one, `suppressed[${i}]`);
      return {
        device: fields.text('device'),
        condition: fields.text('condition'),
        suppression: parseSuppression(fields.fields('suppression')),
      };
    });
}

const parseAlarm = (fields: Fields): StandingAlarm => ({
  device: fields.text('device'),
  condition: fields.text('condition'),
  kind: kindNamed(fields.text('kind')),
  phase: named(fields.raw('phase'), alarmPhases, 'alarm.phase'),
  occurrence: fields.count('occurrence'),
  at: wallOf(fields.raw('at'), 'alarm.at'),
  ...(fields.has('isCorrected') && fields.flag('isCorrected') && { isCorrected: true as const }),
  ...(fields.has('since') && { since: wallTime(wallOf(fields.raw('since'), 'alarm.since')) }),
  ...(fields.has('count') && { count: fields.count('count') }),
  ...(fields.has('silenced') && fields.flag('silenced') && { silenced: true as const }),
  ...(fields.has('isUnstored') && fields.flag('isUnstored') && { isUnstored: true as const }),
  ...(fields.has('suppression') && { suppression: parseSuppression(fields.fields('suppression')) }),
  cause: parseCause(fields),
  ...(fields.has('explained') && { explained: parseExplained(fields.fields('explained')) }),
});

/** A kind of a later version is still an alarm. */
const kindNamed = (name: string): HeardKind => alarmKinds.find((kind) => kind === name) ?? 'other';

/** A gateway of an earlier version tells the rule and the value alone. */
function parseCause(alarm: Fields): AlarmCause {
  const said = {
    rule: alarm.text('rule'),
    ...(isScalar(alarm.raw('value')) && { value: alarm.scalar('value') }),
  };
  if (!alarm.has('cause'))
    return { ...said, point: '', test: 'trouble', onDelay: millis(0), held: millis(0), source: '' };
  const cause = alarm.fields('cause');
  const test = cause.text('test');
  const [atLeast, of] = cause.has('samples') ? cause.list('samples').filter(isCount) : [];
  return {
    ...said,
    point: cause.text('point'),
    test: causeTests.find((known) => known === test) ?? 'trouble',
    ...(cause.has('limit') && { limit: cause.scalar('limit') }),
    ...(cause.has('unit') && { unit: cause.text('unit') }),
    ...(cause.has('within') && { within: millis(cause.number('within')) }),
    onDelay: millis(cause.number('onDelay')),
    ...(atLeast !== undefined && of !== undefined && { samples: [atLeast, of] as const }),
    held: millis(cause.number('held')),
    source: cause.text('source'),
  };
}

const parseExplained = (fields: Fields) => ({ en: fields.text('en'), zh: fields.text('zh') });

function parseSuppression(fields: Fields): Suppression {
  const how = fields.text('how');
  return {
    how: suppressionKinds.find((known) => known === how) ?? 'disabled',
    why: fields.text('why'),
    ...(fields.has('operator') && { operator: fields.text('operator') }),
    ...(fields.has('until') && { until: wallTime(wallOf(fields.raw('until'), 'suppression.until')) }),
  };
}
