import { describeError } from '../../../sdk/model/errors.ts';
import { deviceId } from '../../../sdk/model/ids.ts';
import type { MonoTime } from '../../../sdk/model/time.ts';
import type { Journal } from '../../journal/journal.ts';
import { allUntil } from '../../platform/all-until.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Log, onChange } from '../../platform/log.ts';
import type { Feeder } from '../../platform/watchdog-feeder.ts';
import type { AlarmDesk } from '../alarms/alarm-desk.ts';
import type { Site, SiteDevice } from '../config/site.ts';
import type { FieldDesk } from '../field/field-desk.ts';
import { heartbeat } from '../watch-itself.ts';
import {
  type BusProgress,
  type BusSign,
  busBeats,
  busProgress,
  type Heartbeat,
  stuck,
  triedWithin,
} from './heartbeats.ts';

export type WatchdogParts = {
  readonly site: Site;
  readonly devices: () => readonly SiteDevice[];
  readonly fields: Pick<FieldDesk, 'quality' | 'answered' | 'problems'>;
  readonly alarms: Pick<AlarmDesk, 'trouble'>;
  readonly journal: Pick<Journal, 'kept' | 'status'>;
  readonly clock: Clock;
  readonly log: Log;
};

/** Feeds every watchdog as long as buses, judgement and journal make progress; says so in the log when it stops. */
export async function runWatchdog(
  feeders: readonly Feeder[],
  parts: WatchdogParts,
  signal: AbortSignal,
): Promise<void> {
  const look = progressOf(parts);
  await allUntil(signal, (inner) => feeders.map((feeder) => feedOn(feeder, look, parts, inner)));
}

/** Feeds one while `look` names no part that has stopped, until the signal fires. */
export async function feedOn(
  feeder: Feeder,
  look: () => readonly string[],
  { clock, log }: Pick<WatchdogParts, 'clock' | 'log'>,
  signal: AbortSignal,
): Promise<void> {
  const note = onChange<string>((why) =>
    why === '' ? log.info('watchdog.fed', { by: feeder.name }) : log.warn('watchdog.hungry', { by: feeder.name, why }),
  );
  while (!signal.aborted) {
    const why = look().join(', ');
    note(why);
    // What goes wrong with feeding is the watchdog's to punish, and not ours to die of.
    if (why === '') await feeder.feed().catch((e: unknown) => note(describeError(e)));
    await clock.sleep(feeder.every, signal).catch(() => undefined); // the loop sees the abort
  }
}

/** Names the parts that have stopped. Tries judgement and journal anew with every call; their answers count for the next. */
function progressOf(parts: WatchdogParts): () => readonly string[] {
  const { site, alarms, journal, clock, log } = parts;
  const gateway = deviceId(site.address.gateway);
  let buses: BusProgress = new Map();
  let judged = clock.mono();
  let answered = clock.mono();
  const judge = (): void => {
    // A record that goes the whole way through the judgement and never gets to be an alarm.
    try {
      alarms.trouble(gateway, heartbeat, true);
      alarms.trouble(gateway, heartbeat, false);
      judged = clock.mono();
    } catch (e) {
      log.warn('watchdog.judgement', { why: describeError(e) });
    }
  };
  const ask = (): void => {
    const answers = (): void => {
      answered = clock.mono();
    };
    // A disk that fails is told as a fault, and a restart does not mend it. One that says nothing may be a thread that hangs.
    const { degraded, isStalled } = journal.status();
    if (degraded !== undefined && !isStalled) answers();
    else journal.kept('watchdog').then(answers, () => undefined); // no answer is what is looked for
  };
  return () => {
    judge();
    ask();
    const now = clock.mono();
    const signs = site.buses.map(({ id }) => signOf(id, parts));
    buses = busProgress(buses, signs, now);
    const beats: readonly Heartbeat[] = [
      { part: 'judgement', last: judged, within: triedWithin },
      { part: 'journal', last: answered, within: triedWithin },
      ...busBeats(buses, signs),
    ];
    return stuck(beats, now);
  };
}

function signOf(id: string, { devices, fields }: WatchdogParts): BusSign {
  const own = devices().filter((device) => device.bus === id);
  const times = own.flatMap((device) => fields.answered.get(device.id)?.at ?? []);
  return {
    id,
    requests: fields.quality().find(([bus]) => bus === id)?.[1].requests ?? 0,
    judged: times.length > 0 ? latest(times) : undefined,
    isDown: fields.problems.has(id),
    pollMs: own.length > 0 ? Math.min(...own.map(({ pollMs }) => pollMs)) : undefined,
  };
}

const latest = (times: readonly MonoTime[]): MonoTime | undefined => times.toSorted((a, b) => b - a)[0];
