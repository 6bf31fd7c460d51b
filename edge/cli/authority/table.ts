import { commonName, townOf } from '../../../sdk/authority/holder.ts';
import { type RegisterEntry, stateOf } from '../../../sdk/authority/register.ts';
import { wallTime } from '../../../sdk/model/time.ts';
import { isoText } from '../../platform/wall-text.ts';
import { columns } from '../terminal/columns.ts';
import type { Lang } from '../terminal/language.ts';
import { authorityWords, say, stateWords } from './words.ts';

/** What was issued, in that order, for people. */
export function certificateTable(entries: readonly RegisterEntry[], now: number, lang: Lang): string {
  if (entries.length === 0) return `${say('none', lang)}\n`;
  const head = (['name', 'town', 'state', 'until', 'serial'] as const).map((word) => authorityWords[word][lang]);
  const rows = entries.map((entry) => [
    commonName(entry.holder),
    townOf(entry.holder) ?? '–',
    stateWords[stateOf(entry, now)][lang],
    dayOf(entry.notAfter),
    entry.serial,
  ]);
  return `${columns([head, ...rows], 0).join('\n')}\n`;
}

/** The same for programs. Times are ISO 8601. */
export function certificatesJson(entries: readonly RegisterEntry[], now: number): string {
  const time = (at: number): string => isoText(wallTime(at));
  const rows = entries.map((entry) => {
    const { serial, holder, issuedAt, notAfter, revoked } = entry;
    const dates = { issuedAt: time(issuedAt), notAfter: time(notAfter) };
    const end = revoked && { revoked: { at: time(revoked.at), why: revoked.why } };
    return { serial, user: commonName(holder), ...holder, state: stateOf(entry, now), ...dates, ...end };
  });
  return `${JSON.stringify(rows, undefined, 2)}\n`;
}

/** The minute of universal time, as in `2026-11-22 08:30Z`. */
export const minuteOf = (at: number): string => `${isoText(wallTime(at)).slice(0, 16).replace('T', ' ')}Z`;

/** The day of universal time, as in `2036-11-22`. */
export const dayOf = (at: number): string => isoText(wallTime(at)).slice(0, 10);
