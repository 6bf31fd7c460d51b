import { describeError } from '../../../sdk/model/errors.ts';
import { type MonoTime, monoTime, seconds } from '../../../sdk/model/time.ts';
import { fieldsOf, isNumber, isScalar } from '../../../sdk/wire/parse.ts';
import { type AlarmState, quiet } from '../../alarm/judge.ts';
import { shifted } from '../../alarm/shifted.ts';
import type { Journal } from '../../journal/journal.ts';
import { conditionKey } from '../../linkage/linkage.ts';
import type { Clock } from '../../platform/clock.ts';
import { withDeadline } from '../../platform/deadline.ts';
import type { Log } from '../../platform/log.ts';
import { stopper } from '../../platform/stop.ts';
import type { Roster } from './roster.ts';

/**
 * What is waited for, across a restart: a slow leak that has lasted for nine of its ten minutes is not begun anew. What
 * was told of an alarm is kept with each change; this is what lies between the changes.
 */
export type AlarmMemory = {
  /** What an earlier run knew, by `device/condition`, in times of this one. */
  readonly restore: () => Promise<ReadonlyMap<string, AlarmState>>;
  /** Puts on disk what is waited for, at most so often: it must not wear out the card. */
  readonly saveSometimes: () => void;
  /** At an orderly stop; a disk that takes nothing does not hold that up. */
  readonly save: () => Promise<void>;
};

const key = 'alarm-memory';
/** A hold time loses at most so much by a power cut. */
const saveEvery = seconds(60);
/** Waits shorter than this are begun anew after a power cut; only an orderly stop keeps them. */
const worthKeeping = seconds(30);
const lastSave = seconds(2);

export function alarmMemory(
  ctx: { readonly journal: Journal; readonly clock: Clock; readonly log: Log },
  roster: Roster,
): AlarmMemory {
  const { journal, clock, log } = ctx;
  let saved = clock.mono();
  let isEmpty = false;
  let isSaving = false;
  const put = async (wanted: (state: AlarmState, onDelay: number) => boolean): Promise<void> => {
    const states: Record<string, AlarmState> = {};
    for (const { device, rule, state } of roster.all()) {
      if (wanted(state, rule.onDelay)) states[conditionKey(device, rule.condition)] = state;
    }
    saved = clock.mono();
    const hasNone = Object.keys(states).length === 0;
    if (hasNone && isEmpty) return;
    isEmpty = hasNone;
    const value = Buffer.from(JSON.stringify({ at: saved, states }));
    await journal.keep({ key, value: hasNone ? undefined : value });
  };
  const notStored = (e: unknown): void => log.warn('alarm.memory-not-stored', { why: describeError(e) });
  return {
    async restore() {
      const bytes = (await journal.kept(key)).get(key);
      if (!bytes) return new Map();
      try {
        return read(bytes, clock.mono());
      } catch (e) {
        log.warn('alarm.memory-unreadable', { why: describeError(e) });
        return new Map();
      }
    },
    saveSometimes() {
      // One at a time: on a disk that takes nothing for days they would crowd the alarms out of the journal's memory.
      if (isSaving || clock.mono() - saved < saveEvery) return;
      isSaving = true;
      put((state, onDelay) => state.holdsSince !== undefined && onDelay >= worthKeeping)
        .catch(notStored)
        .finally(() => {
          isSaving = false;
        });
    },
    save() {
      const deadline = { clock, ms: lastSave, signal: stopper().signal, what: 'what is waited for' };
      const all = ({ holdsSince, goneSince, clearedAt, memory }: AlarmState): boolean =>
        [holdsSince, goneSince, clearedAt, memory].some((x) => x !== undefined);
      return withDeadline(deadline, () => put(all)).catch(notStored);
    },
  };
}

function read(bytes: Uint8Array, now: MonoTime): ReadonlyMap<string, AlarmState> {
  const fields = fieldsOf(JSON.parse(Buffer.from(bytes).toString('utf8')), key);
  const at = monoTime(fields.number('at'));
  const states = fields.raw('states');
  const entries = typeof states === 'object' && states !== null ? Object.entries(states) : [];
  return new Map(entries.map(([name, raw]) => [name, shifted(readState(raw), at, now)]));
}

/** Phase and number are those of the last change, which is safer on disk than this. */
function readState(raw: unknown): AlarmState {
  const fields = fieldsOf(raw, key);
  const time = (name: string): MonoTime | undefined => (fields.has(name) ? monoTime(fields.number(name)) : undefined);
  const memory = fields.has('memory') ? fields.fields('memory') : undefined;
  return {
    ...quiet,
    occurrence: fields.count('occurrence'),
    holdsSince: time('holdsSince'),
    goneSince: time('goneSince'),
    clearedAt: time('clearedAt'),
    memory: memory && {
      times: memory.list('times').filter(isNumber).map(monoTime),
      values: memory.list('values').filter(isScalar),
    },
  };
}
