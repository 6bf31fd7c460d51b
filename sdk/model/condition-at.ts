import { type AtRisk, type Condition, type ConditionChange, type RiskLevel, riskLevels, type When } from './profile.ts';

/** What a site changes of one condition, at all levels and at single ones. */
export type SiteChange = ConditionChange & AtRisk<ConditionChange>;
/** By the names of the profile's conditions. */
export type ConditionChanges = Readonly<Record<string, SiteChange>>;

/**
 * A condition as it holds at a risk level: the profile's, changed by the site, then by each level up to this one, the
 * site's word after the profile's. Pure.
 */
export function conditionAt(condition: Condition, site: SiteChange = {}, level: RiskLevel = 'normal'): Condition {
  const levels = riskLevels.slice(1, riskLevels.indexOf(level) + 1).filter((each) => each !== 'normal');
  const { heightened: _heightened, severe: _severe, ...always } = site;
  return [always, ...levels.flatMap((each) => [condition.risk?.[each] ?? {}, site[each] ?? {}])].reduce<Condition>(
    changed,
    condition,
  );
}

function changed(condition: Condition, change: ConditionChange): Condition {
  const { limit, deadband, onDelayMs, offDelayMs } = change;
  const when = limit === undefined ? condition.when : withLimit(condition.when, limit);
  return {
    ...condition,
    onDelayMs: onDelayMs ?? condition.onDelayMs,
    offDelayMs: offDelayMs ?? condition.offDelayMs,
    when: deadband !== undefined && 'deadband' in when ? { ...when, deadband } : when,
  };
}

function withLimit(when: When, limit: number | string): When {
  if ('below' in when) return { ...when, below: limit };
  if ('above' in when) return { ...when, above: limit };
  if ('rises' in when) return { ...when, rises: limit };
  if ('falls' in when) return { ...when, falls: limit };
  return 'stuckMs' in when ? { ...when, stuckMs: limit } : when;
}

/** Whether a condition has a number that a site can set. */
export const hasLimit = ({ when }: Condition): boolean => !('is' in when || 'bad' in when);
