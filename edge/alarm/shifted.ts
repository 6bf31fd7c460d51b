import { elapsed, later, type MonoTime } from '../../sdk/model/time.ts';
import type { AlarmState } from './judge.ts';

/**
 * A state of one boot, carried over to another where `from` is called `to`: all its times move by the same length, so
 * that what was waited for goes on being waited for. The time between does not count.
 */
export function shifted(state: AlarmState, from: MonoTime, to: MonoTime): AlarmState {
  const by = elapsed(from, to);
  const moved = (at: MonoTime | undefined): MonoTime | undefined => (at === undefined ? undefined : later(at, by));
  return {
    ...state,
    holdsSince: moved(state.holdsSince),
    goneSince: moved(state.goneSince),
    clearedAt: moved(state.clearedAt),
    memory: state.memory && { ...state.memory, times: state.memory.times.map((at) => later(at, by)) },
  };
}
