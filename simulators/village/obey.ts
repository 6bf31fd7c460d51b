import { describeError, FengsuiError } from '../../sdk/model/errors.ts';
import { orders } from './orders.ts';
import type { Village } from './start-village.ts';

/** `answer` repeats the `ask` of the order, or is null where there was none. */
export type Reply =
  | {
      readonly answer: number | null;
      readonly ok: true;
      /** Unix time in milliseconds at which the registers and lines had changed. */
      readonly at: number;
      readonly [told: string]: unknown;
    }
  | { readonly answer: number | null; readonly ok: false; readonly error: string };

/**
 * Does what `{ ask?: number, do: string, … }` says and answers; never throws on what it is sent.
 * Example: `{ "ask": 1, "do": "open-hydrant", "id": "hydrant-3", "lps": 15 }`.
 */
export function obey(village: Village, message: unknown, now: () => number): Reply {
  const answer = isObject(message) && 'ask' in message && typeof message.ask === 'number' ? message.ask : null;
  try {
    const told = perform(village, message);
    return { answer, ok: true, at: now(), ...told };
  } catch (e) {
    return { answer, ok: false, error: describeError(e) };
  }
}

function perform(village: Village, message: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(message))
    throw new FengsuiError('INVALID', `an order is an object with "do", got ${JSON.stringify(message)}`);
  const { ask, do: name, ...args }: { ask?: unknown; do?: unknown } = message;
  if (ask !== undefined && typeof ask !== 'number')
    throw new FengsuiError('INVALID', `"ask" is a number, got ${JSON.stringify(ask)}`);
  const order = typeof name === 'string' && Object.hasOwn(orders, name) ? orders[name] : undefined;
  if (order === undefined) {
    const known = Object.keys(orders).join(', ');
    throw new FengsuiError('NOT_FOUND', `there is no order ${JSON.stringify(name)}: use one of ${known}`);
  }
  try {
    return order(village, args);
  } catch (e) {
    throw new FengsuiError('INVALID', `${String(name)} was refused`, { cause: e });
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
