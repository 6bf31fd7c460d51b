import type { Claim } from '../../../sdk/authority/claims/claim.ts';
import { wallTime } from '../../../sdk/model/time.ts';
import { isoText } from '../../platform/wall-text.ts';
import { columns } from '../terminal/columns.ts';
import type { Lang } from '../terminal/language.ts';
import { minuteOf } from './table.ts';
import { authorityWords, claimStateWords, say } from './words.ts';

/** The codes that were made, in that order, for people. */
export function claimTable(claims: readonly Claim[], lang: Lang): string {
  if (claims.length === 0) return `${say('noClaim', lang)}\n`;
  const head = (['gateway', 'town', 'state', 'until', 'claim'] as const).map((word) => authorityWords[word][lang]);
  const rows = claims.map(({ gateway, town, state, notAfter, id }) => [
    gateway,
    town,
    claimStateWords[state][lang],
    minuteOf(notAfter),
    id,
  ]);
  return `${columns([head, ...rows], 0).join('\n')}\n`;
}

/** The same for programs. Times are ISO 8601. */
export function claimsJson(claims: readonly Claim[]): string {
  const time = (at: number): string => isoText(wallTime(at));
  const rows = claims.map(({ createdAt, notAfter, ...rest }) => ({
    ...rest,
    createdAt: time(createdAt),
    notAfter: time(notAfter),
  }));
  return `${JSON.stringify(rows, undefined, 2)}\n`;
}
