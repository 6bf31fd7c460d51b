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

/**
 * What a gateway has made of its newest desired version. The store has the last word, as it has the reasons, too; what the
 * gateway shows tells only whether it has lost since what the store believes it to have.
 */
export function syncOf({ version, reported }: DesiredState, shown: Shown | undefined, isOnline: boolean): SyncState {
  const verdict = reported?.version === version ? reported.sync : 'trial';
  const isLost = shown !== undefined && shown.version < version;
  if (verdict === 'rejected' || (verdict === 'in-sync' && !isLost)) return verdict;
  return isOnline ? 'pending' : 'waiting-for-gateway';
}
