import type { ClockPoint, RunClock } from '../model/run-clock.ts';
import { monoTime } from '../model/time.ts';
import type { Cbor } from './cbor.ts';
import { fieldsOf, isList, mapOf } from './parse.ts';
import { joinWall, splitWall } from './stamp.ts';

const key = { boot: 1, points: 2 } as const;

/** Checked against docs/contract/fengsui.cddl. */
export { key as runClockKeys };

/** A run's clock as a map; a point as [monotonic ms, wall s, wall ms, ms that it may be off: absent where not known]. */
export const runClockCbor = ({ boot, points }: RunClock): Cbor =>
  mapOf([
    [key.boot, boot],
    [key.points, points.map(pointCbor)],
  ]);

const pointCbor = ({ mono, wall, errorMs }: ClockPoint): Cbor => {
  const start = [Math.round(mono), ...splitWall(wall)];
  return errorMs === undefined ? start : [...start, Math.ceil(errorMs)];
};

/** @throws FengsuiError PROTOCOL */
export function readRunClock(raw: unknown, where: string): RunClock {
  const fields = fieldsOf(raw, where);
  const points = fields.list(key.points).map((point, i): ClockPoint => {
    const at = fieldsOf(new Map((isList(point) ? point : []).entries()), `${where}.points[${i}]`);
    return {
      mono: monoTime(at.count(0)),
      wall: joinWall(at.count(1), at.count(2)),
      ...(at.has(3) && { errorMs: at.count(3) }),
    };
  });
  return { boot: fields.count(key.boot), points: points.toSorted((a, b) => a.mono - b.mono) };
}
