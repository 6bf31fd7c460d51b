import { parseArgs } from 'node:util';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { Data } from '../../../sdk/wire/request.ts';
import { isLineBus, type Site } from '../../runtime/config/site.ts';
import { configIn } from '../gateway/running-gateway.ts';
import { type Lang, languageOf } from '../terminal/language.ts';

const options = {
  config: { type: 'string' },
  lang: { type: 'string' },
  json: { type: 'boolean', default: false },
  id: { type: 'string' },
  bus: { type: 'string' },
  profile: { type: 'string' },
  name: { type: 'string' },
  place: { type: 'string' },
  unit: { type: 'string' },
  line: { type: 'string' },
  poll: { type: 'string' },
  set: { type: 'string', multiple: true },
} as const;

export type DeviceArguments = {
  readonly config: string;
  readonly lang: Lang;
  readonly json: boolean;
  /** What stands alone: an address for `add`, an id for `change` and `remove`. */
  readonly what: string | undefined;
  readonly given: { readonly [K in keyof typeof options]?: string | boolean | string[] | undefined };
};

/** @throws FengsuiError INVALID; TypeError for an option that is not there */
export function deviceArguments(args: readonly string[]): DeviceArguments {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
  const lang = languageOf(values.lang, process.env);
  const config = configIn(values.config);
  if (positionals.length > 1)
    throw new FengsuiError('INVALID', `${positionals.slice(1).join(' ')}: one device at a time; put names in quotes`);
  return { config, lang, json: values.json, what: positionals[0], given: values };
}

/** `add 3 --profile … --name …` as a change. Pure. @throws FengsuiError INVALID with what to add */
export function additionOf(site: Site, { what, given }: DeviceArguments): { id: string; fields: Data } {
  const { profile, name } = given;
  if (what === undefined)
    throw new FengsuiError('INVALID', 'at which address? fengsui device add 3 …: its Modbus address, or its GPIO line');
  const address = numberIn(what, 'address');
  if (typeof profile !== 'string')
    throw new FengsuiError('INVALID', 'what is it? Add --profile, one of those that “fengsui profiles” lists');
  if (typeof name !== 'string')
    throw new FengsuiError('INVALID', 'what do people call it? Add --name, e.g. --name "Hydrant at the gate"');
  const bus = busOf(site, given.bus);
  const where = isLineBus(bus.kind) ? { line: address } : { unit: address };
  const id = given.id ?? `${profile.slice(profile.indexOf('/') + 1)}-${address}`;
  return { id: String(id), fields: { ...fieldsOf(given), bus: bus.id, ...where } };
}

/** `change ID --unit 5` as a change. Pure. @throws FengsuiError INVALID */
export function alterationOf({ what, given }: DeviceArguments): { id: string; fields: Data } {
  const fields = fieldsOf(given);
  if (Object.keys(fields).length === 0)
    throw new FengsuiError(
      'INVALID',
      'what is to be changed? Add --name, --place, --bus, --unit, --line, --poll, --profile or --set',
    );
  return { id: idOf(what), fields };
}

/** @throws FengsuiError INVALID */
export function idOf(what: string | undefined): string {
  if (what !== undefined) return what;
  throw new FengsuiError('INVALID', 'which device? Its id, as “fengsui device list” shows it');
}

function busOf(site: Site, wanted: DeviceArguments['given']['bus']) {
  const names = site.buses.map(({ id }) => id).join(', ') || 'none';
  const [only] = site.buses;
  const bus = wanted === undefined ? only : site.buses.find(({ id }) => id === wanted);
  if (!bus)
    throw new FengsuiError('INVALID', `there is no bus “${String(wanted ?? '')}”; the configuration has ${names}`);
  if (wanted === undefined && site.buses.length > 1)
    throw new FengsuiError('INVALID', `on which bus? Add --bus, one of ${names}`);
  return bus;
}

function fieldsOf(given: DeviceArguments['given']): { readonly [key: string]: Data } {
  const fields = new Map<string, Data>();
  for (const key of ['profile', 'name', 'bus'] as const)
    if (typeof given[key] === 'string') fields.set(key, given[key]);
  if (typeof given.place === 'string') fields.set('place', given.place === '' ? null : given.place);
  if (typeof given.unit === 'string') fields.set('unit', numberIn(given.unit, '--unit'));
  if (typeof given.line === 'string') fields.set('line', numberIn(given.line, '--line'));
  if (typeof given.poll === 'string')
    fields.set('pollMs', given.poll === '' ? null : Math.round(numberIn(given.poll, '--poll') * 1_000));
  for (const text of Array.isArray(given.set) ? given.set : []) put(fields, text);
  return Object.fromEntries(fields);
}

/** `low=0.2` is a setting, `low.limit=0.2` is of a condition; with nothing behind “=” the profile’s value holds again. */
function put(fields: Map<string, Data>, text: string): void {
  const at = text.indexOf('=');
  const path = text.slice(0, Math.max(0, at)).split('.');
  if (path[0] === '' || path.length > 3)
    throw new FengsuiError('INVALID', `--set ${text}: expected a setting and its value, e.g. low=0.2 or low.limit=0.2`);
  const value = text.slice(at + 1) === '' ? null : numberIn(text.slice(at + 1), `--set ${text}`);
  const root = path.length === 1 ? 'settings' : 'conditions';
  fields.set(root, placed(fields.get(root), path, value));
}

function placed(before: Data | undefined, [key = '', ...rest]: readonly string[], value: Data): Data {
  const map = typeof before === 'object' && before !== null && !Array.isArray(before) ? before : {};
  const old = new Map<string, Data | undefined>(Object.entries(map));
  return Object.fromEntries(old.set(key, rest.length === 0 ? value : placed(old.get(key), rest, value)));
}

function numberIn(text: string, what: string): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number)) return number;
  throw new FengsuiError('INVALID', `${what}: expected a number, got “${text}”`);
}
