import { conditionAt } from '../sdk/model/condition-at.ts';
import {
  type Address,
  type BitTable,
  type Condition,
  type Factor,
  type IdentityCheck,
  type PointSpec,
  type ProfileSpec,
  riskLevels,
  type WordTable,
} from '../sdk/model/profile.ts';
import { checkCommand } from './check-command.ts';
import { checkCondition, checkTogether, settingsIn } from './check-condition.ts';
import { widthOf } from './point-width.ts';

/** Something in a profile that cannot be right. `message` says of which profile and part, what, and what to do. */
export type ProfileProblem = { readonly profile: string; readonly part: string; readonly message: string };

type Settings = Readonly<Record<string, number>>;
/** A run of registers or bits of one table. */
type Run = { readonly from: WordTable | BitTable; readonly at: number; readonly count: number };
type Taken = Run & { readonly point: string; readonly spec: PointSpec };
type Finding = readonly [part: string, what: string];

/**
 * What the types of {@link ProfileSpec} cannot forbid: registers that contradict each other or cannot be read, names
 * that lead nowhere, limits the wrong way round. Empty when all is well. Pure.
 * @param settings those of a site; the profile's defaults unless given. Addresses may depend on them.
 */
export function checkProfile(profile: ProfileSpec, settings: Settings = {}): readonly ProfileProblem[] {
  const defaults = Object.entries(profile.settings ?? {}).map(([name, { default: value }]) => [name, value] as const);
  const known: Settings = { ...Object.fromEntries(defaults), ...settings };
  const taken = Object.entries(profile.points).flatMap(([point, spec]): Taken[] =>
    'at' in spec ? [{ point, spec, from: spec.from, at: addressOf(spec.at, known), count: widthOf(spec) }] : [],
  );
  const findings = [
    ...Object.entries(profile.settings ?? {}).flatMap(([name, setting]) => [
      ...says(setting.min > setting.max, `setting “${name}”`, 'its “min” is above its “max”; exchange them'),
      ...says(
        setting.default < setting.min || setting.default > setting.max,
        `setting “${name}”`,
        `its default ${setting.default} is not within ${setting.min}–${setting.max}; correct one of them`,
      ),
    ]),
    ...Object.entries(profile.points).flatMap(([name, spec]) => ofPoint(`point “${name}”`, spec, profile, known)),
    ...taken.flatMap((one) => ofRun(`point “${one.point}”`, one, profile)),
    ...taken.flatMap((one, i) => taken.slice(i + 1).flatMap((other) => ofPair(one, other))),
    ...Object.entries(profile.conditions ?? {}).flatMap(([name, condition]) =>
      ofCondition(`condition “${name}”`, condition, profile, known),
    ),
    ...Object.entries(profile.commands ?? {}).flatMap(([name, command]) =>
      checkCommand(command, profile).map((what): Finding => [`command “${name}”`, what]),
    ),
    ...checkTogether(profile.conditions ?? {}, known).map(([name, what]): Finding => [`condition “${name}”`, what]),
    ...[...(profile.identification?.certain ?? []), ...(profile.identification?.plausible ?? [])].flatMap((check) =>
      ofRun('identification', runOf(check), profile),
    ),
    ...(profile.forbidden ?? []).flatMap((range) => outOfTable('forbidden range', range)),
  ];
  return findings.map(([part, what]) => ({
    profile: profile.id,
    part,
    message: `profile “${profile.id}”, ${part}: ${what}`,
  }));
}

const says = (wrong: boolean, part: string, what: string): Finding[] => (wrong ? [[part, what]] : []);

function ofPoint(part: string, spec: PointSpec, profile: ProfileSpec, settings: Settings): Finding[] {
  const found = [...unknownNames(part, namesOf(spec), settings)];
  if ('pulse' in spec && spec.pulse)
    found.push(...says(spec.from !== 'coil' || !spec.writable, part, 'only a writable coil has a pulse of its own'));
  if ('bit' in spec) found.push(...says(!isBit(spec.bit), part, `bit ${spec.bit} is not one of a register’s 0–15`));
  if ('bits' in spec && spec.bits) {
    const [low, high] = spec.bits;
    const isField = isBit(low) && isBit(high) && low <= high && (spec.as === 'choice' || spec.as === 'u16');
    found.push(...says(!isField, part, `bits ${low}–${high} are no field of one u16 register; give [lowest, highest]`));
  }
  if ('range' in spec) {
    const [low, high] = spec.range;
    const widest = 2 ** (16 * widthOf(spec)) - 1;
    const stray = spec.lostMarkers?.find((marker) => marker < 0 || marker > widest);
    found.push(
      ...says(low >= high, part, `range ${low} to ${high} holds nothing; give [lowest, highest]`),
      ...says(spec.resolution <= 0, part, `resolution ${spec.resolution} is no step; give one above 0`),
      ...says(stray !== undefined, part, `marker ${stray} never comes: give it as an unsigned number, 0–${widest}`),
    );
  }
  if ('order' in spec && spec.order) {
    const natural = 'ABCDEFGH'.slice(0, spec.as === 'text' ? 2 : 2 * widthOf(spec));
    const isOrder = Array.from<string>(spec.order).toSorted().join('') === natural;
    found.push(...says(!isOrder, part, `order ${spec.order} does not order the bytes ${natural} of a ${spec.as}`));
  }
  if ('decimals' in spec && spec.decimals !== undefined) found.push(...ofDecimals(part, spec, profile, settings));
  if ('everyMs' in spec && spec.everyMs !== undefined) {
    const what = `everyMs ${spec.everyMs} is not slower than the profile’s pollMs ${profile.pollMs}; leave it out`;
    found.push(...says(!(spec.everyMs > profile.pollMs), part, what));
  }
  return found;
}

/** A decimals register must be one that can be read, and a register of its own: no half of a wider value. */
function ofDecimals(
  part: string,
  spec: Extract<PointSpec, { decimals?: Address }>,
  profile: ProfileSpec,
  settings: Settings,
): Finding[] {
  const run: Run = { from: spec.from, at: addressOf(spec.decimals ?? 0, settings), count: 1 };
  const at = addressOf(spec.at, settings);
  if (overlap(run, { from: spec.from, at, count: widthOf(spec) })) {
    return [[part, `its decimals register ${run.at} is the value itself; give the register that tells the decimals`]];
  }
  const inside = Object.entries(profile.points).find(
    ([, other]) =>
      'at' in other &&
      widthOf(other) > 1 &&
      overlap(run, { from: other.from, at: addressOf(other.at, settings), count: widthOf(other) }),
  );
  return [
    ...ofRun(part, run, profile),
    ...says(inside !== undefined, part, `its decimals register ${run.at} is a part of point “${inside?.[0]}”`),
  ];
}

function ofRun(part: string, run: Run, profile: ProfileSpec): Finding[] {
  const isBits = run.from === 'coil' || run.from === 'discrete';
  const limit = profile.maxBlock ?? (isBits ? 2_000 : 125);
  const barred = profile.forbidden?.find((range) => overlap(run, range));
  return [
    ...outOfTable(part, run),
    ...says(
      run.count > limit,
      part,
      `it takes ${run.count}, but one request brings at most ${limit} (maxBlock); it could never be read`,
    ),
    ...says(
      barred !== undefined,
      part,
      `${spanOf(run)} must not be read (${barred?.why}); drop it or correct the forbidden range`,
    ),
  ];
}

function outOfTable(part: string, run: Run): Finding[] {
  if (Number.isNaN(run.at)) return []; // a setting that is not there, told by its name
  const isInside = Number.isInteger(run.at) && run.at >= 0 && run.at + run.count <= 65_536;
  return says(
    !isInside,
    part,
    `${spanOf(run)} is not made of whole numbers within 0–65535; addresses are zero-based, 40001 is 0`,
  );
}

/** Points may share registers if they say the same of them, or if each is a part of one word. */
function ofPair(one: Taken, other: Taken): Finding[] {
  if (!overlap(one, other) || (isPart(one.spec) && isPart(other.spec))) return [];
  if (one.at === other.at && typeOf(one.spec) === typeOf(other.spec)) return [];
  const what = `${spanOf(one)} as ${typeOf(one.spec)} contradicts point “${other.point}”, ${spanOf(other)} as ${typeOf(other.spec)}; correct one of them`;
  return [[`point “${one.point}”`, what]];
}

/** At every risk level. */
function ofCondition(part: string, condition: Condition, profile: ProfileSpec, settings: Settings): Finding[] {
  const wrong = riskLevels.flatMap((level) => {
    const at = level === 'normal' ? part : `${part} at risk level ${level}`;
    return checkCondition(conditionAt(condition, {}, level), profile, settings).map((what): Finding => [at, what]);
  });
  return [
    ...unknownNames(part, settingsIn(condition), settings),
    ...wrong.filter(([, what], i) => wrong.findIndex(([, other]) => other === what) === i),
  ];
}

const unknownNames = (part: string, names: readonly Factor[], settings: Settings): Finding[] =>
  names.flatMap((name) =>
    says(
      typeof name === 'string' && !Object.hasOwn(settings, name),
      part,
      `it uses a setting “${name}” that the profile does not declare; declare it in “settings”, or correct the name`,
    ),
  );

/** Everything in a point that may be the name of a setting. */
function namesOf(spec: PointSpec): readonly Factor[] {
  const addresses = ['at' in spec ? spec.at : 0, ('decimals' in spec ? spec.decimals : undefined) ?? 0];
  const pulse = ('pulse' in spec ? spec.pulse?.at : undefined) ?? 0;
  return [...[...addresses, pulse].map(termsOf).flat(2), ('scale' in spec ? spec.scale : undefined) ?? 1];
}

const termsOf = (address: Address) => (typeof address === 'number' ? [address] : address);

/** NaN if a setting is missing. */
function addressOf(address: Address, settings: Settings): number {
  const factor = (f: Factor): number => (typeof f === 'number' ? f : (settings[f] ?? Number.NaN));
  return termsOf(address).reduce<number>(
    (sum, term) => sum + (typeof term === 'object' ? factor(term[0]) * factor(term[1]) : factor(term)),
    0,
  );
}

const overlap = (a: Run, b: Run): boolean => a.from === b.from && a.at < b.at + b.count && b.at < a.at + a.count;
const isBit = (n: number): boolean => Number.isInteger(n) && n >= 0 && n <= 15;
const isPart = (spec: PointSpec): boolean => 'bit' in spec || ('bits' in spec && spec.bits !== undefined);
const typeOf = (spec: PointSpec): string =>
  [spec.as, 'order' in spec ? spec.order : undefined, isPart(spec) ? 'bits' : undefined].filter(Boolean).join(' ');
const spanOf = ({ from, at, count }: Run): string => `${from} ${count === 1 ? at : `${at}–${at + count - 1}`}`;
const runOf = ({ from, at, words }: IdentityCheck): Run => ({ from, at, count: words.length });
