import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { Scalar } from '../../../sdk/model/point.ts';
import { inSteps, ofSteps } from '../../../sdk/wire/column-value.ts';
import { isScalar } from '../../../sdk/wire/parse.ts';
import { type ByteReader, type ByteWriter, byteReader, byteWriter } from './bytes.ts';
import { hourMs, type Sample } from './sample.ts';

/** First byte of a body. A body of another version is not understood, and is treated as damaged. */
const version = 1;
const kinds = { steps: 0, floats: 1, words: 2 } as const;
/** Steps beyond this are kept as floats: twice their difference must stay an exact number. */
const mostSteps = 2 ** 50;
/** An hour of a point, many times over: a body that claims more is no body of ours. */
const longestBody = 16 * 1_048_576;
/** Small windows: a body is some hundred bytes, and the state for it need not be 256 KiB. */
const deflate = { level: 6, windowBits: 12, memLevel: 5 };

/**
 * The samples of one hour, in order of time, as columns: times and values as differences to the one before, then
 * deflated; 1 to 2 bytes a sample. Gives back exactly what went in.
 * @param step the resolution of the point, where it has one
 */
export function packSamples(hour: number, samples: readonly Sample[], step: number | undefined): Uint8Array {
  const out = byteWriter();
  const values = samples.flatMap(({ value }) => (value === null ? [] : [value]));
  const steps = step === undefined ? undefined : wholeSteps(values, step);
  const numbers = values.filter((value) => typeof value === 'number');
  const kind = steps ? kinds.steps : numbers.length === values.length ? kinds.floats : kinds.words;
  const hasCodes = samples.some(({ code }) => code !== 0);
  out.byte(version);
  out.byte(kind);
  out.byte(hasCodes ? 1 : 0);
  out.count(samples.length);
  const period = usualPeriod(samples);
  out.count(period);
  let before = hour * hourMs;
  for (const { at } of samples) {
    out.difference(at - before - period);
    before = at;
  }
  if (hasCodes) for (const { code, value } of samples) out.count(code * 2 + (value === null ? 1 : 0));
  if (steps) packSteps(out, steps, step ?? 1);
  else if (kind === kinds.floats) for (const value of numbers) out.float(value);
  else packWords(out, values);
  return new Uint8Array(deflateRawSync(out.bytes(), deflate));
}

/** @throws FengsuiError JOURNAL when the body cannot be read */
export function unpackSamples(hour: number, body: Uint8Array): readonly Sample[] {
  const bytes = byteReader(new Uint8Array(inflateRawSync(body, { maxOutputLength: longestBody })));
  const [found, kind, hasCodes] = [bytes.byte(), bytes.byte(), bytes.byte()];
  if (found !== version) throw new FengsuiError('JOURNAL', `history of version ${found} is not understood here`);
  const n = bytes.count();
  const times = new Float64Array(n);
  const period = bytes.count();
  let at = hour * hourMs;
  for (let i = 0; i < n; i++) times[i] = at += bytes.difference() + period;
  const codes = new Uint16Array(hasCodes ? n : 0);
  for (let i = 0; i < codes.length; i++) codes[i] = bytes.count();
  const next = valueReader(bytes, kind);
  const samples: Sample[] = [];
  for (let i = 0; i < n; i++) {
    const code = codes[i] ?? 0;
    samples.push({ at: times[i] ?? 0, code: code >> 1, value: code % 2 === 1 ? null : next() });
  }
  return samples;
}

function valueReader(bytes: ByteReader, kind: number): () => Scalar {
  if (kind === kinds.steps) return stepReader(bytes, bytes.float());
  return kind === kinds.floats ? () => bytes.float() : wordReader(bytes);
}

/** The middle one of the times between two samples: what differs from it by little takes one byte. */
function usualPeriod(samples: readonly Sample[]): number {
  const periods = samples.slice(1).map(({ at }, i) => at - (samples[i]?.at ?? at));
  return periods.toSorted((a, b) => a - b)[periods.length >> 1] ?? 0;
}

/** Undefined unless each value is a multiple of the step, to the last bit. */
function wholeSteps(values: readonly Scalar[], step: number): readonly number[] | undefined {
  const steps: number[] = [];
  for (const value of values) {
    if (typeof value !== 'number') return undefined;
    const n = inSteps(value, step);
    if (Math.abs(n) > mostSteps || ofSteps(n, step) !== value) return undefined;
    steps.push(n);
  }
  return steps;
}

function packSteps(out: ByteWriter, steps: readonly number[], step: number): void {
  out.float(step);
  let before = 0;
  for (const n of steps) {
    out.difference(n - before);
    before = n;
  }
}

function stepReader(bytes: ByteReader, step: number): () => number {
  let n = 0;
  return () => {
    n += bytes.difference();
    return ofSteps(n, step);
  };
}

/** Contacts, choices and texts: each distinct value once, then which of them it is. */
function packWords(out: ByteWriter, values: readonly Scalar[]): void {
  const words = [...new Set(values)];
  const positions = new Map(words.map((word, i) => [word, i]));
  out.text(JSON.stringify(words));
  for (const value of values) out.count(positions.get(value) ?? 0);
}

function wordReader(bytes: ByteReader): () => Scalar {
  const words: unknown = JSON.parse(bytes.text());
  return () => {
    const word: unknown = Array.isArray(words) ? words[bytes.count()] : undefined;
    if (isScalar(word)) return word;
    throw new FengsuiError('JOURNAL', 'a value of the history cannot be read');
  };
}
