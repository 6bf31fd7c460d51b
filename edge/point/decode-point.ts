import { widthOf } from '../../device-profiles/point-width.ts';
import type { PointValue, Scalar } from '../../sdk/model/point.ts';
import type { ChoicePoint, NumberPoint, PointSpec, TextPoint } from '../../sdk/model/profile.ts';
import type { MonoTime } from '../../sdk/model/time.ts';
import type { Words } from '../bus/reading.ts';
import { field, registerNumber, registerText, wordAt } from './register-value.ts';
import { factorOf, type Settings } from './resolve-address.ts';

export { widthOf };

/**
 * Turns the words of one point into its value. `offset` is where the point begins in `words`; `decimals` is the
 * content of its decimals register, where it has one. Pure: `at` is the time of the reading.
 */
export type PointDecoder = (words: Words, offset: number, at: MonoTime, decimals?: number) => PointValue;

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
  if (spec.as === 'bool') return flagDecoder('bit' in spec ? spec.bit : 0);
  if (spec.as === 'text') return textDecoder(spec);
  return spec.as === 'choice' ? choiceDecoder(spec) : numberDecoder(spec, scale);
}

/** Coils and inputs arrive as words of one bit. */
const flagDecoder =
  (bit: number): PointDecoder =>
  (words, offset, at) => ({ quality: 'good', at, value: ((wordAt(words, offset) >> bit) & 1) === 1 });

function textDecoder({ words: count, order = 'AB' }: TextPoint): PointDecoder {
  return (words, offset, at) => {
    const value = registerText(words, offset, count, order);
    return value === undefined ? { quality: 'lost', at, why: 'bad-reply' } : { quality: 'good', at, value };
  };
}

function choiceDecoder(spec: ChoicePoint): PointDecoder {
  const names = new Map(Object.entries(spec.of).map(([code, name]) => [Number(code), name]));
  const read = spec.bits ? field(wordAt, spec.bits) : wordAt;
  return (words, offset, at) => {
    const code = read(words, offset);
    const name = names.get(code);
    return name === undefined
      ? { quality: 'doubtful', at, value: `code ${code}`, why: 'unknown-code' }
      : { quality: 'good', at, value: name };
  };
}

function numberDecoder(spec: NumberPoint, scale: number): PointDecoder {
  const { bits, number } = registerNumber(spec);
  const scaled = [0, 1, 2, 3, 4].map((decimals) => scaler(scale, decimals));
  const markers = new Set(spec.lostMarkers);
  const [low, high] = spec.range;
  const isWhole = spec.as === 'u64' || spec.as === 'i64';
  // Of a float, NaN and infinity are the device's own sign; digits beyond 9 are damage.
  const noNumber = spec.as === 'bcd16' || spec.as === 'bcd32' ? 'bad-reply' : 'device-marker';
  return (words, offset, at, decimals = 0) => {
    if (markers.size > 0 && markers.has(bits(words, offset))) return { quality: 'lost', at, why: 'device-marker' };
    const raw = number(words, offset);
    if (!Number.isFinite(raw)) return { quality: 'lost', at, why: noNumber };
    const toUnit = scaled[decimals];
    if (!toUnit) return { quality: 'lost', at, why: 'bad-reply' };
    const value = toUnit(raw);
    // Beyond 2^53 neighbouring whole numbers look alike.
    return value < low || value > high || (isWhole && !Number.isSafeInteger(raw))
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

/** Whether a new value differs from an old one by something worth reporting: quality, its reason, or the value rounded to its resolution. */
export function differs(spec: PointSpec, before: PointValue | undefined, now: PointValue): boolean {
  if (!before || before.quality !== now.quality || reason(before) !== reason(now)) return true;
  if (before.quality === 'lost' || now.quality === 'lost') return false;
  return step(spec, before.value) !== step(spec, now.value);
}

const reason = (value: PointValue): string => (value.quality === 'good' ? '' : value.why);

const step = (spec: PointSpec, value: Scalar): Scalar =>
  typeof value === 'number' && 'resolution' in spec ? Math.round(value / spec.resolution) : value;
