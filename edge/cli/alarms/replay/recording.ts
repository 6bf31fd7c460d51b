import { describeError, FengsuiError } from '../../../../sdk/model/errors.ts';
import type { ProfileSpec } from '../../../../sdk/model/profile.ts';
import { type MonoTime, monoTime, type WallTime } from '../../../../sdk/model/time.ts';
import type { Recorded } from '../../../alarm/replay.ts';
import { wallTimeOf } from '../../../platform/wall-text.ts';
import { type CsvRow, csvRows } from './csv-rows.ts';
import { recordedQuality, recordedValue } from './recorded-value.ts';
import { type RecordColumns, recordColumns } from './recording-columns.ts';

/** One row of a recording: what the device answered at a time. Empty where nothing was recorded. */
export type RecordedRow = {
  readonly line: number;
  readonly at: WallTime;
  /** The time as the file has it, so that a person finds the row. */
  readonly timestamp: string;
  readonly answer: readonly Recorded[];
};

export type Recording = {
  /** Rows that the next piece of the file completes. @throws FengsuiError INVALID with line and column */
  readonly push: (text: string) => readonly RecordedRow[];
  readonly end: () => readonly RecordedRow[];
  /** Known from the first line on. */
  readonly columns: () => RecordColumns | undefined;
};

/** A recording of a device of this profile, read piece by piece: what is kept does not grow with it. */
export function recording(profile: ProfileSpec, point: string | undefined): Recording {
  const rows = csvRows();
  let columns: RecordColumns | undefined;
  let before: RecordedRow | undefined;
  const take = (row: CsvRow): readonly RecordedRow[] => {
    if (!columns) {
      columns = recordColumns(row.cells, profile, point);
      return [];
    }
    before = recordedRow(row, columns, before);
    return [before];
  };
  return {
    push: (text) => rows.push(text).flatMap(take),
    end: () => rows.end().flatMap(take),
    columns: () => columns,
  };
}

function recordedRow({ line, cells }: CsvRow, columns: RecordColumns, before: RecordedRow | undefined): RecordedRow {
  const { names, quality, points } = columns;
  if (cells.length > names.length)
    throw new FengsuiError(
      'INVALID',
      `line ${line}: ${cells.length} cells, but the first line names ${names.length}; write numbers with a point, not a comma, and texts with the separator in quotes`,
    );
  const cell = <T>(column: number, read: (text: string) => T): T => {
    try {
      return read(cells[column] ?? '');
    } catch (e) {
      const where = `line ${line}, column ${column + 1} “${names[column] ?? ''}”`;
      throw new FengsuiError('INVALID', `${where}: ${describeError(e)}`);
    }
  };
  const at = cell(columns.timestamp, (text) => timeIn(text, before));
  const mono: MonoTime = monoTime(at); // the recording is one run: its times play the monotonic clock
  const how = quality === undefined ? 'good' : cell(quality, recordedQuality);
  const answer = points.flatMap(({ column, name, spec }): Recorded[] => {
    const value = cell(column, (text) => recordedValue(spec, text, how, mono));
    return value ? [[name, value]] : [];
  });
  return { line, at, timestamp: cells[columns.timestamp] ?? '', answer };
}

function timeIn(text: string, before: RecordedRow | undefined): WallTime {
  const at = wallTimeOf(text);
  if (at === undefined)
    throw new FengsuiError(
      'INVALID',
      `“${text}” is no time; write 2026-11-25T08:00:00+08:00, or Unix time in seconds or milliseconds`,
    );
  if (before && at < before.at)
    throw new FengsuiError(
      'INVALID',
      `“${text}” is before “${before.timestamp}” of line ${before.line}; sort the file by time, oldest first`,
    );
  return at;
}
