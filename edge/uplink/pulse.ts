import { elapsed, type Millis, type MonoTime, millis } from '../../sdk/model/time.ts';
import type { Clock } from '../platform/clock.ts';

/** What it has to know of a connection. */
export interface PulseLine {
  ping(): void;
  /** Calls for each packet that comes in; `pong`: it answers a ping. */
  onReceived(heard: (pong: boolean) => void): void;
}

export interface Pulse {
  /** Least round trip of the last pings: what a small packet takes while nothing else is on the line. */
  readonly roundTrip: Millis | undefined;
  stop(): void;
}

/** Pings that the round trip is judged by: of five minutes, so that a way that has become longer is believed then. */
const remembered = 20;
/** Nothing for so many intervals: the connection is dead. */
const deadAfter = 1.5;

/**
 * Whether a connection lives, by what comes in alone: one that takes what is sent and returns nothing is dead. Pings at
 * once, which measures the way before anything else is on it, and then always at this interval, however much is sent.
 */
export function pulse(line: PulseLine, interval: Millis, clock: Clock, dead: (why: string) => void): Pulse {
  const pinged: MonoTime[] = [];
  let trips: readonly Millis[] = [];
  let heard = clock.mono();
  let cancelPing: () => void;
  let cancelCheck: () => void;
  const limit = millis(interval * deadAfter);

  line.onReceived((pong) => {
    heard = clock.mono();
    const sent = pong ? pinged.shift() : undefined;
    if (sent !== undefined) trips = [...trips, elapsed(sent, heard)].slice(-remembered);
  });
  const ping = (): void => {
    pinged.push(clock.mono());
    line.ping();
    cancelPing = clock.after(interval, ping);
  };
  const check = (): void => {
    const silence = elapsed(heard, clock.mono());
    if (silence >= limit) dead(`nothing has come back for ${Math.round(silence / 1_000)} s`);
    else cancelCheck = clock.after(millis(limit - silence), check);
  };
  cancelCheck = clock.after(limit, check);
  cancelPing = () => undefined;
  ping();
  return {
    get roundTrip() {
      return trips.length === 0 ? undefined : millis(Math.min(...trips));
    },
    stop() {
      cancelPing();
      cancelCheck();
    },
  };
}
