import schedule from 'node-schedule';
import { millis, seconds } from '../../sdk/model/time.ts';
import type { Clock } from './clock.ts';
import { type Log, onChange } from './log.ts';

/** Five fields; the library itself also takes dates, and fills up what is missing. */
const fiveFields = /^[^\s:]+(\s+[^\s:]+){4}$/;

export const isCron = (cron: string): boolean => {
  if (!fiveFields.test(cron)) return false;
  const job = schedule.scheduleJob(cron, () => {});
  job?.cancel();
  return job !== null && job !== undefined;
};

/** When a cron expression fires next by the host's clock, Unix ms; `undefined` if never. */
export function nextFiring(cron: string): number | undefined {
  const job = schedule.scheduleJob(cron, () => {});
  const next = job?.nextInvocation();
  job?.cancel();
  return next?.getTime();
}

const checkEvery = seconds(10);
/** A wall clock that moved this much against the monotonic one was set. */
const stepped = seconds(5);
/** A firing this far from its date is one of a burst that the library makes up for days that never were. */
const burst = seconds(60);

/**
 * Calls `work` at the dates of a cron expression: calendar work only, never alarm timing. It runs only while the clock
 * is trusted, and starts over when the clock was set.
 */
export async function daily(
  cron: string,
  work: () => void,
  ctx: { clock: Clock; log: Log },
  signal: AbortSignal,
): Promise<void> {
  const { clock, log } = ctx;
  let job: schedule.Job | undefined;
  let offset = clock.wall() - clock.mono();
  const noteTrust = onChange<boolean>((trusted) => log.info('calendar.clock', { trusted }));
  const start = (): schedule.Job =>
    schedule.scheduleJob(cron, (due) => {
      if (Math.abs(clock.wall() - due.getTime()) <= burst) work();
    });
  while (!signal.aborted) {
    const trusted = clock.trust() === 'synced';
    const moved = Math.abs(clock.wall() - clock.mono() - offset);
    noteTrust(trusted);
    if (job && (!trusted || moved > stepped)) {
      log.warn('calendar.restarted', { trusted, movedMs: moved });
      job.cancel();
      job = undefined;
    }
    offset = clock.wall() - clock.mono();
    if (trusted) job ??= start();
    await clock.sleep(millis(checkEvery), signal).catch(() => undefined); // the loop sees the abort
  }
  job?.cancel();
}
