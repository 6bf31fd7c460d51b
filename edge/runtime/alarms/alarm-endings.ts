import type { AlarmChange } from '../../../sdk/model/alarm.ts';
import { millis } from '../../../sdk/model/time.ts';
import { conditionKey } from '../../linkage/linkage.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Announcer } from './announcer.ts';
import type { Watched } from './roster.ts';

/** Tells that an alarm is over because nobody looks at its condition any more. */
export type AlarmEndings = {
  readonly end: (watched: Watched, why: string, operator?: string) => void;
  /** What an earlier run left on devices that are gone from the list. */
  readonly endUnwatched: () => void;
};

export function alarmEndings(ctx: {
  readonly told: Announcer;
  readonly clock: Clock;
  /** Conditions that nobody watches: one that comes back under its name goes on counting. */
  readonly restored: Map<string, AlarmChange>;
}): AlarmEndings {
  const { told, clock, restored } = ctx;
  const tellEnd = (last: AlarmChange, why: string, operator?: string): void => {
    const { device, condition, kind, occurrence, phase } = last;
    restored.set(conditionKey(device, condition), { ...last, phase: 'normal' });
    if (phase === 'normal' || phase === 'pending') return;
    const nothing = millis(0);
    const cause = { test: 'ended', onDelay: nothing, held: nothing, rule: why, source: 'the list of devices' } as const;
    told.announce({
      device,
      condition,
      kind,
      occurrence,
      event: 'cleared',
      phase: 'normal',
      at: told.stamp(clock.mono()),
      cause: { ...cause, point: last.cause.point },
      ...(operator !== undefined && { operator }),
    });
  };
  return {
    end({ last, state }, why, operator) {
      if (last) tellEnd({ ...last, phase: state.phase }, why, operator);
    },
    endUnwatched() {
      for (const last of restored.values()) tellEnd(last, 'the device is not in the configuration any more');
    },
  };
}
