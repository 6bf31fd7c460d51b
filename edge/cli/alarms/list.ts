import { parseArgs } from 'node:util';
import { type Alarm, alarmOf, byUrgency } from '../../../sdk/client/alarm.ts';
import { parseAlarms } from '../../../sdk/client/alarm-results.ts';
import type { Site } from '../../runtime/config/site.ts';
import { devicesOf } from '../gateway/devices-of.ts';
import { configIn, type RunningGateway, runningGateway } from '../gateway/running-gateway.ts';
import { languageOf } from '../terminal/language.ts';
import { alarmTable } from './table.ts';

/**
 * `fengsui alarms list`: what stands on the gateway that runs with this configuration, also what is hidden, and why.
 * `--json`: as `alarms.active` of the SDK tells it.
 * @throws FengsuiError UNAVAILABLE when it does not run; INVALID, CONFIG, FORBIDDEN, TIMEOUT, PROTOCOL
 */
export async function alarmsList(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: 'string' },
      json: { type: 'boolean', default: false },
      lang: { type: 'string' },
    },
  });
  const lang = languageOf(values.lang, process.env);
  const gateway = await runningGateway(configIn(values.config));
  const alarms = await standingOn(gateway);
  if (values.json) return void process.stdout.write(`${JSON.stringify({ alarms })}\n`);
  process.stdout.write(alarmTable(alarms, await namesOn(gateway.site), lang));
}

async function standingOn({ site, ask }: RunningGateway): Promise<readonly Alarm[]> {
  return parseAlarms(await ask('alarms'))
    .alarms.map((one) => alarmOf({ ...one, gateway: site.address.gateway }))
    .toSorted(byUrgency);
}

/** What people call whatever can have an alarm: devices, and the gateway itself. Buses and zones go by their ids. */
async function namesOn(site: Site): Promise<ReadonlyMap<string, string>> {
  const names = (await devicesOf(site)).map(({ id, name }): [string, string] => [id, name]);
  return new Map([[site.address.gateway, site.name], ...names]);
}
