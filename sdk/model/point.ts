import type { MonoTime } from './time.ts';

/** What a point can hold: a measured number, a contact or coil, or one of a profile's choices. */
export type Scalar = number | boolean | string;

/** Why a value that did arrive must not be acted on. Position is the wire value: append only. */
export const doubts = ['out-of-range', 'unknown-code', 'unconfirmed'] as const;
export type Doubt = (typeof doubts)[number];

/** Why there is no value. Position is the wire value: append only. */
export const losses = [
  'never-read',
  'timeout',
  'bad-crc',
  'refused',
  'bad-reply',
  'bus-down',
  'device-marker',
  'other-device',
] as const;
export type Loss = (typeof losses)[number];

/** One observation of one point. There is no way to act on `value` without facing `quality`. */
export type PointValue<T extends Scalar = Scalar> =
  | { readonly quality: 'good'; readonly at: MonoTime; readonly value: T }
  | { readonly quality: 'doubtful'; readonly at: MonoTime; readonly value: T; readonly why: Doubt }
  | { readonly quality: 'lost'; readonly at: MonoTime; readonly why: Loss };

export type Quality = PointValue['quality'];
