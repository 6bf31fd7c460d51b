import type { AlarmCause, AlarmEvent, AlarmPhase } from '../../sdk/model/alarm.ts';
import type { PointValue } from '../../sdk/model/point.ts';
import { elapsed, type Millis, type MonoTime, millis } from '../../sdk/model/time.ts';
import type { Rule } from './rule.ts';

/** Where one condition of one device stands. */
export type AlarmState = {
  readonly phase: AlarmPhase;
  /** How often it was raised, ever. */
  readonly occurrence: number;
  /** Since when the condition has held without having been raised yet. */
  readonly holdsSince?: MonoTime;
  /** Since when an active condition has been gone without having been cleared yet. */
  readonly goneSince?: MonoTime;
};

export type AlarmInput =
  | { readonly kind: 'value'; readonly value: PointValue }
  | { readonly kind: 'acknowledge'; readonly at: MonoTime }
  | { readonly kind: 'reset'; readonly at: MonoTime };

export type Judgement = {
  readonly state: AlarmState;
  /** What the world must be told; absent while nothing happened. */
  readonly event?: AlarmEvent;
  readonly cause?: AlarmCause;
};

export const quiet: AlarmState = { phase: 'normal', occurrence: 0 };

export const isActive = (phase: AlarmPhase): boolean => phase === 'active-unacked' || phase === 'active-acked';

/** Pure. Time arrives inside `input`; nothing here can read a clock, wait or log. */
export function judge(rule: Rule, state: AlarmState, input: AlarmInput): Judgement {
  if (input.kind === 'acknowledge') return acknowledge(rule, state);
  if (input.kind === 'reset') return reset(rule, state);
  const holds = rule.holds(input.value, isActive(state.phase));
  if (holds === undefined) return { state }; // blind is not safe: neither raise nor clear
  return isActive(state.phase)
    ? whileActive(rule, state, holds, input.value)
    : whileQuiet(rule, state, holds, input.value);
}

function whileQuiet(rule: Rule, state: AlarmState, holds: boolean, value: PointValue): Judgement {
  const phase = state.phase === 'cleared-unacked' ? 'cleared-unacked' : 'normal';
  if (!holds) return { state: state.holdsSince === undefined ? state : { phase, occurrence: state.occurrence } };
  const since = state.holdsSince ?? value.at;
  const held = elapsed(since, value.at);
  if (held < rule.onDelay) {
    const waiting = phase === 'normal' ? 'pending' : phase;
    return { state: { phase: waiting, occurrence: state.occurrence, holdsSince: since } };
  }
  return {
    state: { phase: 'active-unacked', occurrence: state.occurrence + 1 },
    event: 'raised',
    cause: causeOf(rule, held, value),
  };
}

function whileActive(rule: Rule, state: AlarmState, holds: boolean, value: PointValue): Judgement {
  if (rule.latched) return { state }; // only a reset leaves
  const { phase, occurrence } = state;
  if (holds) return { state: state.goneSince === undefined ? state : { phase, occurrence } };
  const since = state.goneSince ?? value.at;
  const gone = elapsed(since, value.at);
  if (gone < rule.offDelay) return { state: { phase, occurrence, goneSince: since } };
  return {
    state: { phase: phase === 'active-acked' ? 'normal' : 'cleared-unacked', occurrence },
    event: 'cleared',
    cause: causeOf(rule, gone, value),
  };
}

/** Somebody has seen it. Says nothing about the danger: an active alarm stays active. */
function acknowledge(rule: Rule, state: AlarmState): Judgement {
  const next = { 'active-unacked': 'active-acked', 'cleared-unacked': 'normal' } as const;
  if (state.phase !== 'active-unacked' && state.phase !== 'cleared-unacked') return { state };
  return { state: { ...state, phase: next[state.phase] }, event: 'acked', cause: causeOf(rule, millis(0)) };
}

/** Ends a latched alarm. If the danger is still there, the next value raises a new occurrence. */
function reset(rule: Rule, state: AlarmState): Judgement {
  if (!rule.latched || !isActive(state.phase)) return { state };
  return {
    state: { phase: 'normal', occurrence: state.occurrence },
    event: 'reset',
    cause: causeOf(rule, millis(0)),
  };
}

const causeOf = (rule: Rule, held: Millis, value?: PointValue): AlarmCause => ({
  point: rule.point,
  ...(value && value.quality !== 'lost' && { value: value.value }),
  rule: rule.text,
  held,
  source: rule.source,
});
