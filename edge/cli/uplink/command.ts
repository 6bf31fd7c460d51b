import { parseArgs } from 'node:util';
import { parseStatus } from '../../../sdk/client/results.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { systemClock } from '../../platform/clock.ts';
import { stopper } from '../../platform/stop.ts';
import { loadConfig } from '../../runtime/config/load-config.ts';
import { askLocal } from '../../runtime/local/ask-local.ts';
import { languageOf } from '../terminal/language.ts';
import { uplinkTable } from './table.ts';

/**
 * `fengsui uplink stat`: whether the gateway that runs with this configuration is heard, and how long its alarms take.
 * @throws FengsuiError UNAVAILABLE when it does not run; INVALID, CONFIG, FORBIDDEN, TIMEOUT
 */
export async function uplinkStat(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { config: { type: 'string' }, json: { type: 'boolean', default: false }, lang: { type: 'string' } },
  });
  const lang = languageOf(values.lang, process.env);
  if (values.config === undefined)
    throw new FengsuiError('INVALID', 'which gateway? Add --config FILE, the configuration that it runs with');
  const site = await loadConfig(values.config);
  const clock = systemClock();
  const status = parseStatus(await askLocal(site.journal.path, 'status', { clock, signal: stopper().signal }));
  if (!status.delivery)
    throw new FengsuiError('UNAVAILABLE', 'the gateway that runs is of an earlier version and does not tell');
  process.stdout.write(values.json ? `${JSON.stringify(status.delivery)}\n` : uplinkTable(status.delivery, lang));
}
