import { columns } from '../../../edge/cli/terminal/columns.ts';
import { languageOf } from '../../../edge/cli/terminal/language.ts';
import { caseCorpus } from './case-corpus.ts';
import type { JudgementCase } from './judgement-case.ts';
import { runCase } from './run-case.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/**
 * The scenario corpus: named cases with ground truth, played in virtual time through simulators, decoding and the alarm
 * desk. Prints for each whether what was true was told, how late, and what was told for no reason.
 */
export async function judgement(): Promise<Record<string, number>> {
  const lang = languageOf(undefined, process.env);
  const judged: Judged[] = [];
  for (const each of caseCorpus) judged.push({ each, verdict: verdictOf(each, await runCase(each)) });
  const rows = judged.map(({ each, verdict }) => [...rowOf(verdict), each.id, each.name[lang]]);
  for (const line of columns([['raised', 'delay s', 'missed', 'false', 'case', ''], ...rows], 4)) console.log(line);
  for (const { each, verdict } of judged) explain(each, verdict);
  const falseOf = (isFire: boolean): number =>
    judged.flatMap(({ verdict }) => verdict.falseAlarms).filter(({ kind }) => (kind === 'fire') === isFire).length;
  return {
    cases: judged.length,
    truths: judged.reduce((sum, { each }) => sum + each.truth.length, 0),
    missed: judged.reduce((sum, { verdict }) => sum + verdict.missed.length, 0),
    false_fire: falseOf(true),
    false_other: falseOf(false),
    max_delay_s_fire: longest(judged, ({ kind }) => kind === 'fire'),
    max_delay_s_call: longest(judged, ({ kind }) => kind === 'call'),
  };
}

type Judged = { readonly each: JudgementCase; readonly verdict: Verdict };

function rowOf({ found, missed, falseAlarms }: Verdict): readonly string[] {
  const delays = found.flatMap(({ delay }) => (delay === undefined ? [] : [delay]));
  const most = delays.length > 0 ? Math.max(...delays).toFixed(1) : '';
  const raised = found.filter(({ raisedAt }) => raisedAt !== undefined).length;
  return [`${raised}/${found.length}`, most, String(missed.length), String(falseAlarms.length)];
}

function explain({ id }: JudgementCase, { missed, falseAlarms }: Verdict): void {
  for (const what of missed) console.log(`MISSED  ${id}: ${what}`);
  for (const { device, condition, kind, at } of falseAlarms)
    console.log(`FALSE   ${id}: ${device}/${condition} (${kind}) at ${at.toFixed(1)} s`);
}

function longest(judged: readonly Judged[], counts: (truth: JudgementCase['truth'][number]) => boolean): number {
  const delays = judged.flatMap(({ verdict }) =>
    verdict.found.flatMap(({ truth, delay }) => (delay !== undefined && counts(truth) ? [delay] : [])),
  );
  return Math.round(Math.max(0, ...delays) * 1_000) / 1_000;
}
