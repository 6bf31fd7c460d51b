import type { NumberPoint, PointSpec } from '../sdk/model/profile.ts';

/** Registers that a number of each type takes. */
export const numberWidth = {
  u16: 1,
  i16: 1,
  bcd16: 1,
  u32: 2,
  i32: 2,
  f32: 2,
  bcd32: 2,
  u64: 4,
  i64: 4,
  f64: 4,
} as const satisfies Record<NumberPoint['as'], number>;

/** How many registers or bits a point takes. */
export function widthOf(spec: PointSpec): number {
  if (spec.as === 'bool' || spec.as === 'choice') return 1;
  return spec.as === 'text' ? spec.words : numberWidth[spec.as];
}
