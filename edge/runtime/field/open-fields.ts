import { FengsuiError } from '../../../sdk/model/errors.ts';
import { millis } from '../../../sdk/model/time.ts';
import { openLines } from '../../bus/gpio/open-lines.ts';
import type { LinkStats, ModbusEndpoint } from '../../bus/modbus/modbus-bus.ts';
import { openModbus } from '../../bus/modbus/open-modbus.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import { isLineBus, type SiteBus, type SiteDevice } from '../config/check-site.ts';
import type { Field, FieldListener } from './field.ts';
import { lineField } from './line-field.ts';
import { modbusField } from './modbus-field.ts';

/** All buses of a gateway. */
export interface FieldSet extends AsyncDisposable {
  /** Hands every bus its own devices; those whose devices are the same notice nothing. */
  replace(devices: readonly SiteDevice[]): void;
  /** @throws FengsuiError */
  write(device: SiteDevice, point: string, on: boolean, signal: AbortSignal): Promise<void>;
  stats(): readonly (readonly [string, LinkStats])[];
  run(signal: AbortSignal): Promise<void>;
}

export function openFields(
  buses: readonly SiteBus[],
  listenerOf: (bus: string) => FieldListener,
  ctx: { clock: Clock; log: Log },
): FieldSet {
  const fields = new Map(buses.map((bus) => [bus.id, openField(bus, listenerOf(bus.id), ctx)]));
  const given = new Map<string, readonly SiteDevice[]>();
  return {
    replace(devices) {
      for (const [id, field] of fields) {
        const own = devices.filter((d) => d.bus === id);
        const before = given.get(id) ?? [];
        if (before.length === own.length && own.every((d, i) => d === before[i])) continue;
        given.set(id, own);
        field.replace(own);
      }
    },
    async write(device, point, on, signal) {
      const field = fields.get(device.bus);
      if (!field) throw new FengsuiError('NOT_FOUND', `there is no bus “${device.bus}”`);
      await field.write(device, point, on, signal);
    },
    stats: () =>
      [...fields].flatMap(([id, field]) => {
        const stats = field.stats();
        return stats ? [[id, stats] as const] : [];
      }),
    run: async (signal) => {
      await Promise.all([...fields.values()].map((field) => field.run(signal)));
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...fields.values()].map((field) => field[Symbol.asyncDispose]()));
    },
  };
}

const timeoutMs = 1_000;
/** Some slaves drop the next request for a while after they overheard one to a dead address. */
const quietMs = 300;
const reconnectMs = 1_000;

function openField(bus: SiteBus, listener: FieldListener, ctx: { clock: Clock; log: Log }): Field {
  const { kind, config } = bus;
  const log = ctx.log.child({ bus: bus.id });
  if (isLineBus(kind)) {
    const source =
      kind === 'firmata' ? { kind, ...hostPort(config.firmata ?? '') } : { kind, label: config.gpiochip ?? '' };
    return lineField(source, (from, specs, told) => openLines(from, specs, told, { clock: ctx.clock, log }), {
      clock: ctx.clock,
      log,
      listener,
    });
  }
  const timing = {
    timeout: millis(config.timeoutMs ?? timeoutMs),
    quiet: millis(config.quietMs ?? quietMs),
    reconnect: millis(reconnectMs),
  };
  return modbusField(openModbus(endpointOf(bus), timing, { clock: ctx.clock, log }), {
    clock: ctx.clock,
    confirm: kind !== 'tcp',
    listener,
  });
}

function endpointOf({ config }: SiteBus): ModbusEndpoint {
  if (config.tcp !== undefined) return { kind: 'tcp', ...hostPort(config.tcp) };
  if (config.rtuOverTcp !== undefined) return { kind: 'rtu-over-tcp', ...hostPort(config.rtuOverTcp) };
  return {
    kind: 'serial',
    path: config.serial ?? '',
    baud: config.baud ?? 9_600,
    parity: config.parity ?? 'none',
    stopBits: config.stopBits ?? 1,
  };
}

function hostPort(text: string): { host: string; port: number } {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
}
