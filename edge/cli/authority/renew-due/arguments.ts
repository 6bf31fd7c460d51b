import { parseArgs } from 'node:util';
import { FengsuiError } from '../../../../sdk/model/errors.ts';
import type { Lang } from '../../terminal/language.ts';
import { need } from '../../terminal/need.ts';
import { where } from '../arguments.ts';

/** What `fengsui authority renew-due` was asked for. Keys are named by their files, never given. */
export type RenewalWanted = {
  readonly folder: string;
  readonly lang: Lang;
  readonly urls: readonly string[];
  readonly cert: string;
  readonly key: string;
  /** A name under `operators` in the gateways' configuration, and the file of the private key. */
  readonly operator: string;
  readonly operatorKey: string;
  readonly beforeDays: number | undefined;
  readonly days: number | undefined;
  readonly dryRun: boolean;
  readonly json: boolean;
};

/** @throws FengsuiError INVALID with what is missing; TypeError for an option that there is not */
export function renewalWanted(args: readonly string[]): RenewalWanted {
  const { values } = parseArgs({
    args: [...args],
    options: {
      folder: { type: 'string' },
      lang: { type: 'string' },
      url: { type: 'string', multiple: true },
      cert: { type: 'string' },
      key: { type: 'string' },
      operator: { type: 'string' },
      'operator-key': { type: 'string' },
      'before-days': { type: 'string' },
      days: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  return {
    ...where(values),
    urls: urlsIn(values.url),
    cert: need(values.cert, 'as whom? Add --cert and --key, made by “fengsui authority issue district renewal”'),
    key: need(values.key, '--cert goes with --key FILE'),
    operator: need(
      values.operator,
      'who signs? Add --operator and the name under “operators” in the gateways’ configuration',
    ),
    operatorKey: need(values['operator-key'], '--operator goes with --operator-key FILE, as “fengsui keygen” makes it'),
    beforeDays: daysIn('--before-days', values['before-days']),
    days: daysIn('--days', values.days),
    dryRun: values['dry-run'],
    json: values.json,
  };
}

function urlsIn(urls: readonly string[] = []): readonly string[] {
  if (urls.length === 0)
    throw new FengsuiError('INVALID', 'which broker? Add --url, e.g. --url mqtts://mqtt.example.cn:8883');
  const wrong = urls.find((url) => !/^(mqtts|wss):\/\//.test(url));
  if (wrong === undefined) return urls;
  throw new FengsuiError('INVALID', `--url ${wrong}: expected mqtts:// or wss://, as certificates are for TLS`);
}

function daysIn(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new FengsuiError('INVALID', `${option} ${text}: expected a whole number of days`);
}
