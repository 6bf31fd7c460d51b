import { FengsuiError } from '../../sdk/model/errors.ts';
import { int16, type Unit } from '../modbus/unit.ts';

/** What stands in a slot's status word. Position is the word. */
const statuses = ['normal', 'smoke', 'test', 'fault'] as const;
type Status = (typeof statuses)[number];

export type SmokeReceiver = {
  /** Slot n begins at holding register 4 n: status, battery in percent, signal in dBm, minutes since last heard. */
  readonly unit: Unit;
  /** Smoke. */
  trip(slot: number): void;
  /** No smoke, no test, no fault any more. The battery stays as it is. */
  clear(slot: number): void;
  /** Its test button. */
  test(slot: number): void;
  /** Its self-check failed. */
  fault(slot: number): void;
  lowBattery(slot: number, percent: number): void;
  /** Its radio is dead: whatever happens, the receiver hears nothing, and the slot grows older. */
  silent(slot: number): void;
  /** Its radio is back, and tells at once how things are. */
  heard(slot: number): void;
  /** Lets time pass: ages grow, alarms that live say so. */
  pass(seconds: number): void;
};

export type SmokeReceiverOptions = {
  /** How many slots are taught, 1 to 64. */
  readonly slots: number;
  /** How often an alarm says that it lives, seconds. Once an hour unless given. */
  readonly heartbeatSeconds?: number;
};

type Alarm = { status: Status; battery: number; isSilent: boolean };
/** What the receiver heard last, and when. */
type Slot = { status: Status; battery: number; ageSeconds: number };

const slotSize = 4;

/** A wireless receiver and the smoke alarms that were taught to it. The table shows what was heard, not what is. */
export function smokeReceiver({ slots, heartbeatSeconds = 3_600 }: SmokeReceiverOptions): SmokeReceiver {
  if (!Number.isInteger(slots) || slots < 1 || slots > 64)
    throw new FengsuiError('INVALID', `a receiver cannot have ${slots} slots: expected 1 to 64`);
  const alarms = Array.from({ length: slots }, (): Alarm => ({ status: 'normal', battery: 100, isSilent: false }));
  const table = Array.from({ length: slots }, (): Slot => ({ status: 'normal', battery: 100, ageSeconds: 0 }));
  const transmit = (slot: number, alarm: Alarm): void => {
    if (!alarm.isSilent) table[slot] = { status: alarm.status, battery: alarm.battery, ageSeconds: 0 };
  };
  const change = (slot: number, to: Partial<Alarm>): void => {
    const alarm = alarms[slot];
    if (alarm === undefined)
      throw new FengsuiError('NOT_FOUND', `there is no slot ${slot}: this receiver has slots 0 to ${slots - 1}`);
    Object.assign(alarm, to);
    transmit(slot, alarm);
  };
  return {
    unit: { read: (bank, address) => (bank === 'holding' ? word(table, address) : undefined) },
    trip: (slot) => change(slot, { status: 'smoke' }),
    clear: (slot) => change(slot, { status: 'normal' }),
    test: (slot) => change(slot, { status: 'test' }),
    fault: (slot) => change(slot, { status: 'fault' }),
    lowBattery: (slot, percent) => change(slot, { battery: checkedPercent(percent) }),
    silent: (slot) => change(slot, { isSilent: true }),
    heard: (slot) => change(slot, { isSilent: false }),
    pass(seconds) {
      for (const slot of table) slot.ageSeconds += seconds;
      alarms.forEach((alarm, i) => {
        if ((table[i]?.ageSeconds ?? 0) >= heartbeatSeconds) transmit(i, alarm);
      });
    },
  };
}

function word(table: readonly Slot[], address: number): number | undefined {
  const slot = table[Math.floor(address / slotSize)];
  if (slot === undefined) return undefined;
  const strongest = -60;
  const words = [
    statuses.indexOf(slot.status),
    slot.battery,
    int16(strongest - 5 * Math.floor(address / slotSize)), // each alarm a little further away
    Math.min(0xffff, Math.floor(slot.ageSeconds / 60)),
  ];
  return words[address % slotSize];
}

function checkedPercent(percent: number): number {
  if (Number.isInteger(percent) && percent >= 0 && percent <= 100) return percent;
  throw new FengsuiError('INVALID', `${percent} is not a battery level: expected a whole number from 0 to 100`);
}
