import { parseArgs } from 'node:util';
import { type Alarm, alarmOf, byUrgency } from '../../../sdk/client/alarm.ts';
import { parseAlarms } from '../../../sdk/client/alarm-results.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { systemClock } from '../../platform/clock.ts';
import { loadConfig } from '../../runtime/config/load-config.ts';
import type { Site } from '../../runtime/config/site.ts';
import { askLocal } from '../../runtime/local/ask-local.ts';
import { devicesOf } from '../gateway/devices-of.ts';
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
  if (values.config === undefined)
    throw new FengsuiError('INVALID', 'which gateway? Add --config FILE, the configuration that it runs with');
  const site = await loadConfig(values.config);
  const alarms = await standingOn(site);
  if (values.json) return void process.stdout.write(`${JSON.stringify({ alarms })}\n`);
  process.stdout.write(alarmTable(alarms, await namesOn(site), lang));
}

async function standingOn(site: Site): Promise<readonly Alarm[]> {
  const answer = await askLocal(site.journal.path, 'alarms', { clock: systemClock(), signal: never });
  return parseAlarms(answer)
    .alarms.map((one) => alarmOf({ ...one, gateway: site.address.gateway }))
    .toSorted(byUrgency);
}

/** What people call whatever can have an alarm: devices, and the gateway itself. Buses and zones go by their ids. */
async function namesOn(site: Site): Promise<ReadonlyMap<string, string>> {
  const names = (await devicesOf(site)).map(({ id, name }): [string, string] => [id, name]);
  return new Map([[site.address.gateway, site.name], ...names]);
}

/** Ctrl-C ends the program. */
const never = new AbortController().signal;
