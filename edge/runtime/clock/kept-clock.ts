import type { ClockPoint, RunClock } from '../../../sdk/model/run-clock.ts';
import { monoTime, type WallTime, wallTime } from '../../../sdk/model/time.ts';
import { type Fields, fieldsOf } from '../../../sdk/wire/parse.ts';
import type { BootIdentity } from '../../platform/boot-identity.ts';

/** The clock of a run, and where it lies on the kernel's. */
export type KnownRun = RunClock & BootIdentity;

/** What outlives a run: the last time that was known, and how stamps of the last runs lie in right time. */
export type KeptClock = { readonly wall: WallTime; readonly runs: readonly KnownRun[] };

/** Pure. A run of the same start of the kernel learns its time from a later one: they share a monotonic clock. */
export function joined(run: KnownRun, later: KnownRun): KnownRun {
  if (run.kernel === undefined || run.kernel !== later.kernel || later.points.length === 0) return run;
  const [first, last] = [later.points[0], later.points.at(-1)];
  const ends = [first, ...(last === first ? [] : [last])].flatMap((point) => (point ? [moved(point, later, run)] : []));
  return { ...run, points: [...run.points, ...ends].toSorted((a, b) => a.mono - b.mono) };
}

/** Pure. What the wall clock says at `mono` of a run, by what an earlier one of the same start of the kernel has learnt. */
export function wallByEarlier(earlier: readonly KnownRun[], run: BootIdentity, mono: number): WallTime | undefined {
  const same = earlier.findLast((e) => e.kernel !== undefined && e.kernel === run.kernel && e.points.length > 0);
  const point = same?.points.at(-1);
  return same && point && wallTime(point.wall + (mono + run.origin) - (point.mono + same.origin));
}

const moved = (point: ClockPoint, from: BootIdentity, to: BootIdentity): ClockPoint => ({
  ...point,
  mono: monoTime(point.mono + from.origin - to.origin),
});

export const writeKept = ({ wall, runs }: KeptClock): Uint8Array => Buffer.from(JSON.stringify({ wall, runs }));

/** @throws FengsuiError PROTOCOL, SyntaxError */
export function readKept(bytes: Uint8Array): KeptClock {
  const raw: unknown = JSON.parse(Buffer.from(bytes).toString());
  const fields = fieldsOf(raw, 'kept clock');
  return {
    wall: wallTime(fields.number('wall')),
    runs: fields.list('runs').map((run, i) => readRun(fieldsOf(run, `kept clock.runs[${i}]`))),
  };
}

const readRun = (run: Fields): KnownRun => ({
  boot: run.count('boot'),
  origin: run.number('origin'),
  ...(run.has('kernel') && { kernel: run.text('kernel') }),
  points: run.list('points').map((raw, i) => {
    const point = fieldsOf(raw, `points[${i}]`);
    return {
      mono: monoTime(point.number('mono')),
      wall: wallTime(point.number('wall')),
      ...(point.has('errorMs') && { errorMs: point.number('errorMs') }),
    };
  }),
});
