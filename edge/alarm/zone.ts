import type { AlarmChange } from '../../sdk/model/alarm.ts';
import { isActive } from './judge.ts';
import { makeRule, noDelay, type Rule } from './rule.ts';

/** A zone (防区): devices that would see the same fire. */
export type Zone = {
  readonly id: string;
  readonly name: string;
  readonly devices: readonly string[];
  /** So many of its detectors at once are a fire of the zone, latched, of its own. */
  readonly coincidence?: { readonly atLeast: number };
};

export const coincidence = 'coincidence';

/**
 * Several detectors of one zone agree (双探测器确认). It takes nothing away: each detector's own fire is told as it is;
 * what is sure now can be linked to what must not run on a single one.
 */
export const coincidenceRule = (atLeast: number): Rule =>
  makeRule({
    condition: coincidence,
    kind: 'fire',
    point: '',
    offDelay: noDelay,
    latched: true,
    detector: { holds: (value) => (value.quality === 'good' ? Number(value.value) >= atLeast : undefined) },
    facts: { test: 'coincidence', limit: atLeast, onDelay: noDelay },
    source:
      'coincidence of detectors of one zone, as the site has set it (EN 54-2 dependency on more than one alarm signal)',
  });

/** Whether a change says that a detector sees a fire, or may see one. */
export const isSighting = ({ kind, phase }: Pick<AlarmChange, 'kind' | 'phase'>): boolean =>
  (kind === 'fire' || kind === 'pre-alarm') && isActive(phase);
