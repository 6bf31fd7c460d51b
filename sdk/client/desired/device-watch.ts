/** What can be seen of a device from outside; whatever else it has is not compared. */
type Watched = { readonly gateway: string; readonly device: string; readonly health: string };

export type ChangeOf<D> = {
  /** `health`: nothing but its health or its alarm is another. */
  readonly type: 'added' | 'updated' | 'removed' | 'health';
  /** As it is now; as it was last when it was removed. */
  readonly device: D;
  readonly at: Date;
};

/** Compares the devices of a gateway with those of the time before. */
export type DeviceDiff<D> = (gateway: string, now: readonly D[]) => readonly ChangeOf<D>[];

/** Holds what each gateway had, for one stream. */
export function deviceDiff<D extends Watched>(): DeviceDiff<D> {
  const before = new Map<string, ReadonlyMap<string, D>>();
  return (gateway, now) => {
    const old = before.get(gateway) ?? new Map<string, D>();
    const present = new Map(now.map((device) => [device.device, device]));
    before.set(gateway, present);
    const at = new Date();
    const gone = [...old.values()].filter(({ device }) => !present.has(device));
    return [
      ...now.flatMap((device): ChangeOf<D>[] => {
        const type = changeOf(old.get(device.device), device);
        return type ? [{ type, device, at }] : [];
      }),
      ...gone.map((device): ChangeOf<D> => ({ type: 'removed', device, at })),
    ];
  };
}

function changeOf(old: Watched | undefined, now: Watched): ChangeOf<unknown>['type'] | undefined {
  if (!old) return 'added';
  if (textOf(old, false) !== textOf(now, false)) return 'updated';
  return textOf(old, true) === textOf(now, true) ? undefined : 'health';
}

/** Functions are left out by JSON. */
function textOf(device: Watched & { readonly alarm?: unknown }, withHealth: boolean): string {
  const { health, alarm, ...rest } = device;
  return JSON.stringify(withHealth ? [health, alarm, rest] : rest);
}
