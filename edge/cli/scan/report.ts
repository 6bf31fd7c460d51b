import type { PointValue } from '../../../sdk/model/point.ts';
import { type Finding, judgeUnit, type Verdict } from '../../bus/scan/judge-unit.ts';
import type { ScanProgress } from '../../bus/scan/scan.ts';
import { type ScanState, settingName } from '../../bus/scan/scan-plan.ts';
import { type Candidate, trusted } from '../../runtime/identify/identify.ts';
import type { LiveValue } from '../../runtime/identify/live-value.ts';
import { columns } from '../terminal/columns.ts';
import type { Lang } from '../terminal/language.ts';
import { evidenceText, scanWords, verdictAdvice, verdictWords } from './words.ts';

export type FoundUnit = {
  readonly finding: Finding;
  readonly verdict: Verdict;
  /** Whether it was asked to the end who it is: not where an address is shared, nor after a stop. */
  readonly asked: boolean;
  /** Likeliest first; empty: unknown, or not asked. */
  readonly candidates: readonly (Candidate & { readonly live: LiveValue | undefined })[];
};

/** On a screen one line that writes over itself; elsewhere a line for each unit that was heard. */
export function progressLine({ step, findings, state, left }: ScanProgress, lang: Lang, isScreen: boolean): string {
  const w = (key: keyof typeof scanWords): string => scanWords[key][lang];
  const heard = findings
    .map((f) => `${w('heard')}: ${f.unit}  ${f.setting}  ${verdictWords[judgeUnit(f, state.findings).kind][lang]}\n`)
    .join('');
  if (!isScreen) return heard;
  const minutes = Math.ceil(left.time / 60_000);
  const where = `${w('unit')} ${step.unit} · ${settingName(step.endpoint)}`;
  return `\r\x1b[K${heard}${where} · ${left.steps} ${w('left')}, ${w('about')} ${minutes} ${w('minutes')}`;
}

/** One line a unit, and below it what else a person should know. */
export function scanTable(units: readonly FoundUnit[], { traffic }: ScanState, lang: Lang): string {
  const rows = columns(
    units.map((found) => rowOf(found, lang)),
    1,
  );
  const lines = units.flatMap((found, i) => [rows[i] ?? '', ...remarks(found, lang).map((text) => `     ${text}`)]);
  if (units.length === 0) lines.push(scanWords.nobody[lang]);
  if (traffic.length > 0) lines.push(`${scanWords.traffic[lang]} ${traffic.join(', ')}`);
  return `${lines.join('\n')}\n`;
}

/** One JSON document. `left`: questions that were not asked because the scan was stopped. */
export function scanJson(result: {
  readonly units: readonly FoundUnit[];
  readonly traffic: readonly string[];
  readonly left: number;
}): string {
  const units = result.units.map(({ finding, verdict, asked, candidates }) => ({
    unit: finding.unit,
    setting: finding.setting,
    verdict: verdict.kind,
    evidence: verdict.evidence,
    heard: { from: finding.from, at: 0, answers: finding.heard },
    asked,
    candidates: candidates.map(({ profile, by, confidence, evidence, live }) => ({
      profile: profile.id,
      name: profile.name,
      by,
      confidence: rounded(confidence),
      needsConfirmation: confidence < trusted,
      evidence,
      ...(profile.unverified === undefined ? {} : { unverified: profile.unverified }),
      ...(live ? { live: { point: live.point, unit: live.spec.unit, ...described(live.value) } } : {}),
    })),
  }));
  return `${JSON.stringify({ units, traffic: result.traffic, left: result.left }, undefined, 2)}\n`;
}

function rowOf({ finding, verdict, asked, candidates }: FoundUnit, lang: Lang): readonly string[] {
  const start = [`${finding.unit}`, finding.setting];
  if (verdict.kind !== 'present') return [...start, verdictWords[verdict.kind][lang], '', ''];
  const [best] = candidates;
  const unnamed = asked ? `? ${scanWords.unknown[lang]}` : scanWords.notIdentified[lang];
  if (!best) return [...start, unnamed, '—', sample(finding)];
  return [...start, nameOf(best, lang), percent(best), liveText(best.live)];
}

function remarks({ verdict, candidates }: FoundUnit, lang: Lang): readonly string[] {
  const [best, ...others] = candidates;
  const advice = verdictAdvice[verdict.kind][lang];
  return [
    ...(advice === '' ? [] : [advice]),
    ...verdict.evidence.map((evidence) => evidenceText(evidence, lang)),
    ...(best && best.confidence < trusted ? [`${scanWords.confirm[lang]}: ${best.evidence.join(', ')}`] : []),
    ...others.map(
      (other) => `${scanWords.or[lang]} ${nameOf(other, lang)}  ${percent(other)}  ${liveText(other.live)}`,
    ),
  ];
}

function nameOf({ profile }: Candidate, lang: Lang): string {
  const name = `${profile.name[lang]} (${profile.id})`;
  return profile.unverified === undefined ? name : `${name} [${scanWords.unverified[lang]}: ${profile.unverified}]`;
}

/** Rounded down, so that what is not trusted does not look so. */
const rounded = (confidence: number): number => Math.floor(confidence * 100 + 1e-6) / 100;
const percent = ({ confidence }: Candidate): string => `${Math.round(rounded(confidence) * 100)} %`;

/** The registers of a unit that nobody knows, as they came. */
function sample({ from, heard }: Finding): string {
  const words = heard.flatMap((h) => (h.kind === 'words' ? [h.words.join(' ')] : []));
  return words.length > 0 ? `${from} 0: ${words[0]}` : `${from} 0: exception`;
}

function liveText(live: LiveValue | undefined): string {
  if (!live) return '';
  const { value, spec, point } = live;
  if (value.quality === 'lost') return `${point}: ${value.why}`;
  const number = typeof value.value === 'number' ? inSteps(value.value, spec.resolution) : String(value.value);
  const text = `${number}${spec.unit === '1' ? '' : ` ${spec.unit}`}`;
  return value.quality === 'doubtful' ? `${text} (${value.why})` : text;
}

function described(value: PointValue): Record<string, unknown> {
  if (value.quality === 'lost') return { quality: value.quality, why: value.why };
  return { quality: value.quality, value: value.value, ...(value.quality === 'doubtful' ? { why: value.why } : {}) };
}

const inSteps = (value: number, step: number): string =>
  value.toFixed(Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
