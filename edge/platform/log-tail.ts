import type { Clock } from './clock.ts';
import type { Fields, Log } from './log.ts';

export type LogLevel = 'info' | 'warn';
export type LoggedLine = {
  /** Counts the lines of this run from 1. */
  readonly number: number;
  /** Unix ms. */
  readonly at: number;
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: Fields;
};

/** A log, and the last lines that went to it. */
export type LogTail = {
  readonly log: Log;
  /** Those after that number which are still kept, oldest first. */
  readonly after: (number: number) => readonly LoggedLine[];
};

const kept = 1_000;
/** A text that is longer is cut: a line of a log is no place for more, and the memory is bounded. */
const longestText = 300;

/** Hands every line on to `log`, and keeps the last thousand for whoever asks from afar. */
export function logTail(log: Log, clock: Clock): LogTail {
  const lines: LoggedLine[] = [];
  let count = 0;
  const keep = (level: LogLevel, event: string, fields: Fields): void => {
    const cut = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, shortened(value)]));
    lines.push({ number: ++count, at: clock.wall(), level, event, fields: cut });
    if (lines.length > kept) lines.shift();
  };
  const tailed = (inner: Log, fixed: Fields): Log => ({
    info(event, fields = {}) {
      keep('info', event, { ...fixed, ...fields });
      inner.info(event, fields);
    },
    warn(event, fields = {}) {
      keep('warn', event, { ...fixed, ...fields });
      inner.warn(event, fields);
    },
    child: (fields) => tailed(inner.child(fields), { ...fixed, ...fields }),
  });
  return {
    log: tailed(log, {}),
    after: (number) => {
      const first = count - lines.length;
      return lines.slice(Math.max(0, number - first));
    },
  };
}

const shortened = (value: Fields[string]): Fields[string] =>
  typeof value === 'string' && value.length > longestText ? `${value.slice(0, longestText)}…` : value;
