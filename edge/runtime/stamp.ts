import { elapsed, type MonoTime, type Stamp, wallTime } from '../../sdk/model/time.ts';
import type { Clock } from '../platform/clock.ts';

/** When something happened, as it is known now. */
export const stampAt = (clock: Clock, boot: number, mono: MonoTime = clock.mono()): Stamp => ({
  boot,
  mono,
  wall: wallTime(clock.wall() - elapsed(mono, clock.mono())),
  trust: clock.trust(),
});
