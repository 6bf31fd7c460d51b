import type { Brand } from './brand.ts';

/** A length of time in milliseconds. */
export type Millis = Brand<number, 'Millis'>;
/** Milliseconds on the monotonic clock. Only comparable within one boot of one process; use for hold times. */
export type MonoTime = Brand<number, 'MonoTime'>;
/** Unix time in milliseconds. Jumps when the clock is set; only for stamping records. */
export type WallTime = Brand<number, 'WallTime'>;

export const millis = (n: number): Millis => n as Millis;
export const seconds = (n: number): Millis => (n * 1_000) as Millis;
export const minutes = (n: number): Millis => (n * 60_000) as Millis;
export const monoTime = (n: number): MonoTime => n as MonoTime;
export const wallTime = (n: number): WallTime => n as WallTime;
/** Beyond this a JavaScript date is invalid. */
const lastWall = 8.64e15;
/** Whether a date can hold it. What comes from a wire may be any number. */
export const isWall = (ms: number): boolean => Math.abs(ms) <= lastWall;
export const elapsed = (from: MonoTime, to: MonoTime): Millis => (to - from) as Millis;
export const later = (from: MonoTime, by: Millis): MonoTime => (from + by) as MonoTime;

/** How far a wall time may be trusted. Position is the wire value: append only. */
export const clockTrusts = ['unknown', 'estimated', 'synced'] as const;
export type ClockTrust = (typeof clockTrusts)[number];

/** When something happened, as the gateway knew it then. */
export type Stamp = {
  /** Random number of this run of the gateway: monotonic times of different boots cannot be compared. */
  readonly boot: number;
  readonly mono: MonoTime;
  readonly wall: WallTime;
  readonly trust: ClockTrust;
};
