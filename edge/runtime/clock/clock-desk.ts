import { describeError } from '../../../sdk/model/errors.ts';
import type { RunClock } from '../../../sdk/model/run-clock.ts';
import { elapsed, type MonoTime, minutes, seconds, type WallTime, wallTime } from '../../../sdk/model/time.ts';
import type { ClockStatus } from '../../../sdk/wire/methods.ts';
import type { Journal, Lane } from '../../journal/journal.ts';
import type { BootIdentity } from '../../platform/boot-identity.ts';
import type { Clock } from '../../platform/clock.ts';
import { type ClockWatch, unwatched, watchedClock } from '../../platform/clock-watch.ts';
import { withDeadline } from '../../platform/deadline.ts';
import type { GuardedClock } from '../../platform/guarded-clock.ts';
import { type Log, onChange } from '../../platform/log.ts';
import { joined, type KeptClock, type KnownRun, readKept, wallByEarlier, writeKept } from './kept-clock.ts';

/** Watches the system's wall clock, keeps what is known of time across runs, and tells how stamps lie in right time. */
export type ClockDesk = {
  readonly clocks: () => readonly RunClock[];
  readonly status: () => ClockStatus;
  readonly run: (signal: AbortSignal) => Promise<void>;
};

export type ClockDeskContext = {
  readonly journal: Journal;
  /** The system's clock, wrong as it may be, … */
  readonly system: Clock;
  /** … and the one that stamps are made by. */
  readonly clock: GuardedClock;
  readonly log: Log;
  readonly boot: number;
  readonly identity: BootIdentity;
  /** The clock was set, or is trusted from now on, or is not any more. */
  readonly onChange: () => void;
  /** The system's clock was set: by how much, ms; negative: back. */
  readonly onStep?: (byMs: number) => void;
};

const key = 'clock';
const lookEvery = seconds(1);
/** Something has changed that should outlive a power cut; not more often, for the card's sake. */
const saveSoon = minutes(1);
/** Between these the newest entry of the journal tells how late it was. */
const saveAnyway = minutes(10);
const lastSave = seconds(2);
/** Runs whose stamps may still be waiting to be sent. */
const earlierRuns = 3;

/** Opens with what earlier runs knew, so that from the first stamp on the clock is not before its own past. */
export async function clockDesk(ctx: ClockDeskContext): Promise<ClockDesk> {
  const { journal, system, clock, log, boot, identity } = ctx;
  const kept = await restore(journal, log);
  const earlier = (kept?.runs ?? []).slice(-earlierRuns);
  const now = wallByEarlier(earlier, identity, system.mono());
  const past = [kept?.wall, ...(await lastStamps(journal))].filter((wall) => wall !== undefined);
  if (now !== undefined) clock.goOnFrom(now);
  else if (past.length > 0) clock.notBefore(wallTime(Math.max(...past)));

  let watch: ClockWatch = unwatched;
  let saved: MonoTime | undefined;
  let isChanged = true;
  let isSaving = false;
  /** The clock is right for the first time in this run: too good to be lost by a power cut. */
  let isUrgent = false;
  const changed = (): void => {
    isChanged = true;
    ctx.onChange();
  };
  const runs = (): readonly KnownRun[] => {
    const own: KnownRun = { boot, ...identity, points: watch.points };
    return [...earlier.map((run) => joined(run, own)), own];
  };
  const save = async (): Promise<void> => {
    saved = system.mono();
    isChanged = false;
    isUrgent = false;
    await journal.keep({ key, value: writeKept({ wall: clock.wall(), runs: runs() }) });
  };
  const saveSometimes = (): void => {
    const since = saved === undefined ? saveAnyway : elapsed(saved, system.mono());
    if (isSaving || (!isUrgent && since < (isChanged ? saveSoon : saveAnyway))) return;
    isSaving = true;
    save()
      .catch((e: unknown) => log.warn('clock.not-kept', { why: describeError(e) }))
      .finally(() => {
        isSaving = false;
      });
  };
  const noteTrust = onChange<string>((trust, from) => {
    log.info('clock.trust', { trust });
    if (from !== undefined) changed();
  });
  const look = (): void => {
    const { steps, points } = watch;
    const sample = { mono: system.mono(), wall: system.wall(), trust: system.trust(), errorMs: system.errorMs?.() };
    watch = watchedClock(watch, sample);
    isUrgent ||= points.length === 0 && watch.points.length > 0;
    noteTrust(clock.trust());
    if (watch.steps === steps) return;
    log.warn('clock.stepped', { byMs: watch.lastStep, trust: sample.trust });
    ctx.onStep?.(watch.lastStep ?? 0);
    changed();
  };
  look();
  return {
    clocks: () => runs().filter(({ points }) => points.length > 0),
    status: () => {
      const errorMs = system.errorMs?.();
      return {
        trust: clock.trust(),
        ...(errorMs !== undefined && { errorMs }),
        steps: watch.steps,
        ...(watch.lastStep !== undefined && { lastStepMs: watch.lastStep }),
      };
    },
    async run(signal) {
      while (!signal.aborted) {
        look();
        saveSometimes();
        await system.sleep(lookEvery, signal).catch(() => undefined); // the loop sees the abort
      }
      // A disk that fails must not hold up the end.
      const deadline = { clock: system, ms: lastSave, signal: new AbortController().signal, what: 'the clock' };
      await withDeadline(deadline, save).catch((e: unknown) => log.warn('clock.not-kept', { why: describeError(e) }));
    },
  };
}

async function restore(journal: Journal, log: Log): Promise<KeptClock | undefined> {
  const bytes = (await journal.kept(key)).get(key);
  try {
    return bytes && readKept(bytes);
  } catch (e) {
    log.warn('clock.kept-unreadable', { why: describeError(e) });
    return undefined;
  }
}

/** What was stored last was stored by then. */
async function lastStamps(journal: Journal): Promise<readonly WallTime[]> {
  const { lanes } = journal.status();
  const last = async (lane: Lane): Promise<readonly WallTime[]> =>
    (await journal.read(lane, Math.max(0, lanes[lane].last - 1), 1)).map(({ at }) => at);
  return [...(await last('alarm')), ...(await last('telemetry'))];
}
