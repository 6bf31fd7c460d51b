import type { Clock } from './clock.ts';

export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  /** `event` is a stable dotted name to search for; everything variable goes in `fields`. */
  info(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  child(fields: Fields): Log;
}

/** Where what happens is told in another way. */
export const noLog: Log = { info: () => undefined, warn: () => undefined, child: () => noLog };

/** One JSON object a line. */
export function jsonLog(clock: Clock, write: (line: string) => void, fixed: Fields = {}): Log {
  const line = (level: string, event: string, fields: Fields = {}): void =>
    write(`${JSON.stringify({ at: new Date(clock.wall()).toISOString(), level, event, ...fixed, ...fields })}\n`);
  return {
    info: (event, fields) => line('info', event, fields),
    warn: (event, fields) => line('warn', event, fields),
    child: (fields) => jsonLog(clock, write, { ...fixed, ...fields }),
  };
}

/** Report changes, not states: a dead detector polled at 2 Hz must cost one line, not 170,000 a day. */
export function onChange<T>(report: (to: T, from: T | undefined) => void): (next: T) => void {
  let last: T | undefined;
  return (next) => {
    if (Object.is(next, last)) return;
    const from = last;
    last = next;
    report(next, from);
  };
}
