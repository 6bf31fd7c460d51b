import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { BusQuality } from '../../../sdk/model/link-quality.ts';
import { openLines } from '../../bus/gpio/open-lines.ts';
import { openModbus } from '../../bus/modbus/open-modbus.ts';
import { type Ticker, ticker } from '../../bus/poll/ticker.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import { isLineBus, type SiteBus, type SiteDevice } from '../config/site.ts';
import { costOf, endpointOf, hostPort, timingOf } from './bus-endpoint.ts';
import type { Drive, Field, FieldListener } from './field.ts';
import { lineField } from './line-field.ts';
import { modbusField } from './modbus-field.ts';
import { overloadWatch } from './overload.ts';

/** All buses of a gateway. */
export interface FieldSet extends AsyncDisposable {
  /** Hands every bus its own devices; those whose devices are the same notice nothing. */
  replace(devices: readonly SiteDevice[]): void;
  /** @throws FengsuiError */
  write(device: SiteDevice, point: string, drive: Drive, signal: AbortSignal): Promise<void>;
  /** Of the Modbus buses. */
  quality(): readonly (readonly [string, BusQuality])[];
  run(signal: AbortSignal): Promise<void>;
}

export function openFields(
  buses: readonly SiteBus[],
  listenerOf: (bus: string) => FieldListener,
  ctx: { clock: Clock; log: Log },
): FieldSet {
  const shared = { ...ctx, ticker: ticker(ctx.clock) };
  const fields = new Map(buses.map((bus) => [bus.id, openField(bus, listenerOf(bus.id), shared)]));
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
    async write(device, point, drive, signal) {
      const field = fields.get(device.bus);
      if (!field) throw new FengsuiError('NOT_FOUND', `there is no bus “${device.bus}”`);
      await field.write(device, point, drive, signal);
    },
    quality: () =>
      [...fields].flatMap(([id, field]) => {
        const quality = field.quality();
        return quality ? [[id, quality] as const] : [];
      }),
    run: async (signal) => {
      await Promise.all([...fields.values()].map((field) => field.run(signal)));
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...fields.values()].map((field) => field[Symbol.asyncDispose]()));
    },
  };
}

function openField(bus: SiteBus, listener: FieldListener, ctx: { clock: Clock; log: Log; ticker: Ticker }): Field {
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
  return modbusField(openModbus(endpointOf(bus), timingOf(bus), { clock: ctx.clock, log }), {
    ...ctx,
    log,
    confirm: kind !== 'tcp',
    cost: costOf(bus),
    learning: { costOf: (measured) => costOf(bus, measured), planned: overloadWatch(bus, ctx.log) },
    listener,
  });
}
