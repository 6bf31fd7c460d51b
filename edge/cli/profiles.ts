import { parseArgs } from 'node:util';
import { profiles } from '../../device-profiles/index.ts';
import type { ProfileSpec } from '../../sdk/model/profile.ts';
import { columns } from './terminal/columns.ts';
import { type Lang, languageOf } from './terminal/language.ts';

/** Prints the devices that Fengsui knows, how they come from the works, and which maps are not verified. */
export async function listProfiles(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean' }, lang: { type: 'string' } },
  });
  const text = values.json
    ? JSON.stringify(profiles, undefined, 2)
    : profileTable(profiles, languageOf(values.lang, process.env)).join('\n');
  process.stdout.write(`${text}\n`);
}

export function profileTable(known: readonly ProfileSpec[], lang: Lang): readonly string[] {
  const note = { en: 'not verified', zh: '未核实' }[lang];
  return columns(
    known.map((profile) => [
      profile.id,
      profile.name[lang],
      factorySettings(profile),
      profile.unverified === undefined ? '' : `${note}: ${profile.unverified}`,
    ]),
    0,
  );
}

/** As in `9600 8N1, 1`; empty where it is not known or there is no line. */
function factorySettings({ serial }: ProfileSpec): string {
  if (!serial) return '';
  const parity = { none: 'N', even: 'E', odd: 'O' }[serial.parity];
  return `${serial.baud} 8${parity}${serial.stopBits}, ${serial.unit}`;
}
