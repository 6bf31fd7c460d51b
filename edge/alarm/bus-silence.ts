/**
 * Which buses are silent as a whole: none of two or more devices gives a good answer. A cut line is then one fault of the
 * bus, which explains those of its devices.
 */
export type BusSilence = {
  readonly join: (bus: string, device: string) => void;
  readonly leave: (device: string) => void;
  readonly heard: (device: string, isGood: boolean) => void;
  readonly isSilent: (device: string) => boolean;
  readonly busOf: (device: string) => string | undefined;
  readonly members: (bus: string) => ReadonlySet<string>;
};

type Bus = { readonly name: string; readonly members: Set<string>; readonly silent: Set<string> };

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
      const bus = buses.get(name) ?? { name, members: new Set(), silent: new Set() };
      buses.set(name, bus);
      home.set(device, bus);
      bus.members.add(device);
    },
    leave,
    heard(device, isGood) {
      const bus = home.get(device);
      if (isGood) bus?.silent.delete(device);
      else bus?.silent.add(device);
    },
    isSilent: (device) => {
      const bus = home.get(device);
      return bus !== undefined && bus.members.size > 1 && bus.silent.size === bus.members.size;
    },
    busOf: (device) => home.get(device)?.name,
    members: (bus) => buses.get(bus)?.members ?? none,
  };
}
