import { FengsuiError } from '../model/errors.ts';

/** How long samples are kept unless said otherwise: a year and a month. */
export const defaultHistoryDays = 400;
const dayMs = 86_400_000;
const mostDays = 36_500;

/** @throws FengsuiError INVALID */
export function checkDays(historyDays: number): void {
  if (Number.isInteger(historyDays) && historyDays >= 1 && historyDays <= mostDays) return;
  throw new FengsuiError('INVALID', `historyDays must be a whole number from 1 to ${mostDays}, not ${historyDays}`);
}

/** Samples outside of it are not stored: whoever made up times could otherwise make any number of months. */
export type KeptSpan = { readonly from: number; readonly to: number };

export const keptSpan = (now: number, historyDays: number): KeptSpan => ({
  from: monthOf(now - historyDays * dayMs).from,
  to: now + 2 * dayMs,
});

export const isKept = (at: Date, span: KeptSpan): boolean => at.getTime() >= span.from && at.getTime() <= span.to;

export type Month = {
  /** `202611` for November 2026, UTC. */
  readonly name: string;
  readonly from: number;
  /** Where the next one begins. */
  readonly to: number;
};

export function monthOf(wall: number): Month {
  const date = new Date(wall);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const name = `${String(year).padStart(4, '0')}${String(month + 1).padStart(2, '0')}`;
  return { name, from: Date.UTC(year, month), to: Date.UTC(year, month + 1) };
}

/** The month of a name as {@link monthOf} makes it. */
export const monthNamed = (name: string): Month =>
  monthOf(Date.UTC(Number(name.slice(0, 4)), Number(name.slice(4)) - 1));
