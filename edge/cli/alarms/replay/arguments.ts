import { parseArgs } from 'node:util';
import { checkProfile, profiles } from '../../../../device-profiles/index.ts';
import type { ConditionChanges } from '../../../../sdk/model/condition-at.ts';
import { FengsuiError } from '../../../../sdk/model/errors.ts';
import { type ConditionChange, type ProfileSpec, type RiskLevel, riskLevels } from '../../../../sdk/model/profile.ts';
import { checkConditions } from '../../../runtime/config/check-alarms.ts';
import { type Lang, languageOf } from '../../terminal/language.ts';

export type ReplayArguments = {
  readonly file: string;
  readonly profile: ProfileSpec;
  readonly settings: Readonly<Record<string, number>>;
  readonly conditions: ConditionChanges;
  readonly point: string | undefined;
  readonly level: RiskLevel;
  readonly json: boolean;
  readonly lang: Lang;
};

/** What can be set of a condition. */
const changeable = [
  'limit',
  'deadband',
  'onDelayMs',
  'offDelayMs',
] as const satisfies readonly (keyof ConditionChange)[];

/** @throws FengsuiError INVALID; TypeError of `parseArgs` for an unknown option */
export function replayArguments(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ReplayArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      profile: { type: 'string' },
      csv: { type: 'string' },
      set: { type: 'string', multiple: true, default: [] },
      point: { type: 'string' },
      level: { type: 'string', default: 'normal' },
      json: { type: 'boolean', default: false },
      lang: { type: 'string' },
    },
  });
  if (values.csv === undefined) throw invalid('which recording? Add --csv FILE');
  const profile = profileOf(values.profile);
  const { settings, conditions } = changesIn(values.set, profile);
  return {
    file: values.csv,
    profile,
    settings,
    conditions,
    point: pointIn(profile, values.point),
    level: levelOf(values.level),
    json: values.json,
    lang: languageOf(values.lang, env),
  };
}

function profileOf(id: string | undefined): ProfileSpec {
  const known: readonly ProfileSpec[] = profiles;
  const found = known.find((each) => each.id === id);
  if (found) return found;
  if (id === undefined) throw invalid('which device was recorded? Add --profile; fengsui profiles lists them');
  const end = id.split('/').at(-1) ?? id;
  const near = known.filter((each) => each.id.includes(end)).map((each) => each.id);
  throw invalid(
    `--profile ${id}: there is none; ${near.length > 0 ? `is it ${near.join(' or ')}?` : 'fengsui profiles lists them'}`,
  );
}

function pointIn({ id, points }: ProfileSpec, name: string | undefined): string | undefined {
  if (name === undefined || Object.hasOwn(points, name)) return name;
  throw invalid(`--point ${name}: ${id} has ${Object.keys(points).join(', ')}`);
}

function levelOf(text: string): RiskLevel {
  const found = riskLevels.find((level) => level === text);
  if (found) return found;
  throw invalid(`--level ${text}: give one of ${riskLevels.join(', ')}`);
}

type Changes = Pick<ReplayArguments, 'settings' | 'conditions'>;

/** `low=0.14` sets a setting, `low-low.onDelayMs=5000` changes a condition. Whether it makes sense is checked as of a site. */
function changesIn(texts: readonly string[], profile: ProfileSpec): Changes {
  const settings: Record<string, number> = {};
  for (const [name, setting] of Object.entries(profile.settings ?? {})) settings[name] = setting.default;
  const conditions: Record<string, Record<string, number>> = {};
  const names = new Set<string>();
  for (const text of texts) {
    const { name, value } = assignment(text);
    if (names.has(name)) throw invalid(`--set ${text}: “${name}” is set twice`);
    names.add(name);
    const dot = name.lastIndexOf('.');
    if (dot < 0) settings[name] = settingOf(profile, name, value);
    else {
      const condition = conditionOf(profile, name.slice(0, dot), text);
      conditions[condition] = { ...conditions[condition], [fieldOf(name.slice(dot + 1), text)]: value };
    }
  }
  refuseNonsense(profile, settings, conditions);
  return { settings, conditions };
}

function assignment(text: string): { name: string; value: number } {
  const [, name = '', number = ''] = /^\s*([^=\s]+)\s*=\s*(\S+)\s*$/.exec(text) ?? [];
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(number) ? Number(number) : Number.NaN;
  if (name !== '' && Number.isFinite(value)) return { name, value };
  throw invalid(`--set ${text}: give NAME=NUMBER, as low=0.14 or low.onDelayMs=10000`);
}

function settingOf({ id, settings = {} }: ProfileSpec, name: string, value: number): number {
  const setting = Object.hasOwn(settings, name) ? settings[name] : undefined;
  if (!setting) {
    const known = Object.keys(settings);
    throw invalid(
      `--set ${name}: ${id} has no such setting; ${known.length > 0 ? `it has ${known.join(', ')}` : 'it has none'}. A condition is changed by its name and a field, as low.limit=0.14`,
    );
  }
  if (value >= setting.min && value <= setting.max) return value;
  throw invalid(`--set ${name}=${value}: outside ${setting.min} to ${setting.max} (${setting.help})`);
}

function conditionOf({ id, conditions = {} }: ProfileSpec, name: string, text: string): string {
  if (Object.hasOwn(conditions, name)) return name;
  throw invalid(
    `--set ${text}: ${id} has no condition “${name}”; it has ${Object.keys(conditions).join(', ') || 'none'}`,
  );
}

function fieldOf(name: string, text: string): (typeof changeable)[number] {
  const found = changeable.find((field) => field === name);
  if (found) return found;
  throw invalid(`--set ${text}: of a condition can be set ${changeable.join(', ')}`);
}

/** The same checks that a site's configuration must pass. */
function refuseNonsense(profile: ProfileSpec, settings: Changes['settings'], conditions: ConditionChanges): void {
  const wrong = checkProfile(profile, settings).map(({ part, message }) => message.slice(message.indexOf(part)));
  if (wrong.length === 0)
    checkConditions({ conditions }, profile, settings, ([, ...path], what) => wrong.push(`${path.join('.')}: ${what}`));
  if (wrong.length > 0) throw invalid(`--set: ${[...new Set(wrong)].join('; ')}`);
}

const invalid = (what: string): FengsuiError => new FengsuiError('INVALID', what);
