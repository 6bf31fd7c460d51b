import type { MonoTime } from '../../sdk/model/time.ts';

/**
 * Which buses are silent as a whole: two or more devices give no good answer, and none has given one since the first of
 * them fell silent. A cut line is then one fault of the bus, which explains those of its devices; a device that is asked
 * seldom need not have been asked meanwhile.
 */
export type BusSilence = {
  readonly join: (bus: string, device: string) => void;
  readonly leave: (device: string) => void;
  readonly heard: (device: string, isGood: boolean, at: MonoTime) => void;
  /** Whether nobody on the bus of a device has answered since it fell silent. */
  readonly isSilentSince: (device: string, since: MonoTime) => boolean;
  readonly buses: () => Iterable<string>;
  readonly busOf: (device: string) => string | undefined;
  readonly members: (bus: string) => ReadonlySet<string>;
};

type Bus = {
  readonly name: string;
  readonly members: Set<string>;
  readonly silent: Set<string>;
  /** When any of them last gave a good answer. */
  heardAt: MonoTime | undefined;
};

export function busSilence(): BusSilence {
  const buses = new Map<string, Bus>();
  const home = new Map<string, Bus>();
  const none: ReadonlySet<string> = new Set();
  const leave = (device: string): void => {
    const bus = home.get(device);
    bus?.members.delete(device);
    bus?.silent.delete(device);
    home.delete(device);
  };
  return {
    join(name, device) {
      if (home.get(device)?.name === name) return;
      leave(device);
      const bus: Bus = buses.get(name) ?? { name, members: new Set(), silent: new Set(), heardAt: undefined };
      buses.set(name, bus);
      home.set(device, bus);
      bus.members.add(device);
    },
    leave,
    heard(device, isGood, at) {
      const bus = home.get(device);
      if (!bus) return;
      if (isGood) {
        bus.silent.delete(device);
        bus.heardAt = at;
      } else bus.silent.add(device);
    },
    isSilentSince: (device, since) => {
      const bus = home.get(device);
      return bus !== undefined && bus.silent.size > 1 && (bus.heardAt === undefined || bus.heardAt < since);
    },
    buses: () => buses.keys(),
    busOf: (device) => home.get(device)?.name,
    members: (bus) => buses.get(bus)?.members ?? none,
  };
}
