import { FengsuiError } from '../../../../sdk/model/errors.ts';

/** Cells of one row, without quotes and blanks around them. `line`: where it begins, from 1. */
export type CsvRow = { readonly line: number; readonly cells: readonly string[] };

export type CsvRows = {
  /** Takes the next piece of the text, and gives the rows that are complete. @throws FengsuiError INVALID */
  readonly push: (text: string) => readonly CsvRow[];
  /** The last row, where no line end follows it. @throws FengsuiError INVALID */
  readonly end: () => readonly CsvRow[];
};

/** Comma, semicolon (spreadsheets where the comma is the decimal sign) and tab (text copied from one). */
const separators = [',', ';', '\t'] as const;
/** A row longer than this is no row: a quote was opened and never closed, or it is no text. */
const longestRow = 65_536;

/**
 * Rows of a CSV text (RFC 4180) that comes in pieces; what the first line has most of separates the cells. Empty lines
 * are left out. Written here since the two things that matter, which separator a file has and on which line a mistake
 * is, are what libraries leave to the caller.
 */
export function csvRows(): CsvRows {
  let rest = '';
  let line = 0;
  let open: CsvRow | undefined;
  let separator: string | undefined;
  const take = (text: string): readonly CsvRow[] => {
    line++;
    const begin = open?.line ?? line;
    const whole = open ? `${open.cells[0] ?? ''}\n${text}` : text;
    open = undefined;
    if (whole.length > longestRow) throw tooLong(begin);
    if (quotesIn(whole) % 2 === 1) {
      open = { line: begin, cells: [whole] };
      return [];
    }
    if (whole.trim() === '') return [];
    separator ??= separatorOf(whole);
    const cells = cellsOf(whole, separator, begin);
    return cells.every((cell) => cell === '') ? [] : [{ line: begin, cells }];
  };
  return {
    push(text) {
      const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      if (rest.length > longestRow) throw tooLong(line + 1);
      return lines.flatMap(take);
    },
    end() {
      const rows = rest === '' ? [] : take(rest.replace(/\r$/, ''));
      if (open) throw tooLong(open.line);
      return rows;
    },
  };
}

function quotesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) count++;
  return count;
}

function separatorOf(header: string): string {
  const plain = header.replaceAll(/"[^"]*"/g, '');
  const counts = separators.map((each) => plain.split(each).length);
  return separators[counts.indexOf(Math.max(...counts))] ?? ',';
}

function cellsOf(row: string, separator: string, line: number): readonly string[] {
  if (!row.includes('"')) return row.split(separator).map((cell) => cell.trim());
  const cells: string[] = [];
  let at = 0;
  do {
    const start = at + (/^ */.exec(row.slice(at))?.[0].length ?? 0);
    const isQuoted = row[start] === '"';
    const end = isQuoted ? closingQuote(row, start + 1) + 1 : start;
    const next = row.indexOf(separator, end);
    const stop = next < 0 ? row.length : next;
    if (isQuoted && row.slice(end, stop).trim() !== '')
      throw invalid(line, `a quote ends within cell ${cells.length + 1}; a quote that belongs to it is written twice`);
    cells.push(isQuoted ? row.slice(start + 1, end - 1).replaceAll('""', '"') : row.slice(start, stop).trim());
    at = stop + 1;
  } while (at <= row.length);
  return cells;
}

function closingQuote(row: string, from: number): number {
  let at = row.indexOf('"', from);
  while (at >= 0 && row[at + 1] === '"') at = row.indexOf('"', at + 2);
  return at < 0 ? row.length : at;
}

const tooLong = (line: number): FengsuiError =>
  invalid(line, `no end of the row within ${longestRow} characters; is a quote never closed, or is it no CSV text?`);
const invalid = (line: number, what: string): FengsuiError => new FengsuiError('INVALID', `line ${line}: ${what}`);
