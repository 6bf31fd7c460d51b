import type { Loss, PointValue } from '../../sdk/model/point.ts';
import type { ProfileSpec } from '../../sdk/model/profile.ts';
import { monoTime } from '../../sdk/model/time.ts';
import type { Block, Reading, Table } from '../bus/reading.ts';
import { type PointDecoder, pointDecoder, widthOf } from './decode-point.ts';
import { resolveAddress, type Settings } from './resolve-address.ts';

/** A point of one Modbus device with everything needed to read it. */
export type DevicePoint = {
  readonly name: string;
  readonly decode: PointDecoder;
  readonly value: Block;
  readonly decimals?: Block;
};

/** The Modbus points of a device at `unit`; points on GPIO lines are left out. @throws FengsuiError CONFIG */
export function devicePoints(profile: ProfileSpec, settings: Settings, unit: number): readonly DevicePoint[] {
  const block = (table: Table, address: number, count: number): Block => ({ unit, table, address, count });
  return Object.entries(profile.points).flatMap(([name, spec]): DevicePoint[] => {
    if (!('at' in spec)) return [];
    const value = block(spec.from, resolveAddress(spec.at, settings), widthOf(spec));
    const decode = pointDecoder(spec, settings);
    if (!('decimals' in spec) || spec.decimals === undefined) return [{ name, decode, value }];
    return [{ name, decode, value, decimals: block(spec.from, resolveAddress(spec.decimals, settings), 1) }];
  });
}

/** Where a point's words stand in the answers to a plan: index of the answer, and offset in it. */
type Spot = { readonly block: number; readonly offset: number };
export type PlacedPoint = {
  readonly name: string;
  readonly decode: PointDecoder;
  readonly value: Spot;
  readonly decimals?: Spot;
};

/** Finds each point in the plan that was made from the points' blocks. */
export function placePoints(points: readonly DevicePoint[], plan: readonly Block[]): readonly PlacedPoint[] {
  const find = (want: Block): Spot => {
    const block = plan.findIndex(
      (b) =>
        b.unit === want.unit &&
        b.table === want.table &&
        b.address <= want.address &&
        want.address + want.count <= b.address + b.count,
    );
    if (block < 0) throw new RangeError(`the plan misses ${want.table} ${want.address}`);
    return { block, offset: want.address - (plan[block]?.address ?? 0) };
  };
  return points.map(({ name, decode, value, decimals }) => ({
    name,
    decode,
    value: find(value),
    ...(decimals && { decimals: find(decimals) }),
  }));
}

/** One value of a point from the answers to a plan; lost if an answer it needs failed. Pure. */
export function readPoint(point: PlacedPoint, answers: readonly Reading[]): PointValue {
  const answer = answers[point.value.block];
  if (!answer?.ok) return lost(answer);
  if (!point.decimals) return marked(answer, point.decode(answer.words, point.value.offset, answer.at));
  const scale = answers[point.decimals.block];
  if (!scale?.ok) return lost(scale);
  const decimals = scale.words[point.decimals.offset] ?? Number.NaN;
  return marked(scale, marked(answer, point.decode(answer.words, point.value.offset, answer.at, decimals)));
}

function lost(answer: Extract<Reading, { ok: false }> | undefined): PointValue {
  const why: Loss = answer?.why ?? 'never-read';
  return { quality: 'lost', at: answer?.at ?? monoTime(0), why };
}

/** A reading that is itself in doubt makes no good value. */
function marked(answer: Extract<Reading, { ok: true }>, value: PointValue): PointValue {
  return answer.doubt && value.quality === 'good' ? { ...value, quality: 'doubtful', why: answer.doubt } : value;
}
