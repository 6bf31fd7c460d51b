import { type AlarmCause, type AlarmChange, alarmRank, type Suppression } from '../../sdk/model/alarm.ts';
import { FengsuiError } from '../../sdk/model/errors.ts';
import { explainAlarm } from '../../sdk/model/explain-alarm.ts';
import { type RiskLevel, riskLevels } from '../../sdk/model/profile.ts';
import { correctedTimes, type RunClock } from '../../sdk/model/run-clock.ts';
import { type Millis, minutes } from '../../sdk/model/time.ts';
import type { ActiveAlarm, AlarmsResult, CauseData, SuppressionData } from '../../sdk/wire/methods.ts';
import { type Fields, isText } from '../../sdk/wire/parse.ts';
import type { Zone } from '../alarm/zone.ts';
import type { Standing } from './alarms/alarm-desk.ts';
import type { Target } from './alarms/suppressions.ts';
import type { CommandHandlers, HandlerContext } from './handler-context.ts';
import { personAt } from './person-at.ts';

type AlarmCommand =
  | 'acknowledge'
  | 'reset'
  | 'silence'
  | 'suppress'
  | 'unsuppress'
  | 'setRiskLevel'
  | 'startWalkTest'
  | 'stopWalkTest';

/** What people at a platform do to alarms. */
export function alarmCommands(ctx: HandlerContext): Pick<CommandHandlers, AlarmCommand> {
  const { alarms, risk } = ctx;
  return {
    acknowledge: (p, operator) => ({ phase: alarms.acknowledge(...occurrenceIn(p), personAt(p, operator)) }),
    silence: (p, operator) => ({ phase: alarms.silence(...occurrenceIn(p), personAt(p, operator)) }),
    reset: (p, operator) => {
      const occurrence = p.has('occurrence') ? p.count('occurrence') : undefined;
      return { phase: alarms.reset(p.text('device'), p.text('condition'), occurrence, personAt(p, operator)) };
    },
    suppress: (p, operator) => {
      const [how, why, by] = [oneOf(p, 'how', hows), p.text('why'), personAt(p, operator)];
      const length = p.has('minutes') ? minutesIn(p) : undefined;
      alarms.suppress({ ...targetIn(p), how, why, operator: by, ...(length !== undefined && { length }) });
      return {};
    },
    unsuppress: (p, operator) => {
      alarms.lift(targetIn(p), personAt(p, operator));
      return {};
    },
    setRiskLevel: (p, operator) => {
      const why = p.text('why').slice(0, 200);
      if (why.trim() === '') throw new FengsuiError('INVALID', 'why: give a reason; who comes next must know it');
      risk.set(oneOf<RiskLevel>(p, 'level', riskLevels), why, personAt(p, operator));
      return { level: risk.state().level };
    },
    startWalkTest: (p, operator) => {
      const sounders = oneOf(p, 'sounders', ['quiet', 'chirp'] as const);
      alarms.walkTest.start({
        devices: testedDevices(p, ctx),
        length: minutesIn(p),
        sounders,
        operator: personAt(p, operator),
      });
      return {};
    },
    stopWalkTest: (p, operator) => {
      alarms.walkTest.stop(personAt(p, operator));
      return {};
    },
  };
}

const hows = ['shelved', 'disabled', 'out-of-service'] as const;

const occurrenceIn = (p: Fields): [device: string, condition: string, occurrence: number] => [
  p.text('device'),
  p.text('condition'),
  p.count('occurrence'),
];
const targetIn = (p: Fields): Target => ({
  device: p.text('device'),
  condition: p.has('condition') ? p.text('condition') : '',
});
const minutesIn = (p: Fields): Millis => minutes(p.number('minutes'));

function oneOf<T extends string>(p: Fields, key: string, of: readonly T[]): T {
  const text = p.text(key);
  const found = of.find((each) => each === text);
  if (found !== undefined) return found;
  throw new FengsuiError('INVALID', `${key}: expected one of ${of.join(', ')}, got “${text.slice(0, 40)}”`);
}

function testedDevices(p: Fields, { zones, devices }: HandlerContext): readonly string[] {
  if (p.has('zone') === p.has('devices'))
    throw new FengsuiError('INVALID', 'devices: give either devices or a zone to test');
  if (p.has('zone')) return zoneCalled(p.text('zone'), zones).devices;
  const list = p.list('devices');
  const wanted = list.filter(isText);
  if (wanted.length < list.length) throw new FengsuiError('INVALID', 'devices: expected the ids of devices');
  const known = new Set<string>(devices.devices.map(({ id }) => id));
  const stray = wanted.find((id) => !known.has(id));
  if (stray !== undefined) throw new FengsuiError('NOT_FOUND', `devices: there is no device “${stray}”`);
  return [...new Set(wanted)];
}

function zoneCalled(id: string, zones: readonly Zone[]): Zone {
  const found = zones.find((zone) => zone.id === id);
  if (found) return found;
  const known = zones.map((zone) => zone.id).join(', ') || 'none';
  throw new FengsuiError('NOT_FOUND', `zone: there is no zone “${id}”; there are ${known}`);
}

/** Keeps a reply below 64 KB: an alarm with its explanations is about 1 KB. */
const alarmPage = 50;

/** Standing alarms after `after`, most urgent first, so that a storm does not crowd a fire out of the first page. */
export function alarmsPage(standing: readonly Standing[], after = '', clocks: readonly RunClock[] = []): AlarmsResult {
  const rest = standing
    .map((change) => ({ change, key: placeOf(change) }))
    .filter(({ key }) => key > after)
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const page = rest.slice(0, alarmPage);
  const next = rest.length > page.length ? page.at(-1)?.key : undefined;
  return { alarms: page.map(({ change }) => activeAlarm(change, clocks)), ...(next !== undefined && { next }) };
}

/** A condition keeps its kind, and with it its place among the others. */
const placeOf = ({ kind, device, condition }: AlarmChange): string => `${alarmRank[kind]} ${device}/${condition}`;

/** A standing alarm as it is asked for, at the times as they are known by now. */
export const activeAlarm = (change: Standing, clocks: readonly RunClock[]): ActiveAlarm => ({
  device: change.device,
  condition: change.condition,
  kind: change.kind,
  phase: change.phase,
  occurrence: change.occurrence,
  ...timesOf(change, clocks),
  rule: change.cause.rule,
  ...(change.cause.value !== undefined && { value: change.cause.value }),
  ...(change.count !== undefined && { count: change.count }),
  ...(change.silenced && { silenced: true }),
  ...(change.isUnstored && { isUnstored: true }),
  ...(change.suppression && { suppression: suppressionData(change.suppression) }),
  cause: causeData(change.cause),
  explained: { en: explainAlarm(change, 'en'), zh: explainAlarm(change, 'zh') },
});

function timesOf(change: AlarmChange, clocks: readonly RunClock[]): Pick<ActiveAlarm, 'at' | 'since' | 'isCorrected'> {
  const { at, since } = correctedTimes(change, clocks);
  return { at: at.wall, ...(since !== undefined && { since }), ...(at.isCorrected && { isCorrected: true }) };
}

const causeData = ({ point, test, limit, unit, within, onDelay, samples, held, source }: AlarmCause): CauseData => ({
  point,
  test,
  ...(limit !== undefined && { limit }),
  ...(unit !== undefined && { unit }),
  ...(within !== undefined && { within }),
  onDelay,
  ...(samples && { samples }),
  held,
  source,
});

const suppressionData = ({ how, why, operator, until }: Suppression): SuppressionData => ({
  how,
  why,
  ...(operator !== undefined && { operator }),
  ...(until !== undefined && { until }),
});

/** What is by design follows from a greater fault, may be much, and is not for people to lift. */
export const isByPeople = ({ suppression }: { readonly suppression: Suppression }): boolean =>
  suppression.how !== 'by-design';

export const suppressedRow = ({ device, condition, suppression }: Target & { readonly suppression: Suppression }) => ({
  device,
  condition,
  suppression: suppressionData(suppression),
});
