import { isActive } from '../../../edge/alarm/judge.ts';
import type { AlarmKind } from '../../../sdk/model/alarm.ts';
import type { Crossing, JudgementCase, Told, Truth } from './judgement-case.ts';
import type { Played, Trace } from './run-case.ts';
import { isRaising } from './stage.ts';

/** An alarm that had to be raised, and what became of it. Times in s. */
export type Found = {
  readonly truth: Truth;
  /** Absent: there was no reason in the end, as for nature on the edge. */
  readonly window: readonly [from: number, by: number] | undefined;
  readonly raisedAt: number | undefined;
  /** From when there was a reason to when it was told. */
  readonly delay: number | undefined;
};

export type Verdict = {
  readonly found: readonly Found[];
  /** What had to be raised in time and was not, did not end as it must, or was told too often. In words. */
  readonly missed: readonly string[];
  /** Raised for no reason. */
  readonly falseAlarms: readonly (Told & { readonly kind: AlarmKind })[];
};

/** Two periods and a second: the sensor's last step, the poll and the clock of the world. */
const slack = 3;
/** Widest error of a gauge in the corpus, MPa or m. */
const sensorStep = 0.001;

/** Holds what was told against the truth. Pure. */
export function verdictOf({ truth }: JudgementCase, played: Played): Verdict {
  const raised = played.told.filter(isRaising);
  const taken = new Set<Told>();
  const found = truth.map((each): Found => {
    const window = windowOf(each, played.traces.get(each.device));
    const hit = raised.find((told) => !taken.has(told) && isOf(each, told) && isWithin(told.at, window));
    if (hit) taken.add(hit);
    const from = window?.[0];
    return {
      truth: each,
      window,
      raisedAt: hit?.at,
      delay: hit && from !== undefined ? Math.max(0, hit.at - from) : undefined,
    };
  });
  return {
    found,
    missed: [...found.flatMap((each) => missing(each, played.told)), ...missedHydrants(played)],
    falseAlarms: raised.filter((told) => !taken.has(told)),
  };
}

const isOf = ({ device, condition, kind }: Truth, told: Told): boolean =>
  told.device === device && told.condition === condition && told.kind === kind;
const isWithin = (at: number, window: Found['window']): boolean =>
  window !== undefined && at >= window[0] && at <= window[1];

function missing({ truth, window, raisedAt }: Found, told: readonly Told[]): readonly string[] {
  const { device, condition, optional, ends, toldAtMost = Number.POSITIVE_INFINITY } = truth;
  const name = `${device}/${condition}`;
  if (raisedAt === undefined) {
    if (optional) return [];
    return [window ? `${name} was not raised from ${window[0]} to ${window[1]} s` : `${name}: nature gave no reason`];
  }
  const own = told.filter((each) => each.device === device && each.condition === condition);
  const last = own.at(-1);
  const stands = last !== undefined && isActive(last.phase) ? 'active' : 'cleared';
  return [
    ...(ends !== undefined && ends !== stands ? [`${name} is ${stands} in the end, not ${ends}`] : []),
    ...(own.length > toldAtMost ? [`${name} was told ${own.length} times, not ${toldAtMost} at most`] : []),
  ];
}

/** From the first moment at which there can be a reason to the last at which it must have been told. */
function windowOf({ within }: Truth, trace: Trace = []): Found['window'] {
  if (!('below' in within)) return within;
  const first = trace.find(([, truly]) => truly < within.below + sensorStep)?.[0];
  const since = heldSince(trace, within);
  return first === undefined || since === undefined ? undefined : [first, since + within.heldS + slack];
}

/** Since when it is surely below for as long as is asked for; whatever the sensor's last step says. */
function heldSince(trace: Trace, { below, heldS }: Crossing): number | undefined {
  let since: number | undefined;
  for (const [at, truly] of trace) {
    if (truly >= below - sensorStep) since = undefined;
    else since ??= at;
    if (since !== undefined && at - since >= heldS) return since;
  }
  return undefined;
}

/** No hydrant is below 0.10 MPa for longer than its on-delay without being told, whatever a case says of it. */
function missedHydrants({ told, traces, stations }: Played): readonly string[] {
  return stations.flatMap(({ id, profile }) => {
    if (!profile.conditions?.['low-low'] || profile.points['pressure'] === undefined) return [];
    const since = heldSince(traces.get(id) ?? [], { below: 0.1, heldS: 2 + slack });
    if (since === undefined) return [];
    const isTold = told.some((each) => each.device === id && each.condition === 'low-low' && isRaising(each));
    return isTold ? [] : [`${id} is below 0.10 MPa from ${since} s on and nobody was told`];
  });
}
