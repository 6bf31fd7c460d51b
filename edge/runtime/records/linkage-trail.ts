import { mostCauses } from '../../../sdk/model/record.ts';
import { elapsed, type MonoTime } from '../../../sdk/model/time.ts';
import { type LinkageRule, outputKey } from '../../linkage/linkage.ts';
import type { Clock } from '../../platform/clock.ts';
import type { RecordStore, Unstamped } from './record-store.ts';

export type Output = Pick<LinkageRule, 'output' | 'point'>;

/** The proof of cause and effect, for the record: each step of a switch once. Nobody waits for the disk here. */
export type LinkageTrail = {
  /** An output is told to be on or off, now; without causes that is a walk test's doing. */
  readonly switched: (output: Output, on: boolean, causes: readonly string[]) => void;
  readonly notWritten: (output: Output, on: boolean, why: string) => void;
  /** It was read back as it should be, at that time; counts once a switch, and only if it was read since. */
  readonly proven: (output: Output, on: boolean, at: MonoTime) => void;
  /** What it moves has arrived; counts as `proven` does. */
  readonly effective: (output: Output, at: MonoTime) => void;
};

/** A switch, until the next one of the same output. */
type Switch = { readonly at: MonoTime; readonly on: boolean; readonly told: Set<string> };

type Seen = { readonly on: boolean; readonly at: MonoTime; readonly why?: string };

const longestWhy = 200;

export function linkageTrail({ clock, record }: { readonly clock: Clock; readonly record: RecordStore }): LinkageTrail {
  const last = new Map<string, Switch>();
  /** Once the present turn is over: outputs are switched before the alarm is written, but the cause comes first in the record. */
  const write = (what: Unstamped, at: MonoTime): void => queueMicrotask(() => void record(what, { at }));
  const note = (output: Output, step: 'proven' | 'effective' | 'not-written', seen: Seen): void => {
    const open = last.get(outputKey(output));
    if (open?.on !== seen.on || seen.at < open.at || open.told.has(step)) return;
    open.told.add(step);
    const { output: device, point } = output;
    const { on, at, why } = seen;
    const afterMs = elapsed(open.at, at);
    write({ kind: 'linkage', step, device, point, on, afterMs, ...(why !== undefined && { why }) }, at);
  };
  return {
    switched(output, on, causes) {
      const at = clock.mono();
      last.set(outputKey(output), { at, on, told: new Set() });
      const { output: device, point } = output;
      const isTest = on && causes.length === 0;
      const found = causes.slice(0, mostCauses);
      const more = { ...(found.length > 0 && { causes: found }), ...(isTest && { isTest }) };
      write({ kind: 'linkage', step: 'switched', device, point, on, ...more }, at);
    },
    notWritten: (output, on, why) =>
      note(output, 'not-written', { on, at: clock.mono(), why: why.slice(0, longestWhy) }),
    proven: (output, on, at) => note(output, 'proven', { on, at }),
    effective: (output, at) => note(output, 'effective', { on: true, at }),
  };
}
