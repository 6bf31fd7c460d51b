import type { DeviceId } from '../../sdk/model/ids.ts';
import type { Millis } from '../../sdk/model/time.ts';

/** Cause and effect (联动): while one of the alarms is active, the output is on. */
export type LinkageRule = {
  readonly name: string;
  /** Conditions as `device/condition`. */
  readonly when: ReadonlySet<string>;
  readonly output: DeviceId;
  /** Point of the output device that is switched. */
  readonly point: string;
  /** It sounds: off for an alarm that was silenced. */
  readonly sounder: boolean;
  /** What shows that it has had its effect, such as the end switch of a barrier: true within this time of switching on. */
  readonly proof?: { readonly device: DeviceId; readonly point: string; readonly within: Millis };
};

/** The alarms that outputs follow. */
export type Causes = {
  /** Conditions that are active, as `device/condition`. */
  readonly active: ReadonlySet<string>;
  /** Those of them that nobody has silenced. */
  readonly sounding: ReadonlySet<string>;
};

export const conditionKey = (device: DeviceId, condition: string): string => `${device}/${condition}`;
export const outputKey = (rule: Pick<LinkageRule, 'output' | 'point'>): string => `${rule.output}/${rule.point}`;

/** What every output named by a rule should be, given the alarms that are active. Pure; one cause of many is enough. */
export function wantedOutputs(rules: readonly LinkageRule[], causes: Causes): ReadonlyMap<string, boolean> {
  const wanted = new Map<string, boolean>();
  for (const rule of rules) {
    const on = [...rule.when].some((cause) => (rule.sounder ? causes.sounding : causes.active).has(cause));
    wanted.set(outputKey(rule), on || (wanted.get(outputKey(rule)) ?? false));
  }
  return wanted;
}

/** The conditions because of which an output is on, in the order of the rules. Pure. */
export const causesOf = (rules: readonly LinkageRule[], output: string, causes: Causes): readonly string[] => [
  ...new Set(
    rules
      .filter((rule) => outputKey(rule) === output)
      .flatMap((rule) => [...rule.when].filter((cause) => (rule.sounder ? causes.sounding : causes.active).has(cause))),
  ),
];
