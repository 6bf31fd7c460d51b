import type { AlarmInput } from '../../edge/alarm/judge.ts';
import type { AlarmEvent, AlarmPhase } from '../../sdk/model/alarm.ts';

export type NaiveRule = {
  readonly below: number;
  readonly deadband: number;
  readonly onDelay: number;
  readonly offDelay: number;
  readonly latched: boolean;
};

type Told = {
  readonly event: AlarmEvent | undefined;
  readonly phase: Exclude<AlarmPhase, 'pending'>;
  readonly occurrence: number;
  readonly count: number;
};

/**
 * The judgement said a second time, as plainly as possible: it keeps every good value since the last switch and looks at
 * the whole list again each time. Slow, unbounded, and with nothing in common with `judge` but the meaning.
 */
export function naiveAlarm(rule: NaiveRule): (input: AlarmInput) => Told {
  let isOn = false;
  let isSeen = true;
  let occurrence = 0;
  let record: { at: number; holds: boolean }[] = [];
  let clearedAt = Number.NEGATIVE_INFINITY;
  let count = 0;
  let wasGone = false;

  const lastedFor = (wanted: boolean): number | undefined => {
    const run: number[] = [];
    for (const { at, holds } of record.toReversed()) {
      if (holds !== wanted) break;
      run.push(at);
    }
    const [newest] = run;
    const oldest = run.at(-1);
    return newest === undefined || oldest === undefined ? undefined : newest - oldest;
  };
  const happened = (input: AlarmInput): AlarmEvent | undefined => {
    if (input.kind === 'acknowledge') {
      if (isSeen) return undefined;
      isSeen = true;
      return 'acked';
    }
    if (input.kind === 'reset') {
      if (!isOn || !rule.latched) return undefined;
      [isOn, isSeen, record, count] = [false, true, [], 0];
      return 'reset';
    }
    if (input.kind !== 'value' || input.value.quality !== 'good') return undefined;
    const limit = isOn ? rule.below + rule.deadband : rule.below;
    const holds = Number(input.value.value) < limit;
    record.push({ at: input.value.at, holds });
    if (isOn && holds && wasGone) count++;
    wasGone = isOn && !holds;
    if (!isOn && (lastedFor(true) ?? -1) >= rule.onDelay) {
      const isBackSoon = !rule.latched && input.value.at - clearedAt < 60_000;
      [isOn, record] = [true, []];
      if (!isBackSoon) [isSeen, count, occurrence] = [false, 0, occurrence + 1];
      count++;
      return isBackSoon ? 'repeated' : 'raised';
    }
    const offDelay = count > 1 ? Math.max(rule.offDelay, 60_000) : rule.offDelay;
    if (isOn && !rule.latched && (lastedFor(false) ?? -1) >= offDelay) {
      [isOn, record, clearedAt, wasGone] = [false, [], input.value.at, false];
      return 'cleared';
    }
    return undefined;
  };
  return (input) => {
    const event = happened(input);
    const phase = isOn ? (isSeen ? 'active-acked' : 'active-unacked') : isSeen ? 'normal' : 'cleared-unacked';
    return { event, phase, occurrence, count };
  };
}
