import { wallTime } from '../../../../sdk/model/time.ts';
import { isoText } from '../../../platform/wall-text.ts';
import { filled, type Lang } from '../../terminal/language.ts';
import { harmless } from '../../terminal/text.ts';
import { dayOf } from '../table.ts';
import { daysLeft, type RenewalRow, type RenewalTimes, urgentDays } from './rows.ts';
import { outcomeWords, sayRenewal } from './words.ts';

/** In what language, when, and what a command that is told to the reader has to name. */
export type RenewalTold = {
  readonly lang: Lang;
  readonly times: RenewalTimes;
  readonly folder: string;
  readonly operator: string;
};

/** One line of one holder, for people. */
export function renewalLine(row: RenewalRow, told: RenewalTold): string {
  const { name, outcome, until, renewedUntil, why } = row;
  const { lang, times, folder } = told;
  const end = ending(until, times, lang);
  const parts: Readonly<Record<RenewalRow['outcome'], readonly string[]>> = {
    renewed: [name, dayOf(renewedUntil ?? until)],
    'refused-before': [name, end],
    'would-renew': [name, end],
    trying: [name, end],
    offline: [name, end, name],
    replaced: [name, end],
    failed: [name, end, why?.code ?? '', harmless(why?.message)],
    'by-hand': [name, end, name, folder],
  };
  return filled(outcomeWords[outcome][lang], ...parts[outcome]) + advice(row, told);
}

function advice({ name, outcome, why, needsPerson }: RenewalRow, { lang, folder, operator }: RenewalTold): string {
  if (outcome === 'offline' && needsPerson) return sayRenewal('carry', lang, name, folder);
  if (why?.code === 'FORBIDDEN') return sayRenewal('unknownKey', lang, operator);
  return why?.retryable ? sayRenewal('nextRun', lang) : '';
}

function ending(until: number, { now }: RenewalTimes, lang: Lang): string {
  const left = daysLeft(until, now);
  return left < 0
    ? sayRenewal('ended', lang, dayOf(until), String(-left))
    : sayRenewal('endsIn', lang, dayOf(until), String(left));
}

/** What the whole run comes to. */
export function renewalSummary(rows: readonly RenewalRow[], { lang, times }: RenewalTold): string {
  const names = rows.filter(({ needsPerson }) => needsPerson).map(({ name }) => name);
  return names.length === 0
    ? sayRenewal('allWell', lang, String(times.beforeDays), String(rows.length))
    : sayRenewal('needsPerson', lang, String(urgentDays(times)), names.join(', '));
}

/** All rows for programs. Times are ISO 8601. */
export function renewalJson(rows: readonly RenewalRow[], { now }: RenewalTimes): string {
  const time = (at: number): string => isoText(wallTime(at));
  const told = rows.map(({ until, renewedUntil, why, needsPerson, ...rest }) => ({
    ...rest,
    notAfter: time(until),
    daysLeft: daysLeft(until, now),
    ...(renewedUntil !== undefined && { renewedUntil: time(renewedUntil) }),
    ...(why && { code: why.code, message: why.message }),
    needsPerson,
  }));
  return `${JSON.stringify(told, undefined, 2)}\n`;
}
