import type { AlarmChange } from '../../../sdk/model/alarm.ts';
import type { Sample } from '../../../sdk/wire/telemetry.ts';
import { alarmChange } from '../../support/fake-gateway.ts';
import { samplesAt } from '../../support/history-entries.ts';

export const points = 100;
/** Each point has a new value so often. */
export const roundMs = 10_000;
export const alarmEveryMs = 30_000;
/** From the commit to the platform's word on it, of each of two destinations. */
export const answersAfterMs = { near: 60, far: 150 } as const;
export type Destination = keyof typeof answersAfterMs;
export const destinations: readonly Destination[] = ['near', 'far'];
const alarmDevices = 20;

/** One way to keep what a gateway reads; it commits by itself, the waiting readings once an interval and an alarm at once. */
export interface Keeper {
  take(sample: Sample): void;
  alarm(change: AlarmChange): void;
  /** Commits so far of readings. */
  commits(): number;
  close(): Promise<void>;
}

/** The values of one round, to be taken one after the other. */
export const roundOf = (round: number): readonly Sample[] => samplesAt(points, Date.now(), round);

/** The `nth` alarm change: raised and cleared in turn. */
export function nthChange(nth: number): AlarmChange {
  const change = alarmChange(nth);
  return { ...change, condition: `low-${nth % alarmDevices}`, event: nth % 2 === 0 ? 'raised' : 'cleared' };
}

/** Feeds at real pace until the time is over. Returns how many samples were taken. */
export async function feed(keeper: Keeper, seconds: number): Promise<number> {
  const began = performance.now();
  const spanMs = seconds * 1_000;
  let [taken, alarms] = [0, 0];
  let round: readonly Sample[] = [];
  for (let at = 0; at < spanMs; at = performance.now() - began) {
    for (; taken < Math.floor((at / roundMs) * points); taken++) {
      if (taken % points === 0) round = roundOf(taken / points);
      const sample = round[taken % points];
      if (sample) keeper.take(sample);
    }
    for (; alarms < Math.floor(at / alarmEveryMs + 0.5); alarms++) keeper.alarm(nthChange(alarms));
    await new Promise((done) => setTimeout(done, 50));
  }
  return taken;
}
