import { wirelessSmokeAlarm } from '../../../device-profiles/generic/wireless-smoke-alarm.ts';
import type { Zone } from '../../../edge/alarm/zone.ts';
import { type SmokeReceiver, smokeReceiver } from '../../../simulators/smoke/smoke-receiver.ts';
import type { Scene, Stage, Station } from './judgement-case.ts';

export type SmokeHappening = readonly [at: number, act: (smoke: SmokeReceiver, stage: Stage) => void | Promise<void>];

const rooms = ['kitchen', 'bedroom', 'hall', 'store'] as const;
export const slotOf = (room: (typeof rooms)[number]): number => rooms.indexOf(room);

const {
  smoke,
  'detector-fault': detectorFault,
  test,
  'battery-low': batteryLow,
  unheard,
} = wirelessSmokeAlarm.conditions;
/** What the profile had when the truths were written. */
const profile = {
  ...wirelessSmokeAlarm,
  conditions: { smoke, 'detector-fault': detectorFault, test, 'battery-low': batteryLow, unheard },
};

export type HouseOptions = {
  /** Alarm verification, by room, ms. */
  readonly verify?: Partial<Record<(typeof rooms)[number], number>>;
  readonly zones?: readonly Zone[];
};

/** A home with four wireless smoke alarms of one receiver. */
export function house(script: readonly SmokeHappening[], { verify = {}, zones }: HouseOptions = {}): Scene {
  const receiver = smokeReceiver({ slots: rooms.length, heartbeatSeconds: 600 });
  const stations = rooms.map((id, slot): Station => {
    const verifyMs = verify[id];
    return {
      id,
      bus: 'wireless',
      profile,
      settings: { slot, unheardAfter: 1_800 },
      source: receiver.unit,
      ...(verifyMs !== undefined && { verifyMs }),
    };
  });
  return {
    stations,
    ...(zones && { zones }),
    pass: (seconds) => receiver.pass(seconds),
    script: script.map(([at, act]) => [at, (stage) => act(receiver, stage)] as const),
  };
}
