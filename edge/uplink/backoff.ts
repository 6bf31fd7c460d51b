import { type Millis, millis } from '../../sdk/model/time.ts';

export type Backoff = { readonly first: Millis; readonly factor: number; readonly ceiling: Millis };

/**
 * Delays between tries, for ever: uniform between 0 and a bound that grows (full jitter), so that a thousand gateways
 * whose broker returns do not all come at once. Policy only: it does not sleep, count or log.
 */
export function* delays(backoff: Backoff, random: () => number): Generator<Millis, never> {
  let bound: number = backoff.first;
  for (;;) {
    yield millis(Math.round(bound * random()));
    bound = Math.min(backoff.ceiling, bound * backoff.factor);
  }
}
