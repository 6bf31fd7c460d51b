import { type RiskLevel, riskLevels } from '../../../sdk/model/profile.ts';

/** A time of higher risk that comes round: holidays, the dry season. */
export type RiskWindow = {
  readonly level: Exclude<RiskLevel, 'normal'>;
  /** When it begins and ends, as cron. */
  readonly from: string;
  readonly to: string;
  readonly why: string;
};

export const higher = (a: RiskLevel, b: RiskLevel): RiskLevel =>
  riskLevels.indexOf(a) > riskLevels.indexOf(b) ? a : b;

/**
 * The level that the calendar asks for at a time. Within a window its end comes before its next beginning.
 * @param next when a cron expression fires next, Unix ms; `undefined` if never
 */
export function calendarLevel(
  windows: readonly RiskWindow[],
  next: (cron: string) => number | undefined,
): { readonly level: RiskLevel; readonly why: string } {
  let found: { level: RiskLevel; why: string } = { level: 'normal', why: '' };
  for (const { level, from, to, why } of windows) {
    const [begins, ends] = [next(from), next(to)];
    const isWithin = ends !== undefined && (begins === undefined || ends < begins);
    if (isWithin && higher(level, found.level) !== found.level) found = { level, why };
  }
  return found;
}
