import type { DesiredState } from '../../store/platform-store.ts';
import type { DesiredState as Shown } from '../../wire/desired.ts';

/**
 * How far what is wanted has come:
 * - `in-sync`: the gateway has it in force.
 * - `pending`: the gateway is online, and is being told or tries it out.
 * - `waiting-for-gateway`: stored; the gateway gets it when it is next online.
 * - `rejected`: the gateway has refused it or rolled it back. It is not tried again; `problems` tell why.
 */
export type SyncState = 'in-sync' | 'pending' | 'waiting-for-gateway' | 'rejected';

/** What a gateway has made of its newest desired version, by the document that it shows or else by the store. */
export function syncOf(stored: DesiredState, shown: Shown | undefined, isOnline: boolean): SyncState {
  const verdict = shown ?? stored.reported;
  const isNewest = verdict?.version === stored.version;
  if (isNewest && verdict.sync !== 'trial') return verdict.sync;
  // The answer to `apply` reaches the store before the document reaches the broker.
  const { reported } = stored;
  if (isNewer(stored, shown) && reported?.version === stored.version && reported.sync === 'rejected') return 'rejected';
  return isOnline ? 'pending' : 'waiting-for-gateway';
}

const isNewer = (stored: DesiredState, shown: Shown | undefined): boolean =>
  shown !== undefined && shown.version > 0 && shown.version < stored.version;
