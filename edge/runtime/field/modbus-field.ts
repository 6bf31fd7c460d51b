import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { BusQuality, UnitState } from '../../../sdk/model/link-quality.ts';
import { later } from '../../../sdk/model/time.ts';
import type { ModbusBus } from '../../bus/modbus/modbus-bus.ts';
import type { LineCost } from '../../bus/plan/line-cost.ts';
import type { PlannedRead } from '../../bus/plan/planned-read.ts';
import { poller } from '../../bus/poll/poller.ts';
import type { Ticker } from '../../bus/poll/ticker.ts';
import type { Reading } from '../../bus/reading.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Log, onChange } from '../../platform/log.ts';
import { devicePoints } from '../../point/device-points.ts';
import { resolveAddress } from '../../point/resolve-address.ts';
import type { SiteDevice } from '../config/site.ts';
import type { Learnt } from './bus-load.ts';
import type { Drive, Field, FieldListener } from './field.ts';
import { type Measured, measureEvery, remeasured } from './measured.ts';
import { planBus } from './plan-bus.ts';
import { refusedHoles } from './refused-holes.ts';
import { type UnitAnswers, unitAnswers } from './unit-answers.ts';

export type ModbusFieldOptions = {
  readonly clock: Clock;
  /** One for all buses of a gateway. */
  readonly ticker: Ticker;
  readonly log: Log;
  /** As in the options of the poller. */
  readonly confirm: boolean;
  /** What reads cost before anything was measured. */
  readonly cost: LineCost;
  /** Without, plans stay as they were made. */
  readonly learning?: Learning;
  readonly listener: FieldListener;
};

/** What becomes of what the answers show of the line. */
export type Learning = {
  /** What reads cost by what was measured. */
  readonly costOf: (measured: Measured) => LineCost;
  /** What is to be carried, or what is known of it, has changed. */
  readonly planned: (devices: readonly SiteDevice[], learnt: Learnt) => void;
};

/**
 * The devices of one Modbus bus: plans what is read, and tells the points as the answers come. What the answers show of
 * the line goes into the next plan.
 */
export function modbusField(bus: ModbusBus, options: ModbusFieldOptions): Field {
  const { clock, log, listener, learning } = options;
  const holes = refusedHoles();
  const noteStranger = strangerLog(log);
  const noteProblem = onChange<string>((why) => listener.problem(why === '' ? undefined : why));
  let devices: readonly SiteDevice[] = [];
  let places: ReadonlyMap<PlannedRead, Place> = new Map();
  let measured: Measured = new Map();
  let measureAt = later(clock.mono(), measureEvery);

  const plan = (): void => {
    const before = new Map([...places.values()].map(({ unit }) => [unit.plan.unit, unit]));
    const cost = learning?.costOf(measured) ?? options.cost;
    const { units } = planBus(devices, cost, holes.known());
    places = placesOf(units.map((unit) => unitAnswers(unit, before.get(unit.unit))));
    polls.replace(units);
    learning?.planned(devices, { measured, refused: holes.known() });
  };
  const measure = (): void => {
    measureAt = later(clock.mono(), measureEvery);
    const before = measured;
    measured = remeasured(before, bus.quality());
    if (measured !== before) plan();
  };
  const polls = poller(bus, {
    ...options,
    deliver: (read, answer) => {
      const place = places.get(read);
      if (!place) return; // no longer wanted
      const { unit, index } = place;
      noteProblem(!answer.ok && answer.why === 'bus-down' ? answer.detail : '');
      noteStranger(read.block.unit, answer);
      for (const { device, values } of unit.take(index, answer)) listener.values(device, values);
      if (holes.note(read, answer, unit.plan.wants)) {
        log.info('plan.hole-refused', { ...read.block });
        plan();
      } else if (learning && answer.at >= measureAt) measure();
    },
  });

  return {
    replace(next) {
      devices = next;
      holes.keep(profilesOf(next));
      plan();
    },
    async write(device, name, drive, signal) {
      await bus.write({ unit: device.unit, table: 'coil', ...coilWrite(device, name, drive) }, signal);
    },
    quality: () => withStates(bus.quality(), polls.states()),
    run: (signal) => polls.run(signal),
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  };
}

/** @throws FengsuiError INVALID when the device has no such output, or no pulse of its own. */
function coilWrite(device: SiteDevice, name: string, drive: Drive): { address: number; value: boolean | number } {
  const point = devicePoints(device.profile, device.settings, device.unit).find((p) => p.name === name);
  if (!point || point.value.table !== 'coil') throw new FengsuiError('INVALID', `“${device.id}” has no coil “${name}”`);
  if (typeof drive === 'boolean') return { address: point.value.address, value: drive };
  const spec = device.profile.points[name];
  if (!spec || !('pulse' in spec) || !spec.pulse)
    throw new FengsuiError('INVALID', `coil “${name}” of “${device.id}” has no pulse of its own`);
  const { at, stepMs, mostSteps } = spec.pulse;
  const steps = Math.min(mostSteps, Math.max(1, Math.round(drive.pulseMs / stepMs)));
  return { address: resolveAddress(at, device.settings), value: steps };
}

/** The profiles of each unit's devices. */
function profilesOf(devices: readonly SiteDevice[]): ReadonlyMap<number, string> {
  const profiles = new Map<number, Set<string>>();
  for (const { unit, profile } of devices) profiles.set(unit, (profiles.get(unit) ?? new Set()).add(profile.id));
  return new Map([...profiles].map(([unit, ids]) => [unit, [...ids].toSorted().join(' ')]));
}

/** Which answer of which unit a read brings. */
type Place = { readonly unit: UnitAnswers; readonly index: number };

const placesOf = (units: readonly UnitAnswers[]): ReadonlyMap<PlannedRead, Place> =>
  new Map(units.flatMap((unit) => unit.plan.reads.map((read, index) => [read, { unit, index }] as const)));

/** The bus counts, the poller knows how a unit behaves; units that nobody polls stay unknown. */
const withStates = (quality: BusQuality, states: ReadonlyMap<number, UnitState>): BusQuality => ({
  ...quality,
  units: quality.units.map((each) => ({ ...each, state: states.get(each.unit) ?? each.state })),
});

/** Says once which unit is somebody else, and who was expected. */
function strangerLog(log: Log): (unit: number, answer: Reading) => void {
  const known = new Map<number, string>();
  return (unit, answer) => {
    if (answer.ok || answer.why !== 'other-device') {
      known.delete(unit);
    } else if (known.get(unit) !== answer.detail) {
      known.set(unit, answer.detail);
      log.warn('unit.other-device', { unit, why: answer.detail });
    }
  };
}
