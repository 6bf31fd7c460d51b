import { parseArgs } from 'node:util';
import { parseStatus } from '../../../sdk/client/results.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { configIn, runningGateway } from '../gateway/running-gateway.ts';
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
  const gateway = await runningGateway(configIn(values.config));
  const status = parseStatus(await gateway.ask('status'));
  if (!status.delivery)
    throw new FengsuiError('UNAVAILABLE', 'the gateway that runs is of an earlier version and does not tell');
  process.stdout.write(values.json ? `${JSON.stringify(status.delivery)}\n` : uplinkTable(status.delivery, lang));
}
