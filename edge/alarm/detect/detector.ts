import type { PointValue, Scalar } from '../../../sdk/model/point.ts';
import type { MonoTime } from '../../../sdk/model/time.ts';

/** What a detector must remember of earlier values. Plain data: it outlives a restart, with its times shifted. */
export type Memory = { readonly times: readonly MonoTime[]; readonly values: readonly Scalar[] };

export const nothing: Memory = { times: [], values: [] };

/** Sees whether what a condition looks for is there. Pure. */
export interface Detector {
  /** Takes in a value; detectors that look at one value at a time have none. Gives back `memory` itself if nothing is new. */
  readonly remember?: (memory: Memory, value: PointValue, held: boolean) => Memory;
  /**
   * Whether the condition holds; `undefined` if it cannot tell. `held`: it is active, and a deadband keeps it so.
   * `memory` has taken in the value already.
   */
  readonly holds: (value: PointValue, held: boolean, memory: Memory) => boolean | undefined;
}
