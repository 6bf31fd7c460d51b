import { isActive } from '../../../edge/alarm/judge.ts';
import { troubleRule } from '../../../edge/alarm/rule.ts';
import { rulesOf } from '../../../edge/alarm/rules-of.ts';
import { coincidenceRule } from '../../../edge/alarm/zone.ts';
import { type AlarmDesk, alarmDesk } from '../../../edge/runtime/alarms/alarm-desk.ts';
import { silentRule } from '../../../edge/runtime/alarms/silent-buses.ts';
import { type AlarmChange, isHidden } from '../../../sdk/model/alarm.ts';
import { deviceId } from '../../../sdk/model/ids.ts';
import { seconds } from '../../../sdk/model/time.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { memoryDisk, memoryJournal } from '../../support/memory-journal.ts';
import { recordingLog } from '../../support/recording-log.ts';
import type { Scene, Spoilt, Stage, Told } from './judgement-case.ts';
import { settingsOf, stationReader } from './station-reader.ts';

const busRule = troubleRule({
  condition: 'bus-down',
  onDelay: seconds(5),
  offDelay: seconds(0),
  source: 'as the gateway watches its buses',
});

export async function openStage({ stations, zones = [] }: Scene): Promise<Stage> {
  const disk = memoryDisk();
  const told: Told[] = [];
  const spoilt = new Map<string, Spoilt>();
  const down = new Set<string>();
  const buses = [...new Set(stations.map(({ bus }) => bus))];
  const readers = new Map(stations.map((station) => [station.id, stationReader(station)]));
  let boot = 0;
  /** Case time, ms, at which the monotonic clock of this boot was 0. */
  let began = 0;
  let awayUntil = 0;
  let clock = fakeClock();

  const start = async (): Promise<AlarmDesk> => {
    boot++;
    const desk = await alarmDesk({
      journal: memoryJournal(disk),
      clock,
      log: recordingLog(),
      boot,
      zones,
      onChange: (change) => note(change),
      onStored: () => undefined,
    });
    for (const station of stations) {
      const { id, bus, profile, pollMs = profile.pollMs } = station;
      desk.watch(deviceId(id), rulesOf({ ...station, pollMs, settings: settingsOf(station) }), bus);
    }
    for (const bus of buses) desk.watch(deviceId(bus), [busRule, silentRule]);
    for (const { id, coincidence } of zones)
      if (coincidence) desk.watch(deviceId(id), [coincidenceRule(coincidence.atLeast)]);
    return desk;
  };
  const note = (change: AlarmChange): void => {
    if (isHidden(change)) return;
    const { device, condition, kind, phase, event, at } = change;
    told.push({ device, condition, kind, phase, event, at: (began + at.mono) / 1_000 });
  };
  let desk = await start();
  const nowMs = (): number => began + clock.mono();

  return {
    told,
    now: () => nowMs() / 1_000,
    desk: () => desk,
    clock: () => clock,
    spoil(device, how) {
      if (how === undefined) spoilt.delete(device);
      else spoilt.set(device, how);
    },
    setDown(bus, isDown) {
      if (isDown) down.add(bus);
      else down.delete(bus);
    },
    async restart(how, awaySeconds) {
      if (how === 'stopped') await desk.save();
      const at = nowMs();
      clock = fakeClock(clock.wall());
      began = at;
      awayUntil = at + awaySeconds * 1_000;
      desk = await start();
    },
    read(station) {
      const how = down.has(station.bus) ? 'bus-down' : spoilt.get(station.id);
      const values = readers.get(station.id)?.(clock.mono(), how) ?? [];
      const device = deviceId(station.id);
      for (const [point, value] of values) desk.value(device, point, value);
      const best = values.find(([, value]) => value.quality !== 'lost') ?? values.at(-1);
      if (best) desk.answered(device, best[1]);
      return best !== undefined && (best[1].quality !== 'lost' || best[1].why !== 'timeout');
    },
    tick() {
      for (const bus of buses) desk.trouble(deviceId(bus), busRule.condition, down.has(bus));
      desk.tick();
    },
    isAway: () => nowMs() < awayUntil,
    advance: (ms) => clock.advance(ms),
  };
}

/** Whether it says to the world that something is wrong that was not told before. */
export const isRaising = ({ event, phase }: Told): boolean =>
  event === 'raised' || event === 'tested' || (event === 'unsuppressed' && isActive(phase));
