import { FengsuiError } from '../../../sdk/model/errors.ts';

/** What a dial shows: 0.421 in steps of 0.001. */
export type ShownNumber = { readonly value: number; readonly decimals: number };

/** @throws FengsuiError INVALID */
export function shownNumber(text: string): ShownNumber {
  const match = /^[+-]?\d{1,15}(?:\.(\d{1,9}))?$/.exec(text.trim());
  if (!match)
    throw new FengsuiError(
      'INVALID',
      `“${text}” is no number as a dial shows it; give digits and a point only, all decimals too, e.g. 0.420`,
    );
  return { value: Number(text), decimals: match[1]?.length ?? 0 };
}

/** Whether a dial that holds `value` may show this: rounded (half a step to both sides) or cut off (a step away from zero). */
export function showsAs(value: number, shown: ShownNumber): boolean {
  const step = 10 ** -shown.decimals;
  if (shown.value === 0) return Math.abs(value) < step;
  const towards = shown.value < 0 ? -1 : 1;
  const beyond = (value - shown.value) * towards;
  const slack = 1e-9 * Math.max(step, Math.abs(shown.value));
  return beyond >= -step / 2 - slack && beyond < step - slack;
}
