import { FengsuiError } from '../model/errors.ts';
import { clockTrusts, isWall, type MonoTime, monoTime, type Stamp, type WallTime, wallTime } from '../model/time.ts';
import type { Cbor } from './cbor.ts';
import type { Fields } from './parse.ts';

/** Wall time as whole seconds and milliseconds, since integers from 2^32 on would travel as floats. */
export const splitWall = (wall: WallTime): readonly [number, number] => {
  const s = Math.floor(wall / 1_000);
  return [s, Math.floor(wall - s * 1_000)];
};
/** @throws FengsuiError PROTOCOL for a time that no date can hold */
export function joinWall(s: number, ms: number): WallTime {
  const wall = wallTime(s * 1_000 + ms);
  if (isWall(wall)) return wall;
  throw new FengsuiError('PROTOCOL', `${s} s and ${ms} ms since 1970 are no time that a date can hold`);
}

/** A stamp takes five keys from `first` on: boot, monotonic ms, wall s, wall ms, trust. */
export function stampFields(first: number, at: Stamp): readonly (readonly [number, Cbor])[] {
  const [s, ms] = splitWall(at.wall);
  return [
    [first, at.boot],
    [first + 1, Math.round(at.mono)],
    [first + 2, s],
    [first + 3, ms],
    [first + 4, clockTrusts.indexOf(at.trust)],
  ];
}

export const readStamp = (fields: Fields, first: number): Stamp => ({
  boot: fields.count(first),
  mono: readMono(fields.count(first + 1)),
  wall: joinWall(fields.count(first + 2), fields.count(first + 3)),
  trust: fields.one(first + 4, clockTrusts),
});

const readMono = (n: number): MonoTime => monoTime(n);
