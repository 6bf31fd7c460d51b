import type { Condition, ConditionChange, PointSpec, ProfileSpec, When } from '../sdk/model/profile.ts';

type Settings = Readonly<Record<string, number>>;
type Tunable = number | string;

/** The longest anybody may be kept waiting for a fire, ms: alarm verification ends after 60 s at most. */
const longestFireDelay = 60_000;
const longestDelay = 31 * 86_400_000;
const mostSamples = 32;

/**
 * What is wrong with a condition: a point that is not there, a limit that no value ever passes or that every value does,
 * a deadband that never lets go, a delay that cannot be. Each message says what and what to do. Pure.
 */
export function checkCondition(condition: Condition, profile: ProfileSpec, settings: Settings): readonly string[] {
  const spec = profile.points[condition.point];
  if (!spec) return [`there is no point “${condition.point}”; name one of ${Object.keys(profile.points).join(', ')}`];
  const tune = (x: Tunable): number => (typeof x === 'number' ? x : (settings[x] ?? Number.NaN));
  return [
    ...ofWhen(condition.when, spec, { tune, pollMs: profile.pollMs }),
    ...ofDelays(condition, tune),
    ...ofSamples(condition),
    ...(hasOwnPeriod(spec)
      ? [`point “${condition.point}” raises an alarm and must not be read more slowly; drop its everyMs`]
      : []),
  ];
}

/** Settings that a condition names, at any risk level. */
export function settingsIn(condition: Condition): readonly string[] {
  const { when, onDelayMs, offDelayMs, risk } = condition;
  const changed = (change: ConditionChange = {}): readonly (Tunable | undefined)[] => [
    change.limit,
    change.onDelayMs,
    change.offDelayMs,
  ];
  return [limitOf(when), onDelayMs, offDelayMs, ...changed(risk?.heightened), ...changed(risk?.severe)].filter(
    (x) => typeof x === 'string',
  );
}

/**
 * Limits of one point that contradict each other: nothing between “below” and “above” is normal, or the graver limit is
 * passed before the lighter one. By the names of the conditions.
 */
export function checkTogether(
  conditions: Readonly<Record<string, Condition>>,
  settings: Settings,
): readonly (readonly [condition: string, what: string])[] {
  const tune = (x: Tunable | undefined): number => (typeof x === 'number' ? x : (settings[x ?? ''] ?? Number.NaN));
  const found: (readonly [string, string])[] = [];
  for (const [name, one] of Object.entries(conditions)) {
    for (const [other, two] of Object.entries(conditions)) {
      if (one.point !== two.point) continue;
      const [a, b] = [tune(limitOf(one.when)), tune(limitOf(two.when))];
      if ('below' in one.when && 'above' in two.when && a > b)
        found.push([
          name,
          `below ${a} contradicts “${other}”, above ${b}: every value raises one of them; exchange them`,
        ]);
      const isGraver = name === `${other}-${other}`;
      if (isGraver && 'below' in one.when && 'below' in two.when && a > b)
        found.push([name, `${a} is passed before “${other}” at ${b}; the graver limit must be the lower one`]);
      if (isGraver && 'above' in one.when && 'above' in two.when && a < b)
        found.push([name, `${a} is passed before “${other}” at ${b}; the graver limit must be the higher one`]);
    }
  }
  return found;
}

const hasOwnPeriod = (spec: PointSpec): boolean => 'everyMs' in spec && spec.everyMs !== undefined;

function limitOf(when: When): Tunable | undefined {
  if ('below' in when) return when.below;
  if ('above' in when) return when.above;
  if ('rises' in when) return when.rises;
  if ('falls' in when) return when.falls;
  return 'stuckMs' in when ? when.stuckMs : undefined;
}

type Context = { readonly tune: (x: Tunable) => number; readonly pollMs: number };

function ofWhen(when: When, spec: PointSpec, ctx: Context): readonly string[] {
  if ('is' in when) return ofNames([when.is].flat(), spec);
  if ('bad' in when) return [when.bad].flat().flatMap((way) => ofBadness(way, spec));
  if (!('range' in spec)) return ['its point is no number and has no limit; use “is”'];
  const limit = ctx.tune(limitOf(when) ?? 0);
  if (Number.isNaN(limit)) return []; // a setting that is not there, told by its name
  if ('stuckMs' in when) return ofStuck(limit, ctx);
  const [min, max] = spec.range;
  const unit = spec.unit === '1' ? '' : ` ${spec.unit}`;
  if ('rises' in when || 'falls' in when) {
    const span = max - min;
    return [
      ...(limit > 0 ? [] : [`a change by ${limit} is always there; give one above 0`]),
      ...(limit <= span ? [] : [`it never holds: the point spans only ${span}${unit}`]),
      ...(when.withinMs > 0 ? [] : [`withinMs ${when.withinMs} is no span of time`]),
    ];
  }
  const { deadband, evenDoubtful = false } = when;
  const isBelow = 'below' in when;
  const release = isBelow ? limit + deadband : limit - deadband;
  return [
    ...(deadband >= 0 ? [] : [`deadband ${deadband} is negative: it would clear before it is raised`]),
    ...(evenDoubtful || (isBelow ? limit > min : limit < max)
      ? []
      : [
          `it can never hold: ${isBelow ? 'below' : 'above'} ${limit}${unit} is outside the point’s range ${min} to ${max}`,
        ]),
    ...(evenDoubtful || (isBelow ? limit <= max : limit >= min)
      ? []
      : [`it would always hold: the point’s range is ${min} to ${max}${unit}`]),
    ...(release >= min && release <= max
      ? []
      : [
          `it can never clear: with deadband ${deadband} it is released at ${release}${unit}, outside ${min} to ${max}`,
        ]),
  ];
}

function ofNames(names: readonly unknown[], spec: PointSpec): readonly string[] {
  if (names.length === 0) return ['it can never hold: name at least one state'];
  const can = (name: unknown): boolean => {
    if ('of' in spec) return Object.values(spec.of).some((choice) => choice === name);
    if (spec.as === 'bool') return typeof name === 'boolean';
    return spec.as === 'text' ? typeof name === 'string' : typeof name === 'number';
  };
  return names.filter((name) => !can(name)).map((name) => `its point is never “${String(name)}”; ${choicesOf(spec)}`);
}

function choicesOf(spec: PointSpec): string {
  if ('of' in spec) return `it is one of its choices: ${Object.values(spec.of).join(', ')}`;
  return spec.as === 'bool' ? 'it is true or false' : `it is a ${spec.as === 'text' ? 'text' : 'number'}`;
}

function ofBadness(way: string, spec: PointSpec): readonly string[] {
  if (way === 'unknown-code' && !('of' in spec)) return ['it can never hold: only a choice has unknown codes'];
  if (way === 'out-of-range' && !('range' in spec)) return ['it can never hold: only a number is out of range'];
  if (way === 'device-marker' && !('lostMarkers' in spec && spec.lostMarkers && spec.lostMarkers.length > 0))
    return ['it can never hold: its point has no lostMarkers'];
  return [];
}

const ofStuck = (forMs: number, { pollMs }: Context): readonly string[] =>
  forMs >= 10 * pollMs
    ? []
    : [`stuck for ${forMs} ms is shorter than ten poll periods of ${pollMs} ms: too few values to tell`];

function ofDelays(condition: Condition, tune: (x: Tunable) => number): readonly string[] {
  const found: string[] = [];
  for (const name of ['onDelayMs', 'offDelayMs'] as const) {
    const delay = tune(condition[name]);
    if (delay < 0) found.push(`${name} ${delay} is negative; 0 is at once`);
    if (delay > longestDelay) found.push(`${name} ${delay} is longer than a month; nobody would see it`);
  }
  const onDelay = tune(condition.onDelayMs);
  if (condition.kind === 'fire' && onDelay > longestFireDelay)
    found.push(`onDelayMs ${onDelay}: a fire is told within ${longestFireDelay} ms at most`);
  return found;
}

function ofSamples({ samples }: Condition): readonly string[] {
  if (!samples) return [];
  const { atLeast, of } = samples;
  const fits = Number.isInteger(atLeast) && Number.isInteger(of) && atLeast >= 1 && atLeast <= of && of <= mostSamples;
  return fits ? [] : [`${atLeast} of ${of} samples cannot be; give 1 ≤ atLeast ≤ of ≤ ${mostSamples}`];
}
