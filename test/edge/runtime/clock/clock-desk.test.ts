import { describe, expect, it } from 'vitest';
import type { Journal } from '../../../../edge/journal/journal.ts';
import { guardedClock } from '../../../../edge/platform/guarded-clock.ts';
import { clockDesk } from '../../../../edge/runtime/clock/clock-desk.ts';
import { corrected } from '../../../../sdk/model/run-clock.ts';
import { wallTime } from '../../../../sdk/model/time.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { type MemoryDisk, memoryDisk, memoryJournal } from '../../../support/memory-journal.ts';
import { recordingLog } from '../../../support/recording-log.ts';

const year2026 = Date.UTC(2026, 0, 1);
const minute = 60_000;

type Run = { boot: number; kernel: string; origin?: number; disk?: MemoryDisk; wall?: number; trusted?: boolean };

/** One run of a gateway, as far as time goes. */
async function run({ boot, kernel, origin = 0, disk = memoryDisk(), wall = 0, trusted = false }: Run) {
  const system = fakeClock(wall);
  system.setTrust(trusted ? 'synced' : 'unknown');
  const clock = guardedClock(system);
  const log = recordingLog();
  const store = memoryJournal(disk);
  let writes = 0;
  const journal: Journal = {
    ...store,
    keep(kept) {
      writes++;
      return store.keep(kept);
    },
  };
  const stop = new AbortController();
  let changes = 0;
  const onChange = (): void => void changes++;
  const desk = await clockDesk({ journal, system, clock, log, boot, identity: { kernel, origin }, onChange });
  const running = desk.run(stop.signal);
  return {
    system,
    clock,
    log,
    journal,
    desk,
    disk,
    writes: () => writes,
    changes: () => changes,
    stamp: () => ({ boot, mono: clock.mono(), wall: clock.wall(), trust: clock.trust() }),
    async stop() {
      stop.abort(new Error('stop'));
      await system.advance(3_000);
      await running;
    },
  };
}

describe('the clock desk', () => {
  it('tells of a step, once, with a figure', async () => {
    const gateway = await run({ boot: 1, kernel: 'a' });
    await gateway.system.advance(5_000);
    gateway.system.step(year2026);
    gateway.system.setTrust('synced');
    await gateway.system.advance(5_000);
    expect(gateway.log.lines.filter(({ event }) => event === 'clock.stepped')).toMatchObject([
      { fields: { byMs: year2026 } },
    ]);
    expect(gateway.desk.status()).toEqual({ trust: 'synced', steps: 1, lastStepMs: year2026 });
    expect(gateway.changes()).toBeGreaterThan(0);
    await gateway.stop();
  });

  it('puts right what was stamped in 1970', async () => {
    const gateway = await run({ boot: 1, kernel: 'a' });
    await gateway.system.advance(5_000);
    const early = gateway.stamp();
    gateway.system.step(year2026);
    gateway.system.setTrust('synced');
    await gateway.system.advance(5_000);
    expect(corrected(early, gateway.desk.clocks())).toMatchObject({ wall: year2026 + 5_000, trust: 'synced' });
    await gateway.stop();
  });

  it('a restart without a clock goes on from the last time that was known', async () => {
    const first = await run({ boot: 1, kernel: 'a', wall: year2026, trusted: true });
    await first.system.advance(minute);
    await first.stop();
    const second = await run({ boot: 2, kernel: 'b', disk: first.disk });
    expect(second.clock.trust()).toBe('estimated');
    expect(second.clock.wall()).toBeGreaterThanOrEqual(year2026 + minute);
    await second.stop();
  });

  it('the newest entry of the journal is the past, too', async () => {
    const disk = memoryDisk();
    const body = Uint8Array.of(1);
    await memoryJournal(disk).append('telemetry', wallTime(year2026 + 7), () => body);
    const gateway = await run({ boot: 1, kernel: 'a', disk });
    expect(gateway.clock.wall()).toBe(year2026 + 7);
    await gateway.stop();
  });

  it('a restart under the same kernel knows the time by the kernel’s monotonic clock', async () => {
    const first = await run({ boot: 1, kernel: 'a', origin: 1_000, wall: year2026, trusted: true });
    await first.system.advance(minute);
    await first.stop();
    const second = await run({ boot: 2, kernel: 'a', origin: 1_000 + 10 * minute, disk: first.disk });
    expect(second.stamp()).toMatchObject({ wall: year2026 + 10 * minute, trust: 'estimated' });
    await second.stop();
  });

  it('puts right what an earlier run under the same kernel has stamped, and not that of another', async () => {
    const first = await run({ boot: 1, kernel: 'a', origin: 1_000 });
    await first.system.advance(5_000);
    const early = first.stamp();
    await first.stop();
    const again = { origin: 1_000 + 10 * minute, disk: first.disk, wall: year2026, trusted: true };
    const other = await run({ boot: 2, kernel: 'b', ...again });
    await other.system.advance(2_000);
    expect(corrected(early, other.desk.clocks())).toBe(early);
    await other.stop();
    const same = await run({ boot: 3, kernel: 'a', ...again });
    await same.system.advance(2_000);
    expect(corrected(early, same.desk.clocks()).wall).toBe(year2026 + 5_000 - 10 * minute);
    await same.stop();
  });

  it('writes at most once a minute while the clock is moved about', async () => {
    const gateway = await run({ boot: 1, kernel: 'a' });
    for (let i = 0; i < 300; i++) {
      gateway.system.step(10_000);
      await gateway.system.advance(1_000);
    }
    expect(gateway.writes()).toBeLessThanOrEqual(6);
    await gateway.stop();
  });

  it('has on disk at once when the clock is right for the first time', async () => {
    const killed = await run({ boot: 1, kernel: 'a', origin: 1_000 });
    await killed.system.advance(5_000);
    killed.system.step(year2026);
    killed.system.setTrust('synced');
    await killed.system.advance(2_000);
    const next = await run({ boot: 2, kernel: 'a', origin: 1_000 + minute, disk: killed.disk });
    expect(next.stamp()).toMatchObject({ wall: year2026 + minute, trust: 'estimated' });
    await next.stop();
    await killed.stop();
  });

  it('starts without what it cannot read', async () => {
    const disk = memoryDisk();
    await memoryJournal(disk).keep({ key: 'clock', value: Uint8Array.of(1, 2) });
    const gateway = await run({ boot: 1, kernel: 'a', disk });
    expect(gateway.log.lines.some(({ event }) => event === 'clock.kept-unreadable')).toBe(true);
    await gateway.stop();
  });
});
