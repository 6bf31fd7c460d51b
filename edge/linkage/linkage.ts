import type { DeviceId } from '../../sdk/model/ids.ts';

/** Cause and effect (联动): while one of the alarms is active, the output is on. */
export type LinkageRule = {
  readonly name: string;
  /** Conditions as `device/condition`. */
  readonly when: ReadonlySet<string>;
  readonly output: DeviceId;
  /** Point of the output device that is switched. */
  readonly point: string;
};

export const conditionKey = (device: DeviceId, condition: string): string => `${device}/${condition}`;
export const outputKey = (rule: Pick<LinkageRule, 'output' | 'point'>): string => `${rule.output}/${rule.point}`;

/** What every output named by a rule should be, given the alarms that are active. Pure; one cause of many is enough. */
export function wantedOutputs(
  rules: readonly LinkageRule[],
  active: ReadonlySet<string>,
): ReadonlyMap<string, boolean> {
  const wanted = new Map<string, boolean>();
  for (const rule of rules) {
    const on = [...rule.when].some((cause) => active.has(cause));
    wanted.set(outputKey(rule), on || (wanted.get(outputKey(rule)) ?? false));
  }
  return wanted;
}
