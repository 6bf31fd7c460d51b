import { FengsuiError } from '../../../../sdk/model/errors.ts';
import { type Doubt, doubts, type Loss, losses, type PointValue, type Scalar } from '../../../../sdk/model/point.ts';
import type { ChoicePoint, PointSpec } from '../../../../sdk/model/profile.ts';
import type { MonoTime } from '../../../../sdk/model/time.ts';

export type RecordedQuality = 'good' | Doubt | Loss;

const qualities: readonly RecordedQuality[] = ['good', ...doubts, ...losses];

/** What a cell says of a value; nothing is good. @throws FengsuiError INVALID */
export function recordedQuality(text: string): RecordedQuality {
  const found = text === '' ? 'good' : qualities.find((each) => each === text.toLowerCase());
  if (found) return found;
  throw invalid(`“${text}” is no quality; leave it empty for good, or write one of ${qualities.join(', ')}`);
}

/**
 * A recorded cell as a gateway would have judged it: beyond the point's range it is in doubt, and NaN is the device's
 * own sign that it has no value. `undefined`: the cell is empty, nothing was recorded.
 * @throws FengsuiError INVALID
 */
export function recordedValue(
  spec: PointSpec,
  text: string,
  quality: RecordedQuality,
  at: MonoTime,
): PointValue | undefined {
  const loss = losses.find((each) => each === quality);
  if (loss) return { quality: 'lost', at, why: loss };
  if (text === '') return undefined;
  if ('range' in spec && /^[+-]?(nan|inf(inity)?)$/i.test(text)) return { quality: 'lost', at, why: 'device-marker' };
  const { value, doubt } = scalarOf(spec, text);
  const why = doubts.find((each) => each === quality) ?? doubt;
  return why ? { quality: 'doubtful', at, value, why } : { quality: 'good', at, value };
}

type Read = { readonly value: Scalar; readonly doubt?: Doubt };

function scalarOf(spec: PointSpec, text: string): Read {
  if ('range' in spec) {
    const value = numberOf(text);
    const [low, high] = spec.range;
    return value < low || value > high ? { value, doubt: 'out-of-range' } : { value };
  }
  if (spec.as === 'choice') return choiceOf(spec, text);
  return { value: spec.as === 'bool' ? booleanOf(text) : text };
}

function numberOf(text: string): number {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  const hint = /^[+-]?\d+,\d+$/.test(text) ? `write it with a point, as ${text.replace(',', '.')}` : 'write it as 0.14';
  throw invalid(`“${text}” is no number; ${hint}, or leave the cell empty if nothing was recorded`);
}

/** The name of a choice, or the number that stands in the register. */
function choiceOf({ of }: ChoicePoint, text: string): Read {
  const names = Object.values(of);
  if (names.includes(text)) return { value: text };
  if (!/^\d+$/.test(text)) throw invalid(`“${text}” is none of ${names.join(', ')}`);
  const name = of[Number(text)];
  return name === undefined ? { value: `code ${text}`, doubt: 'unknown-code' } : { value: name };
}

function booleanOf(text: string): boolean {
  if (/^(true|1|on)$/i.test(text)) return true;
  if (/^(false|0|off)$/i.test(text)) return false;
  throw invalid(`“${text}” is neither true nor false; 1 and 0 will do, too`);
}

const invalid = (what: string): FengsuiError => new FengsuiError('INVALID', what);
