import type { PointValue, Scalar } from '../../sdk/model/point.ts';
import type { ChoicePoint, NumberPoint, PointSpec, WordOrder } from '../../sdk/model/profile.ts';
import type { MonoTime } from '../../sdk/model/time.ts';
import type { Words } from '../bus/reading.ts';
import { factorOf, type Settings } from './resolve-address.ts';

/**
 * Turns the words of one point into its value. `offset` is where the point begins in `words`; `decimals` is the
 * content of its decimals register, where it has one. Pure: `at` is the time of the reading.
 */
export type PointDecoder = (words: Words, offset: number, at: MonoTime, decimals?: number) => PointValue;

/** How many registers or bits a point takes. */
export const widthOf = (spec: PointSpec): number =>
  spec.as === 'u32' || spec.as === 'i32' || spec.as === 'f32' ? 2 : 1;

export function pointDecoder(spec: PointSpec, settings: Settings): PointDecoder {
  const scale = 'scale' in spec ? factorOf(spec.scale ?? 1, settings) : 1;
  const known = decoders.get(spec) ?? new Map<number, PointDecoder>();
  decoders.set(spec, known);
  const decoder = known.get(scale) ?? checkedDecoder(spec, scale);
  known.set(scale, decoder);
  return decoder;
}

/** Decoders hold no state: thousands of devices of one profile share theirs. */
const decoders = new WeakMap<PointSpec, Map<number, PointDecoder>>();

function checkedDecoder(spec: PointSpec, scale: number): PointDecoder {
  const decode = wholeDecoder(spec, scale);
  const width = widthOf(spec);
  // A word that is not there must not be read as 0: zero may mean normal.
  return (words, offset, at, decimals) =>
    offset + width > words.length ? { quality: 'lost', at, why: 'bad-reply' } : decode(words, offset, at, decimals);
}

function wholeDecoder(spec: PointSpec, scale: number): PointDecoder {
  if (spec.as === 'bool') return (words, offset, at) => ({ quality: 'good', at, value: words[offset] === 1 });
  return spec.as === 'choice' ? choiceDecoder(spec) : numberDecoder(spec, scale);
}

function choiceDecoder(spec: ChoicePoint): PointDecoder {
  const names = new Map(Object.entries(spec.of).map(([code, name]) => [Number(code), name]));
  return (words, offset, at) => {
    const code = wordAt(words, offset);
    const name = names.get(code);
    return name === undefined
      ? { quality: 'doubtful', at, value: `code ${code}`, why: 'unknown-code' }
      : { quality: 'good', at, value: name };
  };
}

function numberDecoder(spec: NumberPoint, scale: number): PointDecoder {
  const raw = rawReader(spec);
  const scaled = [0, 1, 2, 3, 4].map((decimals) => scaler(scale, decimals));
  const markers = new Set(spec.lostMarkers);
  const [low, high] = spec.range;
  return (words, offset, at, decimals = 0) => {
    const number = raw(words, offset);
    // Not a number, and no infinity either: neither can be told to anybody.
    if (markers.has(wordAt(words, offset)) || !Number.isFinite(number))
      return { quality: 'lost', at, why: 'device-marker' };
    const toUnit = scaled[decimals];
    if (!toUnit) return { quality: 'lost', at, why: 'bad-reply' };
    const value = toUnit(number);
    return value < low || value > high
      ? { quality: 'doubtful', at, value, why: 'out-of-range' }
      : { quality: 'good', at, value };
  };
}

/** Divides where scale and decimals make a whole divisor, so that 4210 steps of 0.1 kPa are 0.421 MPa and not 0.42100000000000004. */
function scaler(scale: number, decimals: number): (raw: number) => number {
  const divisor = 10 ** decimals / scale;
  const whole = Math.round(divisor);
  if (whole >= 1 && Math.abs(divisor - whole) < 1e-9 * divisor) return (raw) => raw / whole;
  return (raw) => (raw * scale) / 10 ** decimals;
}

function rawReader(spec: NumberPoint): (words: Words, offset: number) => number {
  if (spec.as === 'u16') return wordAt;
  if (spec.as === 'i16') return (words, offset) => signed16(wordAt(words, offset));
  const view = new DataView(new ArrayBuffer(4));
  const order = spec.order ?? 'ABCD';
  return (words, offset) => {
    arrange(view, order, wordAt(words, offset), wordAt(words, offset + 1));
    if (spec.as === 'f32') return view.getFloat32(0);
    return spec.as === 'u32' ? view.getUint32(0) : view.getInt32(0);
  };
}

const wordAt = (words: Words, offset: number): number => words[offset] ?? Number.NaN;
const signed16 = (word: number): number => (word > 0x7fff ? word - 0x1_0000 : word);
const swapped = (word: number): number => ((word & 0xff) << 8) | (word >> 8);

/** Puts the two words, as they arrived, into big-endian order. */
function arrange(view: DataView, order: WordOrder, first: number, second: number): void {
  const [high, low] = order === 'ABCD' || order === 'BADC' ? [first, second] : [second, first];
  const swap = order === 'BADC' || order === 'DCBA';
  view.setUint16(0, swap ? swapped(high) : high);
  view.setUint16(2, swap ? swapped(low) : low);
}

/** Whether a new value differs from an old one by something worth reporting: quality, its reason, or the value rounded to its resolution. */
export function differs(spec: PointSpec, before: PointValue | undefined, now: PointValue): boolean {
  if (!before || before.quality !== now.quality || reason(before) !== reason(now)) return true;
  if (before.quality === 'lost' || now.quality === 'lost') return false;
  return step(spec, before.value) !== step(spec, now.value);
}

const reason = (value: PointValue): string => (value.quality === 'good' ? '' : value.why);

const step = (spec: PointSpec, value: Scalar): Scalar =>
  typeof value === 'number' && 'resolution' in spec ? Math.round(value / spec.resolution) : value;
