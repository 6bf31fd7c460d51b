import { type WallTime, wallTime } from '../../sdk/model/time.ts';

/** `2026-11-25T08:00:00.5+08:00`, and how spreadsheets write it: a blank for the T, slashes, single digits. */
const written =
  /^(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i;
/** As a count of seconds this is the year 5138, as one of milliseconds 1973. */
const leastMillis = 1e11;

/**
 * A time as a person or a logger writes it: ISO 8601, or Unix time in seconds or milliseconds. Without a zone it is the
 * time of this machine. `undefined`: it is none, such as 30 February.
 */
export function wallTimeOf(text: string): WallTime | undefined {
  if (/^\d{1,14}(\.\d+)?$/.test(text)) {
    const count = Number(text);
    return wallTime(count < leastMillis ? Math.round(count * 1_000) : count);
  }
  const [match, year, , month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] =
    written.exec(text) ?? [];
  if (match === undefined) return undefined;
  const fields = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = fields;
  const date = new Date(Date.UTC(y, mo - 1, d, h, mi, s));
  const isReal = date.getUTCMonth() === mo - 1 && date.getUTCDate() === d && h < 24 && mi < 60 && s < 60;
  if (!isReal) return undefined;
  const ms = Math.floor(Number(`0.${fraction || 0}`) * 1_000);
  const at = zone === undefined ? new Date(y, mo - 1, d, h, mi, s).getTime() : date.getTime() - offsetOf(zone);
  return wallTime(at + ms);
}

/** As certificates have it: `Nov 25 08:00:00 2036 GMT`. */
export const certificateTime = (text: string): WallTime => wallTime(Date.parse(text));

/** In ISO 8601, universal time. */
export const isoText = (at: WallTime): string => new Date(at).toISOString();

/** Milliseconds that a zone is ahead of universal time. */
function offsetOf(zone: string): number {
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
