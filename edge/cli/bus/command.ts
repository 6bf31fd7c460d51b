import { parseArgs } from 'node:util';
import { parseStatus } from '../../../sdk/client/results.ts';
import { describeError, FengsuiError } from '../../../sdk/model/errors.ts';
import { seconds } from '../../../sdk/model/time.ts';
import type { StatusResult } from '../../../sdk/wire/methods.ts';
import { systemClock } from '../../platform/clock.ts';
import { stopper } from '../../platform/stop.ts';
import { isLineBus, type Site, type SiteDevice } from '../../runtime/config/site.ts';
import { devicesOf } from '../gateway/devices-of.ts';
import { configIn, type RunningGateway, runningGateway } from '../gateway/running-gateway.ts';
import { languageOf } from '../terminal/language.ts';
import { busMetrics } from './metrics.ts';
import { busTable } from './table.ts';

const refresh = seconds(2);

/**
 * `fengsui bus stat`: how well the buses of the gateway that runs with this configuration do.
 * @throws FengsuiError UNAVAILABLE when it does not run; INVALID, CONFIG, FORBIDDEN, TIMEOUT
 */
export async function busStat(args: readonly string[]): Promise<void> {
  const { gateway, bus, watch, show } = await wanted(args);
  const look = async (): Promise<string> => show(only(parseStatus(await gateway.ask('status')), bus));
  if (!watch) {
    process.stdout.write(await look());
    return;
  }
  const clock = systemClock();
  const { signal } = stopper(); // never fires: Ctrl-C ends the program
  const clear = process.stdout.isTTY ? '\x1b[H\x1b[2J' : '';
  for (;;) {
    const text = await look().catch((e: unknown) => {
      if (FengsuiError.is(e) && e.retryable) return `${describeError(e)}\n`; // it may come, or come back
      throw e;
    });
    process.stdout.write(clear + text);
    await clock.sleep(refresh, signal);
  }
}

type Wanted = {
  readonly gateway: RunningGateway;
  readonly bus: string | undefined;
  readonly watch: boolean;
  readonly show: (status: StatusResult) => Promise<string> | string;
};

async function wanted(args: readonly string[]): Promise<Wanted> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      config: { type: 'string' },
      watch: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      prometheus: { type: 'boolean', default: false },
      lang: { type: 'string' },
    },
  });
  const { watch, json, prometheus } = values;
  const lang = languageOf(values.lang, process.env);
  const [bus, more] = positionals;
  const config = configIn(values.config);
  if (more !== undefined) throw new FengsuiError('INVALID', `“${more}”: name one bus, or none for all of them`);
  if (prometheus && (json || watch))
    throw new FengsuiError('INVALID', '--prometheus goes neither with --json nor with --watch');
  const gateway = await runningGateway(config);
  checkBus(gateway.site, bus);
  if (json) return { gateway, bus, watch, show: (status) => `${JSON.stringify(status)}\n` };
  if (prometheus) return { gateway, bus, watch, show: busMetrics };
  return {
    gateway,
    bus,
    watch,
    show: async (status) => busTable(status, namesIn(await devicesOf(gateway.site)), lang),
  };
}

function checkBus(site: Site, wanted: string | undefined): void {
  if (wanted === undefined) return;
  const found = site.buses.find((bus) => bus.id === wanted);
  const known = site.buses.filter((bus) => !isLineBus(bus.kind)).map((bus) => bus.id);
  const have = `Modbus buses here: ${known.join(', ') || 'none'}`;
  if (!found) throw new FengsuiError('INVALID', `there is no bus “${wanted}”; ${have}`);
  if (isLineBus(found.kind))
    throw new FengsuiError('INVALID', `bus “${wanted}” is made of GPIO lines, which have no such figures; ${have}`);
}

function only(status: StatusResult, bus: string | undefined): StatusResult {
  return bus === undefined ? status : { ...status, buses: status.buses.filter((b) => b.id === bus) };
}

const namesIn = (devices: readonly SiteDevice[]) => (bus: string, unit: number) =>
  devices.filter((d) => d.bus === bus && d.unit === unit).map((d) => d.name);
