import { type ModbusServer, modbusServer } from '../../simulators/modbus/modbus-server.ts';
import type { Unit } from '../../simulators/modbus/unit.ts';
import { seededRandom } from '../../simulators/water/seeded-random.ts';

export type Step = 'raised' | 'cleared';

/** A condition's next change in the field: smoke alarms that report a fault, or a test, and are well again. */
type Condition = {
  readonly key: string;
  readonly slot: number;
  readonly status: number;
  happened: number;
  free: number;
};

export type Served = { readonly at: number; readonly count: number };

export type AlarmField = AsyncDisposable & {
  /** The bus as the configuration has it. */
  readonly yaml: string;
  /** Every read of the counter: when, and what it showed. */
  readonly served: readonly Served[];
  /** Changes that happened so far, of all conditions. */
  happened(): number;
  /** Makes one change somewhere; `false` where every slot still waits to be seen. */
  change(random: () => number): boolean;
  /** Somebody was told of a change of this condition, its `nth` from 1. */
  seen(key: string, nth: number): void;
  /** What was to be told of each condition: by `device/condition`, how many changes. */
  readonly truth: ReadonlyMap<string, { readonly happened: number }>;
};

export const isStep = (change: string): change is Step => change === 'raised' || change === 'cleared';
/** The `nth` change of a condition, from 0: it is raised and cleared in turn. */
export const stepAt = (nth: number): Step => (nth % 2 === 0 ? 'raised' : 'cleared');

/** An alarm that comes back within a minute is the same occurrence for the gateway; here each is to be one of its own. */
const restMs = 62_000;
const conditions = [
  { name: 'test', status: 2 },
  { name: 'detector-fault', status: 3 },
] as const;
const tableAt = 100;
const slotSize = 4;
const perUnit = 60;
const counterUnit = 200;
const firstNoisyUnit = 210;
const battery = 90;

/**
 * Smoke alarms in the slots of wireless receivers, and a counter that shows another number at each read. A slot changes
 * again only once its last change was told to somebody: so every change stays long enough to be seen, whatever becomes
 * of the gateway meanwhile, and whatever is not told is lost. `noisy` devices fill the journal with ten readings each
 * that never stand still.
 */
export async function alarmField(slots: number, pollMs: number, noisy = 0): Promise<AlarmField> {
  const status = Array.from({ length: slots }, () => 0);
  const served: Served[] = [];
  const truth = new Map<string, Condition>();
  for (let slot = 0; slot < slots; slot++) {
    for (const { name, status } of conditions) {
      const key = `smoke-${slot}/${name}`;
      truth.set(key, { key, slot, status, happened: 0, free: 0 });
    }
  }
  const seen = new Map<string, number>();
  const server = await serverOf(status, served, noisy);
  const settled = (c: Condition): boolean => (seen.get(c.key) ?? 0) >= c.happened;
  const maySwitch = (c: Condition, now: number): boolean =>
    settled(c) && (status[c.slot] === c.status || (status[c.slot] === 0 && c.free <= now));
  return {
    yaml: yamlOf(server.port, { slots, pollMs, noisy }),
    served,
    truth,
    happened: () => [...truth.values()].reduce((sum, { happened }) => sum + happened, 0),
    change(random) {
      const now = Date.now();
      const able = [...truth.values()].filter((c) => maySwitch(c, now));
      const chosen = able[Math.floor(random() * able.length)];
      if (!chosen) return false;
      status[chosen.slot] = status[chosen.slot] === 0 ? chosen.status : 0;
      chosen.happened++;
      return true;
    },
    seen(key, nth) {
      const condition = truth.get(key);
      if (!condition || nth <= (seen.get(key) ?? 0)) return;
      seen.set(key, nth);
      if (stepAt(nth - 1) === 'cleared') condition.free = Date.now() + restMs;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function serverOf(status: readonly number[], served: Served[], noisy: number): Promise<ModbusServer> {
  const receivers = Math.ceil(status.length / perUnit);
  const receiver = (n: number): Unit => ({
    read: (_, address) => {
      const offset = address - tableAt;
      if (offset % slotSize === 0) return status[n * perUnit + offset / slotSize] ?? 0;
      return offset % slotSize === 1 ? battery : 0;
    },
  });
  const counter: Unit = {
    read: (_, address) => {
      if (address !== 0) return 0;
      served.push({ at: Date.now(), count: served.length % 65_536 });
      return (served.length - 1) % 65_536;
    },
  };
  const units = new Map<number, Unit>([[counterUnit, counter]]);
  for (let n = 0; n < receivers; n++) units.set(n + 1, receiver(n));
  const noise = seededRandom(1);
  for (let n = 0; n < noisy; n++) units.set(firstNoisyUnit + n, { read: () => Math.floor(noise() * 65_536) });
  return modbusServer({ transport: 'tcp', units });
}

type Devices = { readonly slots: number; readonly pollMs: number; readonly noisy: number };

const yamlOf = (port: number, { slots, pollMs, noisy }: Devices): string => `buses:
  - id: street
    tcp: 127.0.0.1:${port}
    acceptSlow: true
    devices:
      - { id: counter, profile: generic/raw-registers, unit: ${counterUnit}, pollMs: ${pollMs}, name: Counter }
${Array.from({ length: noisy }, (_, i) => `      - { id: noisy-${i}, profile: generic/raw-registers, unit: ${firstNoisyUnit + i}, pollMs: ${pollMs}, name: "Noisy ${i}" }`).join('\n')}
${Array.from({ length: slots }, (_, i) => `      - { id: smoke-${i}, profile: generic/wireless-smoke-alarm, unit: ${1 + Math.floor(i / perUnit)}, pollMs: ${pollMs}, settings: { tableAt: ${tableAt}, slot: ${i % perUnit} }, name: "Alarm ${i}" }`).join('\n')}
`;
