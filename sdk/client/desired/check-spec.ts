import { FengsuiError } from '../../model/errors.ts';
import type { ProfileSpec } from '../../model/profile.ts';
import type { DeviceSpec } from '../../wire/methods.ts';

/** What is wrong with a device, and where: `settings.low`. */
export type SpecProblem = { readonly path: string; readonly message: string };

/** A bus or device id as the gateway takes it. */
const idPattern = /^[a-z0-9][a-z0-9-]{0,62}$/;
const longestName = 100;
const longestPlace = 200;
const lastUnit = 247;
const lastLine = 1_000;
const pollMs = { min: 100, max: 3_600_000 } as const;

/**
 * Whether a device can be right by its profile alone. What only its gateway knows (its buses, neighbours on a unit, the
 * load of a line) is not looked at: the gateway checks that when it applies the device.
 */
export function checkSpec(spec: DeviceSpec, profile: ProfileSpec): readonly SpecProblem[] {
  const problems: SpecProblem[] = [];
  const check = (path: string, isRight: boolean, message: string): void => {
    if (!isRight) problems.push({ path, message });
  };
  const { id, bus, name, place = '', pollMs: period } = spec;
  check('id', idPattern.test(id), 'expected lower-case letters, digits and hyphens, at most 63');
  check('bus', bus.length > 0, 'is missing: which bus of its gateway is it on?');
  check('name', name.length > 0 && name.length <= longestName, `expected 1 to ${longestName} characters`);
  check('place', place.length <= longestPlace, `expected at most ${longestPlace} characters`);
  check('pollMs', period === undefined || isWithin(period, pollMs), `expected ${pollMs.min} to ${pollMs.max} ms`);
  return [...problems, ...connectionProblems(spec, profile), ...settingProblems(spec.settings ?? {}, profile)];
}

/** @throws FengsuiError INVALID with all problems in `details.problems` */
export function refuseBadSpec(spec: DeviceSpec, profile: ProfileSpec): void {
  const problems = checkSpec(spec, profile);
  if (problems.length === 0) return;
  throw new FengsuiError('INVALID', `the device “${spec.id}” was refused: ${problemText(problems)}`, {
    details: { device: spec.id, problems },
  });
}

/** Problems in a line for people. */
export const problemText = (problems: readonly SpecProblem[]): string =>
  problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');

function connectionProblems({ unit, line }: DeviceSpec, profile: ProfileSpec): readonly SpecProblem[] {
  const isOnLine = Object.values(profile.points).some((point) => !('at' in point));
  if (isOnLine) {
    if (unit !== undefined) return [{ path: 'unit', message: 'a device on a GPIO line has no unit' }];
    if (line === undefined) return [{ path: 'line', message: 'is missing: which line or pin is it wired to?' }];
    return isWithin(line, { min: 0, max: lastLine }) ? [] : [{ path: 'line', message: `expected 0 to ${lastLine}` }];
  }
  if (line !== undefined) return [{ path: 'line', message: 'a device on a Modbus bus has no line' }];
  if (unit === undefined) return [{ path: 'unit', message: 'is missing: which Modbus address (1–247) does it have?' }];
  return isWithin(unit, { min: 1, max: lastUnit }) ? [] : [{ path: 'unit', message: `expected 1 to ${lastUnit}` }];
}

function settingProblems(given: Readonly<Record<string, number>>, profile: ProfileSpec): readonly SpecProblem[] {
  const declared = profile.settings ?? {};
  return Object.entries(given).flatMap(([name, value]) => {
    const setting = Object.hasOwn(declared, name) ? declared[name] : undefined;
    const path = `settings.${name}`;
    if (!setting) {
      const known = Object.keys(declared);
      const advice = known.length > 0 ? `; it has ${known.join(', ')}` : '';
      return [{ path, message: `${profile.id} has no such setting${advice}` }];
    }
    if (value >= setting.min && value <= setting.max) return [];
    return [{ path, message: `${value} is outside ${setting.min}–${setting.max} (${setting.help})` }];
  });
}

const isWithin = (x: number, { min, max }: { readonly min: number; readonly max: number }): boolean =>
  Number.isInteger(x) && x >= min && x <= max;
