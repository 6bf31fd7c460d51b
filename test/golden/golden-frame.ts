import type { Loss, Scalar } from '../../sdk/model/point.ts';

/** Frames of one device as they stand on a serial line, and what its profile must make of them. */
export type GoldenFrames = {
  readonly profile: string;
  readonly computedFrom: string;
  readonly settings?: Readonly<Record<string, number>>;
  /** Request and answer in hexadecimal, with their CRCs. */
  readonly exchanges: readonly (readonly [request: string, answer: string])[];
  readonly values: Readonly<Record<string, Scalar | { readonly lost: Loss }>>;
};
