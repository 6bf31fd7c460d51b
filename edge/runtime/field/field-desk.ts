import type { DeviceId } from '../../../sdk/model/ids.ts';
import type { BusQuality } from '../../../sdk/model/link-quality.ts';
import type { PointValue } from '../../../sdk/model/point.ts';
import { seconds } from '../../../sdk/model/time.ts';
import type { Journal } from '../../journal/journal.ts';
import { conditionKey } from '../../linkage/linkage.ts';
import type { Clock } from '../../platform/clock.ts';
import { withDeadline } from '../../platform/deadline.ts';
import type { Log } from '../../platform/log.ts';
import type { AlarmDesk } from '../alarms/alarm-desk.ts';
import type { Site, SiteDevice } from '../config/site.ts';
import { endNotReached, type LentOutput, linkageActor, notFollowing } from '../linkage-actor.ts';
import type { LinkageTrail } from '../records/linkage-trail.ts';
import type { Check } from '../self-test.ts';
import { type LivePoint, type TelemetryRecorder, telemetryRecorder } from '../telemetry-recorder.ts';
import type { Drive, FieldListener } from './field.ts';
import { openFields } from './open-fields.ts';

/** The field side as one: what comes in goes to telemetry, judgement and linkage; what linkage wants goes out. */
export interface FieldDesk extends AsyncDisposable {
  replace(devices: readonly SiteDevice[]): void;
  /** The set of active alarms changed. */
  alarmsChanged(): void;
  /** Lets the sounders of a condition, as `device/condition`, be heard shortly. */
  chirp(condition: string): void;
  /** For commands, whom nobody but the alarms goes before. */
  readonly outputs: OutputAccess;
  readonly recorder: TelemetryRecorder;
  readonly points: ReadonlyMap<string, readonly LivePoint[]>;
  /** Last answer of each device. */
  readonly answered: ReadonlyMap<string, PointValue>;
  /** Buses that cannot be reached, and why. */
  readonly problems: ReadonlyMap<string, string>;
  /** Of the Modbus buses, by their ids. */
  quality(): readonly (readonly [string, BusQuality])[];
  /** What the daily self-test looks at. */
  checks(): readonly Check[];
  run(signal: AbortSignal): Promise<void>;
}

/** How a command gets at an output and at what proves its effect. */
export type OutputAccess = {
  readonly device: (id: string) => SiteDevice | undefined;
  /** The last value of a point; nothing before the first. */
  readonly latest: (device: string, point: string) => PointValue | undefined;
  /** Calls back with every value of every point, until the returned function is called. */
  readonly watch: (told: (device: string, point: string, value: PointValue) => void) => () => void;
  readonly lend: (output: DeviceId, point: string) => LentOutput | undefined;
  /** @throws FengsuiError TIMEOUT, or as the bus says. */
  readonly write: (device: SiteDevice, point: string, drive: Drive) => Promise<void>;
};

export type FieldContext = {
  readonly journal: Journal;
  readonly alarms: AlarmDesk;
  readonly clock: Clock;
  readonly log: Log;
  readonly boot: number;
  readonly onStored: () => void;
  /** A device or bus came or went. */
  readonly onHealth: () => void;
  readonly trail: LinkageTrail;
};

const writeWithin = seconds(3);

export function fieldDesk(site: Site, ctx: FieldContext): FieldDesk {
  const { alarms, clock, log } = ctx;
  const recorder = telemetryRecorder({ ...ctx, ...site.journal });
  const answered = new Map<string, PointValue>();
  const problems = new Map<string, string>();
  const stopping = new AbortController();
  const outputs = new Set(site.linkage.map((rule) => conditionKey(rule.output, rule.point)));
  const proofs = new Set(site.linkage.flatMap(({ proof }) => (proof ? [conditionKey(proof.device, proof.point)] : [])));
  let devices: ReadonlyMap<string, SiteDevice> = new Map();
  let points: ReadonlyMap<string, readonly LivePoint[]> = new Map();

  const watchers = new Set<(device: string, point: string, value: PointValue) => void>();

  const write = async (device: SiteDevice, point: string, drive: Drive): Promise<void> => {
    const what = `switching ${device.id}/${point}`;
    await withDeadline({ clock, ms: writeWithin, signal: stopping.signal, what }, (s) =>
      fields.write(device, point, drive, s),
    );
  };
  const linkage = linkageActor({
    rules: site.linkage,
    log,
    clock,
    trail: ctx.trail,
    mismatch: (output, isSo) => alarms.trouble(output, notFollowing, isSo),
    withoutEffect: (output, isSo) => alarms.trouble(output, endNotReached, isSo),
    write: async (output, point, on) => {
      const device = devices.get(output);
      if (device) await write(device, point, on);
    },
  });
  const noteAnswer = (device: DeviceId, value: PointValue): void => {
    const before = answered.get(device);
    answered.set(device, value);
    if (!before || (before.quality === 'lost') !== (value.quality === 'lost')) ctx.onHealth();
    alarms.answered(device, value);
  };
  const listenerOf = (bus: string): FieldListener => ({
    values: (device, values) => {
      const live = points.get(device.id);
      let best: PointValue | undefined;
      for (const [name, value] of values) {
        const point = live?.find((p) => p.name === name);
        if (!point) continue;
        if (!best || best.quality === 'lost') best = value;
        recorder.record(point, value);
        alarms.value(device.id, name, value);
        for (const told of watchers) told(device.id, name, value);
        if (outputs.has(conditionKey(device.id, name))) linkage.readBack(device.id, name, value);
        if (proofs.has(conditionKey(device.id, name))) linkage.effect(device.id, name, value);
      }
      if (best) noteAnswer(device.id, best);
    },
    problem: (why) => {
      if (why === undefined) problems.delete(bus);
      else problems.set(bus, why);
      if (why === undefined) log.info('bus.up', { bus });
      else log.warn('bus.down', { bus, why });
      ctx.onHealth();
    },
  });
  const fields = openFields(site.buses, listenerOf, { clock, log });

  return {
    recorder,
    answered,
    problems,
    get points() {
      return points;
    },
    replace(next) {
      devices = new Map(next.map((d) => [d.id, d]));
      for (const known of answered.keys()) if (!devices.has(known)) answered.delete(known);
      points = recorder.setDevices(next);
      fields.replace(next);
    },
    alarmsChanged: () => linkage.update({ active: alarms.active, sounding: alarms.sounding }),
    chirp: (condition) => linkage.chirp(condition),
    outputs: {
      device: (id) => devices.get(id),
      latest: (device, point) => points.get(device)?.find(({ name }) => name === point)?.value,
      watch(told) {
        watchers.add(told);
        return () => watchers.delete(told);
      },
      lend: linkage.lend,
      write,
    },
    quality: () => fields.quality(),
    checks: () => [
      {
        name: 'buses',
        run: async () => {
          if (problems.size > 0) throw new Error([...problems].map(([bus, why]) => `${bus}: ${why}`).join('; '));
        },
      },
      {
        name: 'outputs',
        run: async () => {
          const stuck = site.linkage.filter((rule) => alarms.active.has(conditionKey(rule.output, notFollowing)));
          if (stuck.length > 0) throw new Error(`not following: ${stuck.map((rule) => rule.output).join(', ')}`);
        },
      },
    ],
    async run(signal) {
      await Promise.all([fields.run(signal), recorder.run(signal)]);
    },
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error('the gateway stops'));
      await fields[Symbol.asyncDispose]();
    },
  };
}
