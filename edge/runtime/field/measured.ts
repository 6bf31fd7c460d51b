import type { BusQuality, Turnaround } from '../../../sdk/model/link-quality.ts';
import { type Millis, seconds } from '../../../sdk/model/time.ts';
import { assumedAnswer } from './bus-endpoint.ts';

/** How long units take to begin their answers, where that differs enough from what was assumed; by unit. */
export type Measured = ReadonlyMap<number, Turnaround>;

/** How often it is worth looking at. */
export const measureEvery: Millis = seconds(60);

/** Answers before a figure is believed. */
const enough = 8;
/** What makes no difference to a plan: less than this share of what was reckoned with, or less than this many ms. */
const negligible = { share: 0.2, ms: 1 };

/** What to reckon with from now on: `known` itself if what is measured differs by no more than a fifth. Pure. */
export function remeasured(known: Measured, { units }: BusQuality): Measured {
  const changed = units.flatMap(({ unit, answers, turnaround }) => {
    if (!turnaround || answers < enough) return [];
    const before = known.get(unit) ?? { p50Ms: assumedAnswer, p99Ms: assumedAnswer };
    const isSame = !differs(before.p50Ms, turnaround.p50Ms) && !differs(before.p99Ms, turnaround.p99Ms);
    return isSame ? [] : [[unit, turnaround] as const];
  });
  return changed.length > 0 ? new Map([...known, ...changed]) : known;
}

const differs = (before: number, now: number): boolean =>
  Math.abs(now - before) > Math.max(negligible.ms, negligible.share * before);
