import type { AlarmChange } from '../../../sdk/model/alarm.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { type DeviceId, deviceId } from '../../../sdk/model/ids.ts';
import type { AlarmState } from '../../alarm/judge.ts';
import type { Rule } from '../../alarm/rule.ts';

/** One condition of one device, and where it stands. */
export type Watched = {
  readonly device: DeviceId;
  readonly rule: Rule;
  state: AlarmState;
  last: AlarmChange | undefined;
  /** It was tripped in a walk test, and nothing of it is told until it has restored. */
  underTest: boolean;
};

/** All conditions that are watched, by device. */
export type Roster = {
  readonly of: (device: DeviceId) => readonly Watched[];
  /** @throws FengsuiError NOT_FOUND */
  readonly find: (device: string, condition: string) => Watched;
  readonly set: (device: DeviceId, list: readonly Watched[]) => void;
  readonly remove: (device: DeviceId) => void;
  readonly all: () => IterableIterator<Watched>;
};

export function roster(): Roster {
  const devices = new Map<DeviceId, readonly Watched[]>();
  const none: readonly Watched[] = [];
  return {
    of: (device) => devices.get(device) ?? none,
    find(device, condition) {
      const list = devices.get(deviceId(device));
      if (!list) throw new FengsuiError('NOT_FOUND', `there is no device “${device}”`);
      const found = list.find((w) => w.rule.condition === condition);
      if (found) return found;
      const known = list.map((w) => w.rule.condition).join(', ');
      throw new FengsuiError('NOT_FOUND', `there is no condition “${condition}” on “${device}”; it has ${known}`);
    },
    set: (device, list) => void devices.set(device, list),
    remove: (device) => void devices.delete(device),
    *all() {
      for (const list of devices.values()) yield* list;
    },
  };
}
