import { rulesOf } from '../../edge/alarm/rules-of.ts';
import type { Zone } from '../../edge/alarm/zone.ts';
import { alarmDesk } from '../../edge/runtime/alarms/alarm-desk.ts';
import type { AlarmChange } from '../../sdk/model/alarm.ts';
import { deviceId } from '../../sdk/model/ids.ts';
import type { Loss, PointValue, Scalar } from '../../sdk/model/point.ts';
import type { ProfileSpec } from '../../sdk/model/profile.ts';
import { decodeAlarm } from '../../sdk/wire/alarm-message.ts';
import { defaultSettings } from './default-settings.ts';
import { fakeClock } from './fake-clock.ts';
import { type MemoryDisk, memoryDisk, memoryJournal } from './memory-journal.ts';
import { recordingLog } from './recording-log.ts';

type Options = { readonly disk?: MemoryDisk; readonly boot?: number; readonly zones?: readonly Zone[] };

/** One run of an alarm desk on a fake clock, over a disk that outlives it. */
export async function deskRun({ disk = memoryDisk(), boot = 1, zones = [] }: Options = {}) {
  const clock = fakeClock();
  const log = recordingLog();
  const journal = memoryJournal(disk);
  const changes: AlarmChange[] = [];
  const activeAtChange: string[][] = [];
  const chirps: string[] = [];
  let stored = 0;
  const desk = await alarmDesk({
    journal,
    clock,
    log,
    boot,
    zones,
    onChange: (change) => {
      changes.push(change);
      activeAtChange.push([...desk.active]);
    },
    onStored: () => stored++,
    onChirp: (condition) => chirps.push(condition),
  });
  const good = (value: Scalar): PointValue => ({ quality: 'good', at: clock.mono(), value });
  return {
    disk,
    clock,
    log,
    journal,
    desk,
    changes,
    activeAtChange,
    chirps,
    good,
    stored: () => stored,
    events: (): string[] => changes.map((c) => `${c.device}/${c.condition} ${c.event} ${c.occurrence}`),
    entries: (): AlarmChange[] => disk.lanes.alarm.map((e) => decodeAlarm(e.body).change),
    watch(device: string, profile: ProfileSpec, more: { bus?: string; verifyMs?: number } = {}): void {
      const { bus, ...judged } = more;
      const settings = defaultSettings(profile);
      desk.watch(deviceId(device), rulesOf({ profile, settings, pollMs: profile.pollMs, ...judged }), bus);
    },
    /** A good value of a point; the device answers with it. */
    sees(device: string, point: string, value: Scalar): void {
      desk.value(deviceId(device), point, good(value));
      desk.answered(deviceId(device), good(value));
    },
    /** The device does not answer. */
    misses(device: string, why: Loss = 'timeout'): void {
      desk.answered(deviceId(device), { quality: 'lost', at: clock.mono(), why });
    },
    /** Moves the clock in steps of a second, with the desk's own tick. */
    async wait(seconds: number, each: () => void = () => undefined): Promise<void> {
      for (let i = 0; i < seconds; i++) {
        await clock.advance(1_000);
        each();
        desk.tick();
      }
    },
  };
}
export type DeskRun = Awaited<ReturnType<typeof deskRun>>;
