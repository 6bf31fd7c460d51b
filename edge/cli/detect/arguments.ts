import { parseArgs } from 'node:util';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { ModbusEndpoint } from '../../bus/modbus/modbus-bus.ts';
import type { Stretch } from '../../bus/scan/readable-ranges.ts';
import { type ShownNumber, shownNumber } from '../../runtime/identify/shown-number.ts';
import { baudsIn, endpointsAt, numberIn, paritiesIn, placeOf, whereOptions } from '../line/arguments.ts';
import { type Lang, languageOf } from '../terminal/language.ts';

export type DetectArguments = {
  readonly endpoint: ModbusEndpoint;
  readonly stretch: Stretch;
  /** What the dial shows, one after the other. */
  readonly shows: readonly ShownNumber[];
  readonly json: boolean;
  readonly lang: Lang;
};

/** More would take minutes on a slow line, and give chance its way. */
const mostRegisters = 1_000;

/** @throws FengsuiError INVALID; TypeError of `parseArgs` for an unknown option */
export function detectArguments(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): DetectArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...whereOptions,
      baud: { type: 'string' },
      parity: { type: 'string' },
      unit: { type: 'string' },
      shows: { type: 'string' },
      from: { type: 'string', default: '0' },
      to: { type: 'string' },
      table: { type: 'string', default: 'both' },
      json: { type: 'boolean', default: false },
      lang: { type: 'string' },
    },
  });
  const [port, more] = positionals;
  if (more !== undefined) throw new FengsuiError('INVALID', `“${more}”: name one line at a time`);
  if (values.unit === undefined) throw new FengsuiError('INVALID', 'which device? Add --unit with its address');
  const place = placeOf(values, port);
  if (place.kind !== 'serial' && (values.baud ?? values.parity) !== undefined)
    throw new FengsuiError('INVALID', 'a network line has no speed and parity: leave --baud and --parity out');
  return {
    endpoint: one(endpointsAt(place, [one(settingsOf(values), '--baud')]), '--port'),
    stretch: {
      unit: numberIn('--unit', values.unit, [1, 247]),
      ...registersIn(values.from, values.to),
      ...tablesIn(values.table),
    },
    shows: values.shows === undefined ? [] : values.shows.split(',').map(shownNumber),
    json: values.json,
    lang: languageOf(values.lang, env),
  };
}

function settingsOf({ baud = '9600', parity = 'none' }: { baud?: string | undefined; parity?: string | undefined }) {
  return baudsIn('--baud', baud).flatMap((b) =>
    paritiesIn('--parity', parity).map((p) => ({ baud: b, parity: p, stopBits: 1 as const })),
  );
}

function registersIn(from: string, to: string | undefined): { first: number; last: number } {
  const first = numberIn('--from', from, [0, 65_535]);
  const last = to === undefined ? Math.min(65_535, first + 50) : numberIn('--to', to, [0, 65_535]);
  if (last < first || last - first >= mostRegisters)
    throw new FengsuiError(
      'INVALID',
      `--from ${first} --to ${last}: give up to ${mostRegisters} registers, lowest first`,
    );
  return { first, last };
}

function tablesIn(table: string): Pick<Stretch, 'tables'> {
  if (table === 'both') return { tables: ['holding', 'input'] };
  if (table === 'holding' || table === 'input') return { tables: [table] };
  throw new FengsuiError('INVALID', `--table ${table}: give holding, input or both`);
}

function one<T>(items: readonly T[], option: string): T {
  const [item, ...more] = items;
  if (item === undefined || more.length > 0) throw new FengsuiError('INVALID', `${option}: give one`);
  return item;
}
