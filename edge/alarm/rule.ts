import type { AlarmKind, RuleFacts } from '../../sdk/model/alarm.ts';
import { ruleText } from '../../sdk/model/explain-alarm.ts';
import type { PointSpec } from '../../sdk/model/profile.ts';
import { type Millis, millis } from '../../sdk/model/time.ts';
import type { Detector } from './detect/detector.ts';
import { isOneOf } from './detect/state.ts';

/** A condition of one device, ready to judge: limits resolved, words made. */
export type Rule = {
  readonly condition: string;
  readonly kind: AlarmKind;
  /** Empty for rules that look at no single point. */
  readonly point: string;
  readonly onDelay: Millis;
  readonly offDelay: Millis;
  readonly latched: boolean;
  /** Whether it waits for a second look: its detector is a `verified` one. */
  readonly verifies: boolean;
  readonly detector: Detector;
  readonly facts: RuleFacts;
  /** The rule in words. */
  readonly text: string;
  readonly source: string;
};

type Parts = Omit<Rule, 'text' | 'verifies' | 'onDelay'> & { readonly verifies?: boolean };

/** A rule from its parts; what it says in words follows from its facts. */
export const makeRule = (parts: Parts): Rule => ({
  verifies: false,
  ...parts,
  onDelay: parts.facts.onDelay,
  text: ruleText({ ...parts.facts, point: parts.point, condition: parts.condition }, 'en'),
});

type Trouble = Pick<Rule, 'condition' | 'onDelay' | 'offDelay' | 'source'> & Partial<Pick<Rule, 'kind' | 'latched'>>;

/** A rule over a plain yes or no: `true` means trouble. For what the gateway says of itself, its buses, zones and outputs. */
export const troubleRule = ({ onDelay, ...parts }: Trouble): Rule =>
  makeRule({
    kind: 'fault',
    latched: false,
    ...parts,
    point: '',
    facts: { test: 'trouble', onDelay },
    detector: isOneOf([true]),
  });

/** Unit of a point as it stands behind a number; nothing for counts and choices. */
export const unitOf = (spec: PointSpec | undefined): { unit?: string } =>
  spec && 'unit' in spec && spec.unit !== '1' ? { unit: spec.unit } : {};

export const noDelay = millis(0);
