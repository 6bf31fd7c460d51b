import { elapsed, type Millis, type MonoTime, millis, minutes, seconds } from '../../../sdk/model/time.ts';

/** A part of the gateway that must make progress, each within its own time. */
export type Heartbeat = { readonly part: string; readonly last: MonoTime; readonly within: Millis };

/** Pure: the parts that have not made progress in their time. Whoever feeds a watchdog does so only while there are none. */
export const stuck = (beats: readonly Heartbeat[], now: MonoTime): readonly string[] =>
  beats.filter(({ last, within }) => elapsed(last, now) > within).map(({ part }) => part);

/** What of a bus can be seen from outside. */
export type BusSign = {
  readonly id: string;
  /** Requests sent so far, and when a device of it was last judged, answered or not: either is progress. */
  readonly requests: number;
  readonly judged: MonoTime | undefined;
  /** It cannot be reached, which is told, and tried again: the loop is alive. */
  readonly isDown: boolean;
  /** Shortest period of its devices; absent without devices. */
  readonly pollMs: number | undefined;
};
/** When each bus was last seen to work, and the count of requests by which that was seen. */
export type BusProgress = ReadonlyMap<string, { readonly at: MonoTime; readonly requests: number }>;

/** Silent devices are asked less and less often. */
const backedOff = minutes(2);

/** Pure: takes one more look at the buses. */
export function busProgress(before: BusProgress, signs: readonly BusSign[], now: MonoTime): BusProgress {
  return new Map(
    signs.map(({ id, requests, judged, isDown }) => {
      const known = before.get(id);
      const isAlive = !known || isDown || requests !== known.requests || (judged !== undefined && judged > known.at);
      return [id, { at: isAlive ? now : known.at, requests }] as const;
    }),
  );
}

/** Pure: a bus with devices must make progress within three of its periods, and the time of backing off. */
export const busBeats = (progress: BusProgress, signs: readonly BusSign[]): readonly Heartbeat[] =>
  signs.flatMap(({ id, pollMs }): readonly Heartbeat[] => {
    const at = progress.get(id)?.at;
    if (at === undefined || pollMs === undefined) return [];
    return [{ part: `bus ${id}`, last: at, within: millis(pollMs * 3 + backedOff) }];
  });

/** Judgement and journal are tried anew with each feed; a disk that stalls for some seconds is no reason to restart. */
export const triedWithin = seconds(30);
