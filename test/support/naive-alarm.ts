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
      [isOn, isSeen, record] = [false, true, []];
      return 'reset';
    }
    if (input.value.quality !== 'good') return undefined;
    const limit = isOn ? rule.below + rule.deadband : rule.below;
    record.push({ at: input.value.at, holds: Number(input.value.value) < limit });
    if (!isOn && (lastedFor(true) ?? -1) >= rule.onDelay) {
      [isOn, isSeen, record] = [true, false, []];
      occurrence++;
      return 'raised';
    }
    if (isOn && !rule.latched && (lastedFor(false) ?? -1) >= rule.offDelay) {
      [isOn, record] = [false, []];
      return 'cleared';
    }
    return undefined;
  };
  return (input) => {
    const event = happened(input);
    const phase = isOn ? (isSeen ? 'active-acked' : 'active-unacked') : isSeen ? 'normal' : 'cleared-unacked';
    return { event, phase, occurrence };
  };
}
