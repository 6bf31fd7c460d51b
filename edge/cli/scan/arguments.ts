import { parseArgs } from 'node:util';
import { profiles } from '../../../device-profiles/index.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { ProfileSpec } from '../../../sdk/model/profile.ts';
import { lineSettings, type ScanPlan, scanSteps } from '../../bus/scan/scan-plan.ts';
import { baudsIn, endpointsAt, numbersIn, paritiesIn, placeOf, whereOptions } from '../line/arguments.ts';
import { type Lang, languageOf } from '../terminal/language.ts';

export type ScanArguments = {
  readonly plan: ScanPlan;
  /** Where to keep how far the scan has come. */
  readonly record: string | undefined;
  readonly json: boolean;
  readonly lang: Lang;
};

/** @throws FengsuiError INVALID; TypeError of `parseArgs` for an unknown option */
export function scanArguments(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ScanArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...whereOptions,
      bauds: { type: 'string' },
      parities: { type: 'string' },
      units: { type: 'string', default: '1-247' },
      all: { type: 'boolean', default: false },
      resume: { type: 'string' },
      json: { type: 'boolean', default: false },
      lang: { type: 'string' },
    },
  });
  const [port, more] = positionals;
  if (more !== undefined) throw new FengsuiError('INVALID', `“${more}”: name one line at a time`);
  const place = placeOf(values, port);
  const { bauds, parities, units, all, json, resume } = values;
  if (place.kind !== 'serial' && (bauds ?? parities) !== undefined)
    throw new FengsuiError('INVALID', 'a network line has no speed and parity: leave --bauds and --parities out');
  const settings = lineSettings(
    bauds === undefined ? undefined : baudsIn('--bauds', bauds),
    parities === undefined ? undefined : paritiesIn('--parities', parities),
  );
  const steps = scanSteps(endpointsAt(place, settings), numbersIn('--units', units, [1, 247]), factoryUnits);
  return { plan: { steps, all }, record: resume, json, lang: languageOf(values.lang, env) };
}

const known: readonly ProfileSpec[] = profiles;
/** Addresses with which known devices leave the works. */
const factoryUnits = known.flatMap(({ serial }) => (serial ? [serial.unit] : []));
