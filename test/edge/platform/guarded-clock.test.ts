import { describe, expect, it } from 'vitest';
import { guardedClock } from '../../../edge/platform/guarded-clock.ts';
import { wallTime } from '../../../sdk/model/time.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const year2026 = Date.UTC(2026, 0, 1);
const hour = 3_600_000;

function wokenIn1970() {
  const system = fakeClock(0);
  system.setTrust('unknown');
  return { system, clock: guardedClock(system) };
}

describe('a guarded clock', () => {
  it('is the system’s while that is trusted, wherever it goes', async () => {
    const system = fakeClock(year2026);
    const clock = guardedClock(system);
    expect([clock.wall(), clock.trust()]).toEqual([year2026, 'synced']);
    system.step(-hour);
    expect(clock.wall()).toBe(year2026 - hour);
    await system.advance(1_000);
    expect(clock.wall()).toBe(year2026 - hour + 1_000);
  });

  it('wakes in 1970 and says so, where nothing better is known', () => {
    const { clock } = wokenIn1970();
    expect([clock.wall(), clock.trust()]).toEqual([0, 'unknown']);
  });

  it('never stamps before what an earlier run knew, and goes on from there', async () => {
    const { system, clock } = wokenIn1970();
    clock.notBefore(wallTime(year2026));
    await system.advance(5_000);
    expect([clock.wall(), clock.trust()]).toEqual([year2026 + 5_000, 'estimated']);
  });

  it('takes a system clock that is later than what an earlier run knew', () => {
    const { system, clock } = wokenIn1970();
    clock.notBefore(wallTime(year2026));
    system.step(year2026 + hour);
    expect([clock.wall(), clock.trust()]).toEqual([year2026 + hour, 'estimated']);
  });

  it('was right in this run and is set by hand: it goes on as if nobody had', async () => {
    const system = fakeClock(year2026);
    const clock = guardedClock(system);
    clock.wall();
    for (const step of [-24 * hour, 365 * 24 * hour]) {
      system.setTrust('unknown');
      system.step(step);
      expect([clock.wall(), clock.trust()]).toEqual([year2026 + system.mono(), 'estimated']);
      await system.advance(10_000);
    }
    expect(clock.wall()).toBe(year2026 + 20_000);
  });

  it('is right at once when the system’s clock is set by a time service', () => {
    const { system, clock } = wokenIn1970();
    clock.notBefore(wallTime(year2026 + hour)); // the one who kept it was ahead
    clock.wall();
    system.step(year2026);
    system.setTrust('synced');
    expect([clock.wall(), clock.trust()]).toEqual([year2026, 'synced']);
    clock.notBefore(wallTime(year2026 + hour));
    expect(clock.wall()).toBe(year2026);
  });

  it('that is known by the kernel’s monotonic clock goes on as one that was right in this run', () => {
    const { system, clock } = wokenIn1970();
    clock.goOnFrom(wallTime(year2026));
    system.step(year2026 + hour);
    expect([clock.wall(), clock.trust()]).toEqual([year2026, 'estimated']);
  });

  it('serves calendars without a time service for days, until somebody sets the system’s clock', async () => {
    const system = fakeClock(year2026);
    const { calendar } = guardedClock(system);
    expect(calendar.trust()).toBe('synced');
    system.setTrust('unknown');
    await system.advance(100 * hour);
    expect(calendar.trust()).toBe('synced');
    system.step(2 * hour);
    expect([calendar.trust(), calendar.wall()]).toEqual(['estimated', year2026 + 102 * hour]);
    system.step(-2 * hour);
    expect(calendar.trust()).toBe('synced');
  });

  it('serves no calendar by a time that was only kept', () => {
    const { clock } = wokenIn1970();
    expect(clock.calendar.trust()).toBe('unknown');
    clock.notBefore(wallTime(1_000));
    expect(clock.calendar.trust()).toBe('estimated');
  });

  it('sees within a second that the system’s clock is not trusted any more', async () => {
    const system = fakeClock(year2026);
    const clock = guardedClock(system);
    expect(clock.trust()).toBe('synced');
    system.setTrust('unknown');
    await system.advance(1_000);
    expect(clock.trust()).toBe('estimated');
  });
});
