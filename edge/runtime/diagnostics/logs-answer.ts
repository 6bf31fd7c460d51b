import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { LogLine, LogsResult } from '../../../sdk/wire/methods.ts';
import type { Fields } from '../../../sdk/wire/parse.ts';
import type { LoggedLine, LogTail } from '../../platform/log-tail.ts';

/** Lines of one reply; of 300 characters a field they stay below 64 KB. */
const pageLines = 50;
const pageBytes = 48_000;

/**
 * The lines after `after`, of that level and above; without `after` the last ones. `next` is where to go on from, also when
 * there is nothing yet.
 * @throws FengsuiError INVALID
 */
export function logsAnswer(tail: Pick<LogTail, 'after'>, p: Fields): LogsResult {
  const level = p.has('level') ? p.text('level') : 'info';
  if (level !== 'info' && level !== 'warn') throw new FengsuiError('INVALID', 'level: expected info or warn');
  const fits = (line: LoggedLine): boolean => level === 'info' || line.level === 'warn';
  if (!p.has('after')) {
    const all = tail.after(0);
    const lines = all.filter(fits).slice(-pageLines);
    return { lines: withinBytes(lines.toReversed()).toReversed(), next: all.at(-1)?.number ?? 0, missed: 0 };
  }
  const after = p.count('after');
  const found = tail.after(after);
  const missed = Math.max(0, (found[0]?.number ?? after + 1) - after - 1);
  const fitting = found.filter(fits);
  const lines = withinBytes(fitting.slice(0, pageLines));
  const isWhole = lines.length === fitting.length;
  return { lines, next: (isWhole ? found.at(-1)?.number : lines.at(-1)?.[0]) ?? after, missed };
}

function withinBytes(lines: readonly LoggedLine[]): LogLine[] {
  const page: LogLine[] = [];
  let bytes = 0;
  for (const { number, at, level, event, fields } of lines) {
    const text = JSON.stringify(fields);
    bytes += Buffer.byteLength(text) + event.length + 40;
    if (bytes > pageBytes && page.length > 0) break;
    page.push([number, at, level, event, text]);
  }
  return page;
}
