import type { WordTable } from '../../../sdk/model/profile.ts';
import type { Heard } from './ask-unit.ts';

/** What was heard of one unit at one setting of the line. Units that kept silent leave none. */
export type Finding = {
  readonly setting: string;
  readonly unit: number;
  /** The table that was asked, register 0. */
  readonly from: WordTable;
  /** What followed each of the equal requests, in order. */
  readonly heard: readonly Heard[];
  /** Damaged frames, also those that a repeated request of the bus hid. */
  readonly damaged: number;
  /** Intact frames beyond one a request. */
  readonly surplus: number;
};

export type Evidence =
  | { readonly kind: 'alternates'; readonly values: readonly [number, number] }
  | { readonly kind: 'refuses-and-answers' }
  | { readonly kind: 'surplus-answers'; readonly count: number }
  | { readonly kind: 'damaged'; readonly count: number; readonly of: number; readonly othersClean: boolean }
  | { readonly kind: 'sometimes-silent'; readonly count: number; readonly of: number };

/**
 * `present`: one device answers · `conflict`: more than one seems to have this address · `damaged`: bytes came and never an
 * intact frame: a wrong speed or parity, noise, or two that always talk at once.
 */
export type Verdict = {
  readonly kind: 'present' | 'conflict' | 'damaged';
  readonly evidence: readonly Evidence[];
};

/** Whether an intact frame was among what was heard. */
export const isIntact = ({ heard }: Pick<Finding, 'heard'>): boolean =>
  heard.some(({ kind }) => kind === 'words' || kind === 'refused');

/**
 * Two devices of equal content that answer in the same bit times look like one: that cannot be told from here.
 * @param others all findings of the scan; damage speaks for a conflict where others at the same setting are clean.
 */
export function judgeUnit(finding: Finding, others: readonly Finding[]): Verdict {
  const evidence = [...doubleAnswers(finding), ...weakness(finding, others)];
  if (evidence.some(provesConflict)) return { kind: 'conflict', evidence };
  return { kind: isIntact(finding) ? 'present' : 'damaged', evidence };
}

/** One damaged frame happens on any line; two of six on a line that is clean otherwise do not. */
function provesConflict(evidence: Evidence): boolean {
  if (evidence.kind === 'sometimes-silent') return false;
  return evidence.kind !== 'damaged' || (evidence.count >= 2 && evidence.othersClean);
}

function doubleAnswers({ heard, surplus }: Finding): readonly Evidence[] {
  const values = heard.flatMap((h) => (h.kind === 'words' ? h.words.slice(0, 1) : []));
  const pair = alternating(values);
  const evidence: Evidence[] = [];
  if (pair) evidence.push({ kind: 'alternates', values: pair });
  if (values.length > 0 && heard.some(({ kind }) => kind === 'refused')) evidence.push({ kind: 'refuses-and-answers' });
  if (surplus > 0) evidence.push({ kind: 'surplus-answers', count: surplus });
  return evidence;
}

function weakness(finding: Finding, others: readonly Finding[]): readonly Evidence[] {
  const of = finding.heard.length;
  const silent = finding.heard.filter(({ kind }) => kind === 'silent').length;
  const evidence: Evidence[] = [];
  if (finding.damaged > 0) {
    const othersClean = others.some(
      (o) => o.unit !== finding.unit && o.setting === finding.setting && o.damaged === 0 && isIntact(o),
    );
    evidence.push({ kind: 'damaged', count: finding.damaged, of, othersClean });
  }
  if (silent > 0) evidence.push({ kind: 'sometimes-silent', count: silent, of });
  return evidence;
}

/**
 * Two values far apart that come back in turn: first, second, first. A measured value drifts or trembles; it does not leap
 * by more than a fiftieth and return to the very same number.
 */
function alternating(values: readonly number[]): readonly [number, number] | undefined {
  const turns = values.filter((value, i) => i === 0 || value !== values[i - 1]);
  const [first, second, third] = turns;
  if (first === undefined || second === undefined || third !== first) return undefined;
  if (new Set(turns).size !== 2) return undefined;
  return Math.abs(first - second) > Math.max(2, Math.max(first, second) / 50) ? [first, second] : undefined;
}
