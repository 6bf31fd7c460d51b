import { isActive } from '../../../edge/alarm/judge.ts';
import { troubleRule } from '../../../edge/alarm/rule.ts';
import { rulesOf } from '../../../edge/alarm/rules-of.ts';
import { coincidenceRule } from '../../../edge/alarm/zone.ts';
import { type AlarmDesk, type AlarmDeskContext, alarmDesk } from '../../../edge/runtime/alarms/alarm-desk.ts';
import { silentRule } from '../../../edge/runtime/alarms/silent-buses.ts';
import { type AlarmChange, isHidden } from '../../../sdk/model/alarm.ts';
import { deviceId } from '../../../sdk/model/ids.ts';
import { seconds } from '../../../sdk/model/time.ts';
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts';
import { type MemoryDisk, memoryDisk, memoryJournal } from '../../support/memory-journal.ts';
import { recordingLog } from '../../support/recording-log.ts';
import type { Scene, Spoilt, Stage, Told } from './judgement-case.ts';
import { settingsOf, stationReader } from './station-reader.ts';

const busRule = troubleRule({
  condition: 'bus-down',
  onDelay: seconds(5),
  offDelay: seconds(0),
  source: 'as the gateway watches its buses',
});

export async function openStage(scene: Scene): Promise<Stage> {
  const { stations } = scene;
  const spoilt = new Map<string, Spoilt>();
  const down = new Set<string>();
  const readers = new Map(stations.map((station) => [station.id, stationReader(station)]));
  const gateway = await gatewayOf(scene);
  return {
    ...gateway,
    spoil(device, how) {
      if (how === undefined) spoilt.delete(device);
      else spoilt.set(device, how);
    },
    setDown(bus, isDown) {
      if (isDown) down.add(bus);
      else down.delete(bus);
    },
    read(station) {
      const desk = gateway.desk();
      const how = down.has(station.bus) ? 'bus-down' : spoilt.get(station.id);
      const values = readers.get(station.id)?.(gateway.clock().mono(), how) ?? [];
      const device = deviceId(station.id);
      for (const [point, value] of values) desk.value(device, point, value);
      const best = values.find(([, value]) => value.quality !== 'lost') ?? values.at(-1);
      if (best) desk.answered(device, best[1]);
      return best !== undefined && (best[1].quality !== 'lost' || best[1].why !== 'timeout');
    },
    tick() {
      const desk = gateway.desk();
      for (const bus of busesOf(scene)) desk.trouble(deviceId(bus), busRule.condition, down.has(bus));
      desk.tick();
    },
  };
}

type Gateway = Pick<Stage, 'told' | 'now' | 'desk' | 'clock' | 'restart' | 'isAway' | 'advance'>;

/** The judging part of a gateway over a disk that outlives it. Each of its lives has a monotonic clock of its own. */
async function gatewayOf(scene: Scene): Promise<Gateway> {
  const disk = memoryDisk();
  const told: Told[] = [];
  /** `began`: case time, ms, at which the monotonic clock of this life was 0. */
  let life = { boot: 1, began: 0, clock: fakeClock() };
  let backAt: number | undefined;
  const note = (change: AlarmChange): void => {
    if (isHidden(change)) return;
    const { device, condition, kind, phase, event, at } = change;
    told.push({ device, condition, kind, phase, event, at: (life.began + at.mono) / 1_000 });
  };
  const nowMs = (): number => life.began + life.clock.mono();
  let desk = await deskOf(scene, { ...life, disk, onChange: note });
  return {
    told,
    now: () => nowMs() / 1_000,
    desk: () => desk,
    clock: () => life.clock,
    async restart(how, awaySeconds) {
      if (how === 'stopped') await desk.save();
      backAt = nowMs() + awaySeconds * 1_000;
    },
    isAway: () => backAt !== undefined,
    async advance(ms) {
      await life.clock.advance(ms);
      if (backAt === undefined || nowMs() < backAt) return;
      backAt = undefined;
      life = { boot: life.boot + 1, began: nowMs(), clock: fakeClock(life.clock.wall()) };
      desk = await deskOf(scene, { ...life, disk, onChange: note });
    },
  };
}

type DeskParts = Pick<AlarmDeskContext, 'boot' | 'onChange'> & { readonly clock: FakeClock; readonly disk: MemoryDisk };

/** An alarm desk that watches what a gateway would. */
async function deskOf(scene: Scene, { disk, ...parts }: DeskParts): Promise<AlarmDesk> {
  const { stations, zones = [] } = scene;
  const more = { journal: memoryJournal(disk), log: recordingLog(), zones, onStored: () => undefined };
  const desk = await alarmDesk({ ...parts, ...more });
  for (const station of stations) {
    const { id, bus, profile, pollMs = profile.pollMs } = station;
    desk.watch(deviceId(id), rulesOf({ ...station, pollMs, settings: settingsOf(station) }), bus);
  }
  for (const bus of busesOf(scene)) desk.watch(deviceId(bus), [busRule, silentRule]);
  for (const { id, coincidence } of zones)
    if (coincidence) desk.watch(deviceId(id), [coincidenceRule(coincidence.atLeast)]);
  return desk;
}

const busesOf = ({ stations }: Scene): ReadonlySet<string> => new Set(stations.map(({ bus }) => bus));

/** Whether it says to the world that something is wrong that was not told before. */
export const isRaising = ({ event, phase }: Told): boolean =>
  event === 'raised' || event === 'tested' || (event === 'unsuppressed' && isActive(phase));
