import { describe, expect, it } from 'vitest';
import { presentState } from '../../../edge/uplink/present-state.ts';
import { fakeClock } from '../../support/fake-clock.ts';

/** A destination that has taken `cursor` of `last` entries; the present state is two messages. */
function stage() {
  const clock = fakeClock();
  const lane = { last: 1_000, cursor: 0 };
  const made: number[] = [];
  let wakes = 0;
  const present = presentState({
    clock,
    last: () => lane.last,
    cursor: () => lane.cursor,
    make: (seq) => {
      made.push(seq);
      return [Uint8Array.of(1), Uint8Array.of(2)];
    },
    wake: () => void wakes++,
  });
  /** Sends all that is due; each message takes so long. */
  const sendAll = async (ms = 10): Promise<number[]> => {
    const sent: number[] = [];
    for (let body = present.next(); body; body = present.next()) {
      sent.push(...body);
      await clock.advance(ms);
      present.done();
    }
    return sent;
  };
  return { clock, lane, made, present, sendAll, wakes: () => wakes };
}

describe('the present state', () => {
  it('is due once with a connection, and tells the last entry before it', async () => {
    const s = stage();
    expect(await s.sendAll()).toEqual([]);
    s.present.begin();
    expect(await s.sendAll()).toEqual([1, 2]);
    expect(await s.sendAll()).toEqual([]);
    expect(s.made).toEqual([1_000]);
  });

  it('is told again after ten seconds, and each minute, while the destination is behind', async () => {
    const s = stage();
    s.present.begin();
    await s.sendAll();
    for (const after of [10_000, 60_000, 60_000]) {
      await s.clock.advance(after - 1);
      expect(await s.sendAll()).toEqual([]);
      await s.clock.advance(1);
      expect(await s.sendAll()).toEqual([1, 2]);
    }
    expect(s.wakes()).toBe(3);
  });

  it('is not told again once all has been taken that was there at the look before, and is when it falls behind', async () => {
    const s = stage();
    s.present.begin();
    await s.sendAll();
    s.lane.cursor = 1_000;
    s.lane.last = 1_007;
    await s.clock.advance(10_000);
    expect(await s.sendAll()).toEqual([]);
    await s.clock.advance(60_000);
    expect(await s.sendAll()).toEqual([1, 2]);
  });

  it('takes a tenth of a slow line', async () => {
    const s = stage();
    s.present.begin();
    await s.sendAll(6_000); // 12 s
    await s.clock.advance(119_000);
    expect(await s.sendAll()).toEqual([]);
    await s.clock.advance(1_000);
    expect(await s.sendAll()).toEqual([1, 2]);
  });

  it('what was left of it is let go with the connection, and no timer runs on, though the last of it was taken', async () => {
    const s = stage();
    s.present.begin();
    expect([s.present.next(), s.present.next()]).toEqual([Uint8Array.of(1), Uint8Array.of(2)]);
    s.present.done();
    s.present.end();
    s.present.done();
    expect(s.present.next()).toBeUndefined();
    await s.clock.advance(200_000);
    expect(s.wakes()).toBe(0);
    s.present.begin();
    expect(await s.sendAll()).toEqual([1, 2]);
  });
});
