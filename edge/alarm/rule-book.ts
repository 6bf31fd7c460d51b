import type { RiskLevel } from '../../sdk/model/profile.ts';
import type { Rule } from './rule.ts';
import { type Judged, rulesOf } from './rules-of.ts';

/** Gives devices that are judged alike the very same rules: a thousand hydrants of one kind need them once. */
export type RuleBook = (device: Judged, level: RiskLevel) => readonly Rule[];

export function ruleBook(): RuleBook {
  const known = new Map<string, readonly Rule[]>();
  return (device, level) => {
    const { profile, settings, pollMs, conditions = {}, verifyMs = 0 } = device;
    const key = JSON.stringify([profile.id, settings, pollMs, conditions, verifyMs, level]);
    const rules = known.get(key) ?? rulesOf(device, level);
    known.set(key, rules);
    return rules;
  };
}
