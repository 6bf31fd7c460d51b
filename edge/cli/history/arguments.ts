import { parseArgs } from 'node:util';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { leastEvery, mostEvery } from '../../../sdk/wire/methods.ts';
import { wallTimeOf } from '../../platform/wall-text.ts';
import { configIn } from '../gateway/running-gateway.ts';
import { type Lang, languageOf } from '../terminal/language.ts';

export type HistoryForm = 'table' | 'csv' | 'senml' | 'json';

export type HistoryArguments = {
  readonly config: string;
  readonly device: string;
  readonly points: readonly string[] | undefined;
  readonly from: number;
  readonly to: number;
  readonly every: number | undefined;
  readonly form: HistoryForm;
  readonly lang: Lang;
};

const hour = 3_600_000;
const day = 24 * hour;
const lengths = { s: 1_000, m: 60_000, h: hour, d: day } as const;

/** @throws FengsuiError INVALID, and what `parseArgs` throws */
export function historyArguments(
  args: readonly string[],
  { now, env }: { readonly now: number; readonly env: Readonly<Record<string, string | undefined>> },
): HistoryArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: 'string' },
      device: { type: 'string' },
      point: { type: 'string', multiple: true },
      from: { type: 'string' },
      to: { type: 'string' },
      every: { type: 'string' },
      csv: { type: 'boolean', default: false },
      senml: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      lang: { type: 'string' },
    },
  });
  const { device, point: points, csv, senml, json } = values;
  const config = configIn(values.config);
  if (device === undefined) throw invalid('which device? Add --device ID, as in the configuration');
  const chosen = { csv, senml, json } as const;
  const [form = 'table', more] = (['csv', 'senml', 'json'] as const).filter((each) => chosen[each]);
  if (more !== undefined) throw invalid(`--${form} and --${more}: choose one`);
  const to = values.to === undefined ? now : timeIn('--to', values.to, now);
  // From a whole hour on: spans that begin with an hour are what people expect of --every, and are answered soonest.
  const from = values.from === undefined ? Math.floor((to - day) / hour) * hour : timeIn('--from', values.from, now);
  if (from > to) throw invalid('--from is after --to');
  const every = values.every === undefined ? undefined : everyIn(values.every);
  return { config, device, points, from, to, every, form, lang: languageOf(values.lang, env) };
}

function everyIn(text: string): number {
  const every = lengthIn(text);
  if (every !== undefined && every >= leastEvery && every <= mostEvery) return every;
  throw invalid(`--every ${text}: expected a length from 1s to 31d, such as 10m, 1h or 1d`);
}

function timeIn(option: string, text: string, now: number): number {
  const ago = lengthIn(text);
  const at = ago === undefined ? wallTimeOf(text) : now - ago;
  if (at !== undefined) return at;
  throw invalid(`${option} ${text}: expected a time such as 2026-11-25T08:00, or how long ago, such as 7d or 90m`);
}

function lengthIn(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (unit !== 's' && unit !== 'm' && unit !== 'h' && unit !== 'd') return undefined;
  return Number(count) * lengths[unit];
}

const invalid = (what: string): FengsuiError => new FengsuiError('INVALID', what);
