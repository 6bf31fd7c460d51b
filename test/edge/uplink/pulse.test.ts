import { describe, expect, it } from 'vitest';
import { pulse } from '../../../edge/uplink/pulse.ts';
import { seconds } from '../../../sdk/model/time.ts';
import { fakeClock } from '../../support/fake-clock.ts';

function stage() {
  const clock = fakeClock();
  const deaths: string[] = [];
  let pings = 0;
  let heard: (pong: boolean) => void = () => {};
  const line = {
    ping: () => void pings++,
    onReceived: (listener: (pong: boolean) => void) => {
      heard = listener;
    },
  };
  const beat = pulse(line, seconds(15), clock, (why) => deaths.push(why));
  return { clock, deaths, beat, pings: () => pings, receive: (pong = false) => heard(pong) };
}

describe('the pulse of a connection', () => {
  it('pings at once and at each interval, whatever else comes in', async () => {
    const s = stage();
    expect(s.pings()).toBe(1);
    for (let i = 0; i < 45; i++) {
      s.receive();
      await s.clock.advance(1_000);
    }
    expect([s.pings(), s.deaths]).toEqual([4, []]);
  });

  it('a connection on which nothing comes back is dead after one and a half intervals', async () => {
    const s = stage();
    await s.clock.advance(7_000);
    s.receive();
    await s.clock.advance(22_499);
    expect(s.deaths).toEqual([]);
    await s.clock.advance(1);
    expect(s.deaths).toEqual(['nothing has come back for 23 s']);
  });

  it('an answer that comes late is still a sign of life', async () => {
    const s = stage();
    for (let i = 0; i < 10; i++) {
      await s.clock.advance(20_000);
      s.receive(true);
    }
    expect(s.deaths).toEqual([]);
  });

  it('knows the shortest way of the last pings', async () => {
    const s = stage();
    expect(s.beat.roundTrip).toBeUndefined();
    await s.clock.advance(80);
    s.receive(true);
    await s.clock.advance(15_000);
    s.receive(); // no pong
    s.receive(true);
    expect(s.beat.roundTrip).toBe(80);
  });

  it('believes that the way has become longer after five minutes', async () => {
    const s = stage();
    await s.clock.advance(20);
    s.receive(true);
    for (let i = 0; i < 20; i++) {
      await s.clock.advance(14_980);
      await s.clock.advance(20);
      expect(s.beat.roundTrip).toBe(20);
      await s.clock.advance(0);
      s.receive(true);
    }
    await s.clock.advance(0);
    expect(s.beat.roundTrip).toBeGreaterThan(0);
  });

  it('stops', async () => {
    const s = stage();
    s.beat.stop();
    await s.clock.advance(60_000);
    expect([s.pings(), s.deaths]).toEqual([1, []]);
  });
});
