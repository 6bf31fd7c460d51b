import type { Site } from '../../wire/topics.ts';
import { type Listeners, listeners } from '../listeners.ts';

/** Whose alarms and readings this client takes. */
export type Ownership = {
  /** Whether this client takes them now. */
  readonly owns: (site: Site) => boolean;
  /** It owns the gateway and is subscribed to it: what the gateway sends from now on is heard. */
  readonly hears: (site: Site) => boolean;
  /** `hears` has become true, also anew after the connection was lost. */
  readonly gained: Listeners<Site>;
  /** `owns` has become false: another takes them from now on. */
  readonly lost: Listeners<Site>;
};

/** Of a client that shares with nobody. */
export const ownsAll = (): Ownership => ({
  owns: () => true,
  hears: () => true,
  gained: listeners(),
  lost: listeners(),
});
