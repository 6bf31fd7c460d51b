import type { AlarmUpdate, Fengsui, Scalar } from '../../sdk/index.ts';
import type { Delivery, Ledger } from './ledger.ts';
import type { DeviceRow, ScreenState } from './screen.ts';

type AlarmRow = Delivery & { readonly kind: string; readonly name: string };

/** The platform's side of the demo: takes every alarm over, counts readings, and lets incidents wait for what should come. */
export interface Watch {
  readonly alarms: readonly AlarmRow[];
  readonly readings: number;
  /** Resolves with the next alarm change of that description; rejects when none comes in time. */
  readonly alarm: (
    device: string,
    condition: string,
    event: AlarmUpdate['change'],
    withinMs?: number,
  ) => Promise<AlarmUpdate>;
  /** Resolves once it holds; rejects when it does not in time. */
  readonly until: (what: string, holds: () => boolean, withinMs?: number) => Promise<void>;
  state(scene: string): ScreenState;
  /** Ends when the client is closed. */
  readonly done: Promise<void>;
}

type Waiter = { readonly fits: (update: AlarmUpdate) => boolean; readonly take: (update: AlarmUpdate) => void };

const usually = 10_000;

export function watch(fs: Fengsui, ledger: Ledger, onAlarm: (alarm: AlarmRow) => void): Watch {
  const alarms: AlarmRow[] = [];
  const waiters = new Set<Waiter>();
  let readings = 0;

  const takeOver = async (): Promise<void> => {
    for await (const update of fs.alarms.stream({ records: true })) {
      if ('record' in update) {
        ledger.recorded(update);
        await update.commit();
        continue;
      }
      const { alarm, change, log, seq } = update;
      const delivery = { log, seq, device: alarm.device, condition: alarm.condition, event: change };
      const row = {
        ...delivery,
        judgedAt: alarm.at.getTime(),
        receivedAt: Date.now(),
        kind: alarm.kind,
        name: nameOf(fs, update),
      };
      ledger.received(row);
      alarms.push(row);
      onAlarm(row);
      for (const waiter of waiters) if (waiter.fits(update)) waiter.take(update);
      await update.commit();
    }
  };
  const count = async (): Promise<void> => {
    for await (const { at } of fs.telemetry.stream()) {
      readings++;
      ledger.reading(at?.getTime() ?? Date.now());
    }
  };
  const done = Promise.all([takeOver(), count()]).then(() => undefined);

  return {
    alarms,
    get readings() {
      return readings;
    },
    done,
    alarm: (device, condition, event, withinMs = usually) =>
      new Promise((resolve, reject) => {
        const fits = (u: AlarmUpdate): boolean =>
          u.alarm.device === device && u.alarm.condition === condition && u.change === event;
        const late = setTimeout(() => {
          waiters.delete(waiter);
          reject(new Error(`${device}/${condition} was not ${event} within ${withinMs / 1_000} s`));
        }, withinMs);
        const waiter: Waiter = {
          fits,
          take: (update) => {
            clearTimeout(late);
            waiters.delete(waiter);
            resolve(update);
          },
        };
        waiters.add(waiter);
      }),
    until: async (what, holds, withinMs = usually) => {
      const end = Date.now() + withinMs;
      while (!holds()) {
        if (Date.now() > end) throw new Error(`not within ${withinMs / 1_000} s: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    state: (scene) => {
      const [gateway] = fs.gateways.list();
      const backlog = backlogOf(fs);
      return {
        connected: fs.status === 'connected',
        gateway: gateway && { name: gateway.name, online: gateway.link.online, backlog },
        devices: fs.devices.list().map(rowOf),
        alarms,
        scene,
        readings,
      };
    },
  };
}

function nameOf(fs: Fengsui, { alarm, gateway }: AlarmUpdate): string {
  return fs.devices.list({ gateway }).find((d) => d.device === alarm.device)?.name ?? alarm.device;
}

function rowOf(device: ReturnType<Fengsui['devices']['list']>[number]): DeviceRow {
  return {
    name: device.name,
    health: device.health,
    alarm: device.alarm,
    values: Object.entries(device.latest())
      .slice(0, 3)
      .map(([point, reading]) => ({
        text: shown(point, reading.value, reading.unit),
        quality: reading.quality,
        ageMs: reading.ageMs,
      })),
  };
}

function shown(point: string, value: Scalar | undefined, unit: string | undefined): string {
  if (value === undefined) return `${point} –`;
  if (typeof value === 'boolean') return `${point} ${value ? '●' : '○'}`;
  const number =
    typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(3).replace(/0+$/, '') : String(value);
  return unit === undefined || unit === '1' ? number : `${number} ${unit}`;
}

const backlogOf = (fs: Fengsui): number => {
  const [first] = fs.gateways.list();
  const backlog = first?.report?.backlog;
  return backlog ? backlog.alarms + backlog.telemetry : 0;
};
