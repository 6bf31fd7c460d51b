import type { AlarmPhase, Suppression, SuppressionKind } from '../../../sdk/model/alarm.ts';
import { neverHidden } from '../../../sdk/model/alarm.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { deviceId } from '../../../sdk/model/ids.ts';
import { type Millis, millis, minutes, wallTime } from '../../../sdk/model/time.ts';
import { isActive } from '../../alarm/judge.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Announcer } from './announcer.ts';
import type { Roster, Watched } from './roster.ts';
import type { Suppressions, Target } from './suppressions.ts';

/** What a person may do to alarms. None of it ever hides a fire or a call that comes after it. */
export interface AlarmActions {
  /** The person has seen it. @throws FengsuiError NOT_FOUND | CONFLICT when another occurrence stands by now */
  acknowledge(device: string, condition: string, occurrence: number, operator: string): AlarmPhase;
  /** Ends a latched alarm. @throws FengsuiError NOT_FOUND | CONFLICT not latched, not active, or another occurrence */
  reset(device: string, condition: string, occurrence: number | undefined, operator: string): AlarmPhase;
  /** Quiets the sounders of this occurrence; the next one sounds again. @throws FengsuiError NOT_FOUND | CONFLICT */
  silence(device: string, condition: string, occurrence: number, operator: string): AlarmPhase;
  /** Keeps alarms from being announced. @throws FengsuiError NOT_FOUND | CONFLICT | INVALID */
  suppress(wanted: NewSuppression): void;
  /** Announces again; what is active is told at once. @throws FengsuiError NOT_FOUND | CONFLICT */
  lift(target: Target, operator?: string): void;
  /** Ends what has come to its end, whether or not anybody watches it any more. */
  expire(target: Target): void;
  readonly suppressed: Suppressions['all'];
}

export type NewSuppression = Target & {
  readonly how: Exclude<SuppressionKind, 'by-design'>;
  readonly why: string;
  readonly operator: string;
  /** Needed to shelve: nothing is shelved for ever. */
  readonly length?: Millis;
};

/** Shelving is for a nuisance that is being dealt with; ISA-18.2 asks for a limit and leaves it to the site. */
const longestShelving = minutes(7 * 24 * 60);
const longestReason = 200;

export function alarmActions(ctx: {
  readonly roster: Roster;
  readonly told: Announcer;
  readonly suppressions: Suppressions;
  readonly clock: Clock;
}): AlarmActions {
  const { roster, told, suppressions, clock } = ctx;
  const targets = ({ device, condition }: Target): readonly Watched[] => {
    if (condition !== '') return [roster.find(device, condition)];
    const list = roster.of(deviceId(device));
    if (list.length === 0) throw new FengsuiError('NOT_FOUND', `there is no device “${device}”`);
    return list;
  };
  const tell = (event: 'suppressed' | 'unsuppressed', watched: Watched, why: string, operator?: string): void => {
    const { rule } = watched;
    const cause = { ...rule.facts, point: rule.point, rule: why, held: millis(0), source: rule.source };
    told.tell(watched, event, { at: clock.mono(), cause, operator });
  };
  const sameOccurrence = (watched: Watched, occurrence: number): Watched => {
    const { device, rule, state } = watched;
    if (state.occurrence === occurrence) return watched;
    throw new FengsuiError(
      'CONFLICT',
      `${device}/${rule.condition} is at occurrence ${state.occurrence}, not ${occurrence}: look again before you act`,
    );
  };
  return {
    acknowledge(device, condition, occurrence, operator) {
      const watched = sameOccurrence(roster.find(device, condition), occurrence);
      return told.apply(watched, { kind: 'acknowledge', at: clock.mono() }, operator);
    },
    reset(device, condition, occurrence, operator) {
      const watched = roster.find(device, condition);
      if (occurrence !== undefined) sameOccurrence(watched, occurrence);
      if (!watched.rule.latched)
        throw new FengsuiError('CONFLICT', `${device}/${condition} is not latched: it clears by itself`);
      if (!isActive(watched.state.phase)) throw new FengsuiError('CONFLICT', `${device}/${condition} is not active`);
      return told.apply(watched, { kind: 'reset', at: clock.mono() }, operator);
    },
    silence(device, condition, occurrence, operator) {
      const watched = sameOccurrence(roster.find(device, condition), occurrence);
      if (!isActive(watched.state.phase)) throw new FengsuiError('CONFLICT', `${device}/${condition} is not active`);
      return told.apply(watched, { kind: 'silence', at: clock.mono() }, operator);
    },
    suppress(wanted) {
      const { how, operator, length } = wanted;
      const list = targets(wanted);
      refuseToHide(wanted, list);
      const until = length === undefined ? undefined : wallTime(clock.wall() + length);
      const why = wanted.why.slice(0, longestReason);
      const suppression: Suppression = { how, why, operator, ...(until !== undefined && { until }) };
      suppressions.set(wanted, suppression, length);
      for (const watched of list) tell('suppressed', watched, `${how}: ${why}`, operator);
    },
    lift(target, operator) {
      const list = targets(target);
      const standing = suppressions.all().find((s) => s.device === target.device && s.condition === target.condition);
      if (!standing)
        throw new FengsuiError('CONFLICT', `${target.device}/${target.condition || '*'} is not suppressed`);
      suppressions.lift(target);
      for (const watched of list) tell('unsuppressed', watched, `no longer ${standing.suppression.how}`, operator);
    },
    expire(target) {
      const { device, condition } = target;
      suppressions.lift(target);
      for (const watched of roster.of(deviceId(device)))
        if (condition === '' || watched.rule.condition === condition) tell('unsuppressed', watched, 'its time is over');
    },
    suppressed: suppressions.all,
  };
}

/** What cannot be meant is refused with what can be done instead. */
function refuseToHide({ how, condition, why, length }: NewSuppression, list: readonly Watched[]): void {
  const refuse = (code: 'INVALID' | 'CONFLICT', what: string): never => {
    throw new FengsuiError(code, what);
  };
  if (why.trim() === '') refuse('INVALID', 'why: give a reason; who comes next must know why nobody is alarmed');
  if (how === 'shelved' && !(length !== undefined && length > 0 && length <= longestShelving))
    refuse('INVALID', `minutes: shelving needs an end, at most ${longestShelving / 60_000} minutes from now`);
  if (how === 'out-of-service' && condition !== '')
    refuse('INVALID', 'condition: a device as a whole is taken out of service; to quiet one condition, disable it');
  if (how !== 'out-of-service' && condition === '')
    refuse('INVALID', `condition: which one is to be ${how}? A whole device is taken out of service`);
  const [first] = list;
  if (condition !== '' && first && neverHidden(first.rule.kind)) {
    const { device, rule } = first;
    refuse(
      'CONFLICT',
      `${device}/${rule.condition} is a ${rule.kind} and is never hidden; silence it, reset it, or take the device out of service for repair: its fires are told all the same, with a remark`,
    );
  }
}
