import type { ByteOrder, NumberPoint, WordTable } from '../../../sdk/model/profile.ts';
import { monoTime } from '../../../sdk/model/time.ts';
import type { Run } from '../../bus/scan/readable-ranges.ts';
import { type PointDecoder, pointDecoder, widthOf } from '../../point/decode-point.ts';
import { type ShownNumber, showsAs } from './shown-number.ts';

/** What the dial showed, and the registers as they were read about that time: any of the reads may be the one. */
export type Sighting = { readonly shown: ShownNumber; readonly reads: readonly (readonly Run[])[] };

/** One way to get the shown number out of the registers. */
export type Interpretation = {
  readonly from: WordTable;
  readonly at: number;
  readonly as: NumberPoint['as'];
  /** Absent where there is one word in its natural order. */
  readonly order?: ByteOrder;
  /** The raw number is divided by 10 to this power; or to that which stands in a register of the same table. */
  readonly decimals: number | { readonly at: number };
};

/**
 * Interpretations that gave the very same number in every read and have registers in common, simplest first. Nothing read
 * so far tells them apart, and as long as the values stay in that region nothing needs to.
 */
export type Answer = { readonly best: Interpretation; readonly same: readonly Interpretation[] };

/** Powers of ten between dial and register: MPa as Pa is six, bar as mbar three. */
const exponents = [0, 1, 2, 3, 4, 5, 6, -1, -2, -3] as const;
/** A decimals register stands near its value (registers.md 3.1: next to it). */
const decimalsReach = 8;
/** Decimals registers hold 0 to 4. */
const mostDecimals = 4;

/**
 * Every interpretation that gives what the dial showed at every sighting, likeliest first: simple types, usual orders, the
 * dial's own decimal places. The true one is among them if it is of a type and order listed here, and if its registers were
 * read; how many others are left is how far it is from certain. Zeros alone give none: most registers hold zero. Pure.
 */
export function detectOrder(sightings: readonly Sighting[]): readonly Answer[] {
  const telling = sightings.find(({ shown }) => shown.value !== 0);
  if (!telling) return [];
  const found = candidates(telling).filter((c) => sightings.every((sighting) => explains(c, sighting)));
  const groups: Group[] = [];
  for (const candidate of found.toSorted((a, b) => a.cost - b.cost || a.at - b.at)) {
    const values = valuesOf(candidate, sightings);
    const group = groups.find((g) => g.values === values && doOverlap(g.best, candidate));
    if (group) group.same.push(candidate);
    else groups.push({ best: candidate, values, same: [] });
  }
  return groups.map(({ best, same }) => ({ best: interpretation(best), same: same.map(interpretation) }));
}

/** How many numbers the dial showed that differ from each other. */
export const distinctValues = (sightings: readonly Sighting[]): number =>
  new Set(sightings.map(({ shown }) => shown.value)).size;

/** A type in one order of its bytes. */
type Form = {
  readonly as: NumberPoint['as'];
  readonly order: ByteOrder;
  readonly width: number;
  readonly decode: PointDecoder;
  readonly cost: number;
};
type Candidate = {
  readonly from: WordTable;
  readonly at: number;
  readonly form: Form;
  readonly decimals: Interpretation['decimals'];
  readonly cost: number;
};

type Group = { readonly best: Candidate; readonly values: string; readonly same: Candidate[] };

const doOverlap = (a: Candidate, b: Candidate): boolean =>
  a.from === b.from && a.at < b.at + b.form.width && b.at < a.at + a.form.width;

/** All numbers that a candidate gave, as a text to compare; without the last digits, which are the calculation's. */
const valuesOf = (candidate: Candidate, sightings: readonly Sighting[]): string =>
  sightings.flatMap(({ reads }) => reads.map((read) => valueOf(candidate, read)?.toPrecision(12))).join(' ');

/** What an order costs in likelihood: the natural one, words swapped, bytes swapped. */
const orders: Readonly<Record<1 | 2 | 4, readonly (readonly [ByteOrder, number])[]>> = {
  1: [
    ['AB', 0],
    ['BA', 6],
  ],
  2: [
    ['ABCD', 0],
    ['CDAB', 1],
    ['BADC', 5],
    ['DCBA', 4],
  ],
  4: [
    ['ABCDEFGH', 0],
    ['GHEFCDAB', 1],
    ['BADCFEHG', 5],
    ['HGFEDCBA', 4],
  ],
};
/** What a type costs in likelihood. */
const types: readonly (readonly [NumberPoint['as'], number])[] = [
  ['u16', 0],
  ['i16', 0.5],
  ['f32', 1],
  ['u32', 2],
  ['i32', 2.5],
  ['bcd16', 3],
  ['bcd32', 4],
  ['f64', 4],
  ['u64', 5],
  ['i64', 5.5],
];
const forms: readonly Form[] = types.flatMap(([as, typeCost]) => {
  const plain = { from: 'holding', at: 0, as, unit: '1', resolution: 1, range: [-Infinity, Infinity] } as const;
  const width = widthOf(plain);
  const known = width === 1 || width === 2 || width === 4 ? orders[width] : [];
  return known.map(([order, orderCost]) => ({
    as,
    order,
    width,
    decode: pointDecoder({ ...plain, order }, {}),
    cost: typeCost + orderCost,
  }));
});

function candidates({ shown, reads }: Sighting): readonly Candidate[] {
  const found = reads
    .flat()
    .flatMap((run) => run.words.flatMap((_, offset) => forms.flatMap((form) => fitting(run, offset, form, shown))));
  const nameOf = ({ from, at, form, decimals }: Candidate): string =>
    `${from} ${at} ${form.as} ${form.order} ${JSON.stringify(decimals)}`;
  return [...new Map(found.map((candidate) => [nameOf(candidate), candidate])).values()];
}

function fitting(run: Run, offset: number, form: Form, shown: ShownNumber): readonly Candidate[] {
  const raw = rawAt(run, offset, form);
  if (raw === undefined) return [];
  const at = run.at + offset;
  return scales(raw, shown, isFloat(form) ? undefined : { run, offset }).map((decimals) => {
    const cost = form.cost + scaleCost(decimals, shown, form, at);
    return { from: run.from, at, form, decimals, cost };
  });
}

/** Every scaling that makes the raw number what is shown; by a decimals register only where one may stand beside it. */
function scales(
  raw: number,
  shown: ShownNumber,
  place: { readonly run: Run; readonly offset: number } | undefined,
): readonly Interpretation['decimals'][] {
  const powers = exponents.filter((n) => showsAs(raw / 10 ** n, shown));
  if (!place || powers.length === 0) return powers;
  const { run, offset } = place;
  const first = Math.max(0, offset - decimalsReach);
  const registers = run.words.slice(first, offset + decimalsReach + 1).flatMap((word, i) => {
    const holdsPower = word <= mostDecimals && powers.some((n) => n === word);
    return holdsPower && first + i !== offset ? [{ at: run.at + first + i }] : [];
  });
  return [...powers, ...registers];
}

function explains(candidate: Candidate, { shown, reads }: Sighting): boolean {
  return reads.some((read) => {
    const value = valueOf(candidate, read);
    return value !== undefined && showsAs(value, shown);
  });
}

function valueOf({ from, at, form, decimals }: Candidate, read: readonly Run[]): number | undefined {
  const run = read.find((r) => r.from === from && r.at <= at && at < r.at + r.words.length);
  const raw = run && rawAt(run, at - run.at, form);
  if (!run || raw === undefined) return undefined;
  if (typeof decimals === 'number') return raw / 10 ** decimals;
  const places = run.words[decimals.at - run.at];
  return places === undefined || places > mostDecimals ? undefined : raw / 10 ** places;
}

function rawAt(run: Run, offset: number, form: Form): number | undefined {
  if (offset + form.width > run.words.length) return undefined;
  const point = form.decode(run.words, offset, monoTime(0));
  return point.quality === 'good' && typeof point.value === 'number' ? point.value : undefined;
}

function scaleCost(decimals: Interpretation['decimals'], shown: ShownNumber, form: Form, at: number): number {
  if (typeof decimals !== 'number') return 1 + Math.abs(decimals.at - at) / 4;
  return Math.abs(decimals - (isFloat(form) ? 0 : shown.decimals));
}

const isFloat = ({ as }: Form): boolean => as === 'f32' || as === 'f64';

function interpretation({ from, at, form, decimals }: Candidate): Interpretation {
  const natural = form.order === 'AB';
  return { from, at, as: form.as, ...(natural ? {} : { order: form.order }), decimals };
}
