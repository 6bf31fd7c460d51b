import type { Block } from '../../bus/reading.ts';
import type { Run } from '../../bus/scan/readable-ranges.ts';
import {
  type Answer,
  distinctValues,
  type Interpretation,
  type Sighting,
} from '../../runtime/identify/detect-order.ts';
import type { Lang } from '../terminal/language.ts';
import { addressText, formText, pointSnippet } from './point-snippet.ts';
import { detectWords } from './words.ts';

/** So many answers, and of each so many equivalents, are worth a person's reading. */
const worthReading = 5;

/** `fits`: what is left · `sure`: one answer is left after at least two different values. */
export function certainty(answers: readonly Answer[], sightings: readonly Sighting[]): keyof typeof detectWords {
  if (sightings.every(({ shown }) => shown.value === 0)) return 'zero';
  if (answers.length === 0) return 'none';
  if (answers.length > 1) return 'several';
  return distinctValues(sightings) >= 2 ? 'sure' : 'once';
}

export function detectReport(answers: readonly Answer[], sightings: readonly Sighting[], lang: Lang): string {
  const verdict = certainty(answers, sightings);
  const count = { sure: ` ${distinctValues(sightings)}`, several: ` ${answers.length}` };
  const lines = [detectWords[verdict][lang] + (verdict === 'sure' || verdict === 'several' ? count[verdict] : '')];
  for (const { best, same } of answers.slice(0, worthReading)) {
    lines.push(`  ${describe(best)}`);
    if (same.length > 0) lines.push(`      ${detectWords.same[lang]} ${listed(same, lang)}`);
  }
  if (answers.length > worthReading) lines.push(`  + ${answers.length - worthReading} ${detectWords.more[lang]}`);
  const [first] = answers;
  if (first) lines.push(detectWords.paste[lang], `  ${pointSnippet(first.best, mostDecimals(sightings))}`);
  return `${lines.join('\n')}\n`;
}

/** One JSON document. */
export function detectJson(unit: number, answers: readonly Answer[], sightings: readonly Sighting[]): string {
  const result = { unit, certainty: certainty(answers, sightings), distinctValues: distinctValues(sightings), answers };
  return `${JSON.stringify(result, undefined, 2)}\n`;
}

/** `Reading holding 16–31 …` */
export const readingText = ({ table, address, count }: Block, lang: Lang): string =>
  `${detectWords.reading[lang]} ${table} ${rangeText(address, address + count - 1)} …`;

/** `holding 0–4, 8; input 0`. */
export function runsText(runs: readonly Run[]): string {
  const tables = [...new Set(runs.map(({ from }) => from))];
  return tables
    .map((table) => {
      const ranges = runs
        .filter(({ from }) => from === table)
        .map(({ at, words }) => rangeText(at, at + words.length - 1));
      return `${table} ${ranges.join(', ')}`;
    })
    .join('; ');
}

const rangeText = (first: number, last: number): string => (first === last ? `${first}` : `${first}–${last}`);
const describe = (i: Interpretation): string => `${addressText(i)}: ${formText(i)}`;

function listed(same: readonly Interpretation[], lang: Lang): string {
  const text = same.slice(0, worthReading).map((i) => `${i.from} ${i.at} ${formText(i)}`);
  const rest = same.length - text.length;
  return rest > 0 ? `${text.join('; ')}; + ${rest} ${detectWords.more[lang]}` : text.join('; ');
}

const mostDecimals = (sightings: readonly Sighting[]): number =>
  Math.max(0, ...sightings.map(({ shown }) => shown.decimals));
