import { type ClockTrust, type MonoTime, type WallTime, wallTime } from '../../sdk/model/time.ts';
import type { Clock } from './clock.ts';

/** A clock whose wall time never falls behind what it knows, while the system's own is not trusted. */
export type GuardedClock = Clock & {
  /** It was at least this late already, by an earlier run. */
  readonly notBefore: (wall: WallTime) => void;
  /** It is this late just now, by a moment at which the clock was right and the kernel's monotonic clock since. */
  readonly goOnFrom: (wall: WallTime) => void;
  /**
   * For calendar work, which goes by the system's clock and not to the second: trusted also where no time service was
   * heard for days, as long as nobody has set the system's clock since it was right.
   */
  readonly calendar: Clock;
};

/** Where the wall time goes on from, and how that was learnt. */
type Anchor = { readonly wall: number; readonly mono: MonoTime; readonly from: 'synced' | 'kept' | 'system' };

/** What the system was found to be is asked anew after so long, or at once when its clock was set. Both in ms. */
const believeFor = 1_000;
const moved = 5;
/** Some days of drift, in ms. */
const calendarSlack = 60_000;

/**
 * While the system's clock is trusted, that is the time. Else it goes on from the last time that was right in this run;
 * without one it is the later of the system's and what an earlier run knew, and never goes back.
 */
export function guardedClock(system: Clock): GuardedClock {
  let anchor: Anchor | undefined;
  let asked: { readonly mono: MonoTime; readonly offset: number; readonly isSynced: boolean } | undefined;

  const isSynced = (mono: MonoTime, wall: WallTime): boolean => {
    const offset = wall - mono;
    if (asked && mono - asked.mono < believeFor && Math.abs(offset - asked.offset) < moved) return asked.isSynced;
    asked = { mono, offset, isSynced: system.trust() === 'synced' };
    return asked.isSynced;
  };
  const now = (): { readonly at: Anchor; readonly isSynced: boolean } => {
    const [mono, wall] = [system.mono(), system.wall()];
    const synced = isSynced(mono, wall);
    const at = goOn(anchor, { mono, wall }, synced);
    anchor = at;
    return { at, isSynced: synced };
  };
  const trust = (): ClockTrust => {
    const { at, isSynced: synced } = now();
    if (synced) return 'synced';
    return at.from === 'system' ? 'unknown' : 'estimated';
  };
  return {
    ...system,
    wall: () => wallTime(Math.floor(now().at.wall)),
    trust,
    calendar: {
      ...system,
      trust: () => {
        const { at } = now();
        return at.from === 'synced' && Math.abs(system.wall() - at.wall) <= calendarSlack ? 'synced' : trust();
      },
    },
    goOnFrom(wall) {
      const { at, isSynced: synced } = now();
      if (!synced) anchor = { wall, mono: at.mono, from: 'synced' };
    },
    notBefore(wall) {
      const { at, isSynced: synced } = now();
      if (synced || at.from === 'synced') return;
      anchor = { wall: Math.max(wall, at.wall), mono: at.mono, from: 'kept' };
    },
  };
}

function goOn(before: Anchor | undefined, system: { mono: MonoTime; wall: number }, synced: boolean): Anchor {
  if (synced) return { ...system, from: 'synced' };
  if (!before) return { ...system, from: 'system' };
  const wall = before.wall + (system.mono - before.mono);
  // Set forward by hand, where nothing better is known: the later one is nearer to the truth.
  if (before.from !== 'synced' && system.wall > wall) return { ...system, from: before.from };
  return { wall, mono: system.mono, from: before.from };
}
