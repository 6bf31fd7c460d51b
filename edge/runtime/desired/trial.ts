import type { PointValue } from '../../../sdk/model/point.ts';
import { elapsed, type Millis, type MonoTime, millis, seconds } from '../../../sdk/model/time.ts';
import { type DesiredProblem, leastTrialMs, mostTrialMs } from '../../../sdk/wire/desired.ts';
import type { SiteDevice } from '../config/site.ts';

/** What the buses show just now. */
export type Sight = {
  readonly at: MonoTime;
  /** Last answer of each device. */
  readonly answered: ReadonlyMap<string, PointValue>;
  /** Buses that cannot be reached, and why. */
  readonly problems: ReadonlyMap<string, string>;
};

/** A list that is in force while its buses are watched. */
export type Trial = {
  readonly since: MonoTime;
  readonly length: Millis;
  /** Devices that the change leaves as they are, on a bus that it touches, and that answered before it. */
  readonly kept: readonly SiteDevice[];
  /** Devices that are new or changed. */
  readonly fresh: readonly SiteDevice[];
  /** When each was last heard, if it was since the beginning. */
  readonly heard: ReadonlyMap<string, MonoTime>;
  /** Since when a bus with such devices cannot be reached. */
  readonly down: ReadonlyMap<string, MonoTime>;
};

export type Verdict =
  | { readonly kind: 'goes-on'; readonly trial: Trial }
  /** With what does not answer: it may not be wired yet, and hurts nobody. */
  | { readonly kind: 'kept'; readonly problems: readonly DesiredProblem[] }
  | { readonly kind: 'failed'; readonly problems: readonly DesiredProblem[] };

const leastLength = seconds(30);
/** A change shows what it does to its neighbours within some rounds of polling. */
const settling = seconds(5);
/** A bus may connect anew. */
const bearsDown = seconds(5);

/** Pure. @param wantedMs how long to watch; unless given twice the longest silence bound of what is new, at least 30 s */
export function beginTrial(
  before: readonly SiteDevice[],
  after: readonly SiteDevice[],
  sight: Sight,
  wantedMs?: number,
): Trial {
  const [was, is] = [new Set(before), new Set(after)];
  const fresh = after.filter((device) => !was.has(device));
  const touched = new Set([...fresh, ...before.filter((device) => !is.has(device))].map(({ bus }) => bus));
  const kept = after.filter(
    (device) => was.has(device) && touched.has(device.bus) && isAnswer(sight.answered.get(device.id)),
  );
  const silence = Math.max(leastLength, ...fresh.map(({ profile }) => 2 * profile.silenceMs));
  // Nothing can be said of a device that is not asked some times.
  const length = Math.max(wantedMs ?? silence, ...kept.map(({ pollMs }) => 4 * pollMs));
  const bounded = millis(Math.min(Math.max(length, leastTrialMs), mostTrialMs));
  return { since: sight.at, length: bounded, kept, fresh, heard: new Map(), down: new Map() };
}

/** Pure. Call it often: what is seen in between is all that is known. */
export function watchTrial(before: Trial, sight: Sight): Verdict {
  const trial = { ...before, heard: heardBy(before, sight), down: downBy(before, sight) };
  const isOver = elapsed(trial.since, sight.at) >= trial.length;
  const dead = [...trial.down].filter(([, since]) => isOver || elapsed(since, sight.at) >= bearsDown);
  if (dead.length > 0) return { kind: 'failed', problems: dead.map(([bus]) => busProblem(bus, sight)) };
  const silent = trial.kept.filter((device) => (isOver ? isSilentAtEnd : isSilent)(trial, device, sight));
  if (silent.length > 0) return { kind: 'failed', problems: silent.map(silentProblem) };
  const missing = trial.fresh.filter(({ id }) => !trial.heard.has(id));
  if (isOver) return { kind: 'kept', problems: missing.map((device) => missingProblem(device, sight)) };
  const settledAfter = Math.min(settling, trial.length / 2);
  const isSound =
    missing.length === 0 &&
    elapsed(trial.since, sight.at) >= settledAfter &&
    trial.kept.every(({ id }) => trial.heard.has(id) && isAnswer(sight.answered.get(id)));
  return isSound ? { kind: 'kept', problems: [] } : { kind: 'goes-on', trial };
}

const isAnswer = (value: PointValue | undefined): boolean => value !== undefined && value.quality !== 'lost';

function heardBy(trial: Trial, { answered }: Sight): ReadonlyMap<string, MonoTime> {
  const heard = new Map(trial.heard);
  for (const { id } of [...trial.kept, ...trial.fresh]) {
    const value = answered.get(id);
    if (value && isAnswer(value) && value.at > trial.since) heard.set(id, value.at);
  }
  return heard;
}

function downBy(trial: Trial, { problems, at }: Sight): ReadonlyMap<string, MonoTime> {
  const buses = new Set(trial.kept.map(({ bus }) => bus).filter((bus) => problems.has(bus)));
  return new Map([...buses].map((bus) => [bus, trial.down.get(bus) ?? at]));
}

/** Half its silence bound without an answer, so that it is put right before its silence is told as a fault. */
function isSilent(trial: Trial, { id, pollMs, profile }: SiteDevice, { at }: Sight): boolean {
  const patience = Math.max(profile.silenceMs / 2, 3 * pollMs);
  return elapsed(trial.heard.get(id) ?? trial.since, at) >= patience;
}

/** Not heard in the second half; of a device that is asked too seldom for that, whether its last answer is missing. */
function isSilentAtEnd(trial: Trial, { id, pollMs }: SiteDevice, { at, answered }: Sight): boolean {
  const last = trial.heard.get(id);
  if (last !== undefined) return elapsed(last, at) > Math.max(trial.length / 2, 2 * pollMs);
  const value = answered.get(id);
  return value !== undefined && value.at > trial.since && !isAnswer(value);
}

const busProblem = (bus: string, { problems }: Sight): DesiredProblem => ({
  path: '',
  message: `bus “${bus}” could be reached before and cannot be since: ${problems.get(bus) ?? 'no answer'}`,
});

const silentProblem = ({ id, bus }: SiteDevice): DesiredProblem => ({
  device: id,
  path: '',
  message: `answered before and fell silent; the change is on its bus “${bus}”`,
});

function missingProblem({ id, bus, line }: SiteDevice, { answered, problems }: Sight): DesiredProblem {
  const value = answered.get(id);
  const why = problems.get(bus) ?? (value?.quality === 'lost' ? value.why : 'not read yet');
  return {
    device: id,
    path: line ? 'line' : 'unit',
    message: `does not answer yet (${why}): check address and wiring`,
  };
}
