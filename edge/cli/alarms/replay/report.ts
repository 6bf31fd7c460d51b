import { alarmKinds } from '../../../../sdk/model/alarm.ts';
import { explainAlarm } from '../../../../sdk/model/explain-alarm.ts';
import type { Replayed } from '../../../alarm/replay.ts';
import type { Rule } from '../../../alarm/rule.ts';
import { isoText } from '../../../platform/wall-text.ts';
import { cellsOf, columns } from '../../terminal/columns.ts';
import type { Lang } from '../../terminal/language.ts';
import type { RecordedRow } from './recording.ts';
import type { ConditionSummary } from './summary.ts';
import { eventWords, kindText, lengthText, replayWords } from './words.ts';

/** What a replay ended with. */
export type ReplayEnd = {
  readonly rows: number;
  readonly unused: readonly string[];
  readonly pollMs: number;
  /** Time between two rows on average, ms; `undefined` with fewer than two. */
  readonly gapMs: number | undefined;
  readonly conditions: readonly ConditionSummary[];
};

/** Says a replay piece by piece, so that its length does not matter. Each gives the next piece of text. */
export type ReplayReport = {
  readonly told: (row: RecordedRow, told: Replayed) => string;
  readonly end: (end: ReplayEnd) => string;
};

/** So much slower than a gateway reads is worth a remark. */
const sparse = 2;

/** A table that grows; its columns are as wide as they can need to be. */
export function replayTable(rules: readonly Rule[], lang: Lang): ReplayReport {
  const kinds = alarmKinds.map((kind) => kindText(kind, lang));
  const events = Object.values(eventWords).map((word) => word[lang]);
  const conditions = rules.map(({ condition }) => condition);
  let wide: readonly string[] | undefined;
  /** A line with room for the longest of each column. */
  const line = (...cells: string[]): string => {
    wide ??= columnsOf([[cells[0] ?? '', '2026-11-25T08:00:00'], conditions, kinds, events, ['-123.456 MPa']]);
    return `${columns([wide, cells], 0)[1] ?? ''}\n`;
  };
  let isFirst = true;
  return {
    told({ timestamp }, { condition, kind, event, phase, count, cause }) {
      const unit = cause.unit === undefined || typeof cause.value !== 'number' ? '' : ` ${cause.unit}`;
      const value = cause.value === undefined ? '' : `${String(cause.value)}${unit}`;
      const why = explainAlarm({ cause, condition, phase, count }, lang);
      const row = line(timestamp, condition, kindText(kind, lang), eventWords[event]?.[lang] ?? event, value, why);
      const head = isFirst ? line(...replayWords.head[lang]) : '';
      isFirst = false;
      return head + row;
    },
    end: (end) => `${isFirst ? replayWords.nothing[lang] : ''}\n${summaryTable(end, lang)}`,
  };
}

/** Blanks as wide as the widest cell of each column. */
const columnsOf = (cells: readonly (readonly string[])[]): readonly string[] =>
  cells.map((column) => ' '.repeat(Math.max(...column.map(cellsOf))));

function summaryTable({ conditions, rows, unused, pollMs, gapMs }: ReplayEnd, lang: Lang): string {
  const remark = ({ judged, stillActive, latched }: ConditionSummary): string => {
    if (!judged) return replayWords.blind[lang];
    return stillActive ? replayWords[latched ? 'latched' : 'still'][lang] : '';
  };
  const lines = columns(
    [
      [...replayWords.summary[lang]],
      ...conditions.map((each) => [
        each.condition,
        kindText(each.kind, lang),
        String(each.raised),
        lengthText(each.activeMs, lang),
        lengthText(each.longestMs, lang),
        remark(each),
      ]),
    ],
    0,
  );
  const notes = [
    `${rows} ${replayWords.rows[lang]}`,
    ...(unused.length > 0 ? [`${replayWords.unused[lang]} ${unused.join(', ')}`] : []),
    ...(gapMs !== undefined && gapMs > sparse * pollMs
      ? [`${replayWords.sparse[lang]} ${lengthText(gapMs, lang)} (${lengthText(pollMs, lang)})`]
      : []),
  ];
  return `${[...lines, '', ...notes].join('\n')}\n`;
}

/** One JSON document, written as it grows. @param about what was replayed, and how */
export function replayJson(about: object, lang: Lang): ReplayReport {
  let isFirst = true;
  const opened = (): string => {
    const text = isFirst ? `${JSON.stringify(about).slice(0, -1)},"events":[\n` : ',\n';
    isFirst = false;
    return text;
  };
  return {
    told({ line, at }, { at: _mono, ...told }) {
      const why = explainAlarm(told, lang);
      return opened() + JSON.stringify({ line, at: isoText(at), ...told, why });
    },
    end({ rows, unused, gapMs, conditions }) {
      const rest = JSON.stringify({ rows, unused, gapMs, conditions }).slice(1);
      return `${isFirst ? opened() : '\n'}],${rest}\n`;
    },
  };
}
