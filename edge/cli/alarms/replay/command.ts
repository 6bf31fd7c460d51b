import { describeError, FengsuiError } from '../../../../sdk/model/errors.ts';
import { elapsed, monoTime } from '../../../../sdk/model/time.ts';
import { replay } from '../../../alarm/replay.ts';
import type { Rule } from '../../../alarm/rule.ts';
import { rulesOf } from '../../../alarm/rules-of.ts';
import { textStream } from '../../../platform/text-stream.ts';
import { systemTerminal, type Terminal } from '../../terminal/terminal.ts';
import { type ReplayArguments, replayArguments } from './arguments.ts';
import { type RecordedRow, type Recording, recording } from './recording.ts';
import { type ReplayEnd, type ReplayReport, replayJson, replayTable } from './report.ts';
import { replaySummary } from './summary.ts';

/**
 * `fengsui alarms replay`: what a gateway would have raised over recorded data, so that a limit can be tuned on last
 * month's. Reads the file piece by piece and never keeps it.
 * @throws FengsuiError INVALID with line and column · NOT_FOUND
 */
export async function replayAlarms(args: readonly string[], terminal: Terminal = systemTerminal()): Promise<void> {
  const wanted = replayArguments(args, process.env);
  const { profile, file } = wanted;
  const rules = rulesOf({ ...wanted, pollMs: profile.pollMs }, wanted.level).filter(isReplayed);
  const record = recording(profile, wanted.point);
  const run = replayRun(rules, reportOf(wanted, rules), terminal);
  const take = (read: () => readonly RecordedRow[]): void => {
    try {
      for (const row of read()) run.take(row);
    } catch (e) {
      throw new FengsuiError('INVALID', `${file}, ${describeError(e)}`);
    }
  };
  for await (const text of textStream(file)) {
    if (terminal.signal.aborted) throw new FengsuiError('ABORTED', 'stopped before the end of the recording');
    take(() => record.push(text));
  }
  take(record.end);
  run.end(record, profile.pollMs);
}

/** Overdue tests do not follow from values. */
const isReplayed = ({ facts }: Rule): boolean => facts.test !== 'trouble';

function reportOf({ profile, settings, conditions, level, json, lang }: ReplayArguments, rules: readonly Rule[]) {
  if (!json) return replayTable(rules, lang);
  return replayJson({ profile: profile.id, level, settings, conditions, rules: rules.map(({ text }) => text) }, lang);
}

type Run = { readonly take: (row: RecordedRow) => void; readonly end: (record: Recording, pollMs: number) => void };

function replayRun(rules: readonly Rule[], report: ReplayReport, terminal: Terminal): Run {
  const judge = replay(rules);
  const summary = replaySummary(rules);
  let rows = 0;
  let first: RecordedRow | undefined;
  let last: RecordedRow | undefined;
  return {
    take(row) {
      rows++;
      first ??= row;
      last = row;
      for (const told of judge(row.answer)) {
        summary.note(told);
        terminal.out(report.told(row, told));
      }
    },
    end(record, pollMs) {
      const columns = record.columns();
      if (!columns || !first || !last) throw new FengsuiError('INVALID', 'the recording has no rows under its names');
      const points = columns.points.map(({ name }) => name);
      const [from, to] = [monoTime(first.at), monoTime(last.at)];
      const end: ReplayEnd = {
        rows,
        unused: columns.unused,
        pollMs,
        gapMs: rows > 1 ? elapsed(from, to) / (rows - 1) : undefined,
        conditions: summary.at(to, points),
      };
      terminal.out(report.end(end));
    },
  };
}
