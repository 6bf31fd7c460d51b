import type { DesiredState, DesiredStates, GatewayRecord, PlatformStore } from '../../store/platform-store.ts';
import type { DesiredConflict } from '../../wire/desired.ts';
import { type Listeners, listeners } from '../listeners.ts';

/**
 * What the store says of the gateways of a district, as it was last read: so that lists need not wait for it. Whoever
 * changes something asks the store itself.
 */
export type DesiredBook = {
  readonly desired: (gateway: string) => DesiredState | undefined;
  readonly record: (gateway: string) => GatewayRecord | undefined;
  readonly records: () => readonly GatewayRecord[];
  /** Gateways of which something is desired or registered, by id. */
  readonly gateways: () => readonly string[];
  /** Reads the registry and the desired state of each gateway of it, and of these. Rejects as the store does. */
  readonly load: (also: readonly string[], signal: AbortSignal) => Promise<void>;
  /** Reads the registry anew. */
  readonly loadRecords: (signal: AbortSignal) => Promise<void>;
  /** Reads the desired state of one gateway anew. */
  readonly refresh: (gateway: string, signal?: AbortSignal) => Promise<DesiredState | undefined>;
  readonly keepDesired: (gateway: string, state: DesiredState | undefined) => void;
  readonly keepRecord: (record: GatewayRecord) => void;
  /** What changes on site and wishes of the platform met in; as told to this process, until a later version. */
  readonly conflicts: (gateway: string) => readonly DesiredConflict[];
  readonly keepConflicts: (gateway: string, conflicts: readonly DesiredConflict[]) => void;
  /** Why the last try to tell a gateway what is wanted has failed. */
  readonly trouble: (gateway: string) => string | undefined;
  readonly keepTrouble: (gateway: string, trouble: string | undefined) => void;
  /** The gateway of which something is known anew. */
  readonly changes: Listeners<string>;
};

/** Desired states that are asked for at once. */
const atOnce = 8;

export function desiredBook(store: Pick<PlatformStore, 'gateways' | 'desired'>, district: string): DesiredBook {
  const states = new Map<string, DesiredState>();
  const records = new Map<string, GatewayRecord>();
  const conflicts = new Map<string, readonly DesiredConflict[]>();
  const troubles = new Map<string, string>();
  const changes = listeners<string>();
  /** All that is about devices of a gateway. */
  const wanted = [states, conflicts, troubles];

  const keepDesired = (gateway: string, state: DesiredState | undefined): void => {
    const before = states.get(gateway);
    if (isSame(before, state)) return;
    if (state) states.set(gateway, state);
    else states.delete(gateway);
    changes.emit(gateway);
  };
  const refresh: DesiredBook['refresh'] = async (gateway, signal) => {
    const state = await store.desired.get(gateway, { signal });
    keepDesired(gateway, state);
    return state;
  };
  const keepRecord = (record: GatewayRecord): void => {
    if (record.district !== district || records.get(record.gateway)?.etag === record.etag) return;
    records.set(record.gateway, record);
    // Whoever has taken it out of use may be another client, which told nobody but the store.
    if (record.state === 'decommissioned') for (const map of wanted) map.delete(record.gateway);
    changes.emit(record.gateway);
  };
  const loadRecords = async (signal: AbortSignal): Promise<void> => {
    let after: string | undefined;
    do {
      const page = await store.gateways.list({ after }, { signal });
      page.items.forEach(keepRecord);
      after = page.next;
    } while (after !== undefined);
  };
  const keep =
    <T>(map: Map<string, T>, isNone: (value: T) => boolean) =>
    (gateway: string, value: T | undefined): void => {
      const had = map.get(gateway);
      if (value === undefined || isNone(value)) map.delete(gateway);
      else map.set(gateway, value);
      if (had !== map.get(gateway)) changes.emit(gateway);
    };
  return {
    desired: (gateway) => states.get(gateway),
    record: (gateway) => records.get(gateway),
    records: () => [...records.values()],
    gateways: () => [...new Set([...records.keys(), ...states.keys()])].toSorted(),
    async load(also, signal) {
      await loadRecords(signal);
      const queue = [...new Set([...records.keys(), ...also])];
      const work = async (): Promise<void> => {
        for (let next = queue.pop(); next !== undefined; next = queue.pop()) await refresh(next, signal);
      };
      await Promise.all(Array.from({ length: atOnce }, work));
    },
    loadRecords,
    refresh,
    keepDesired,
    keepRecord,
    conflicts: (gateway) => conflicts.get(gateway) ?? [],
    keepConflicts: keep(conflicts, (list) => list.length === 0),
    trouble: (gateway) => troubles.get(gateway),
    keepTrouble: keep(troubles, () => false),
    changes,
  };
}

type Known = Awaited<ReturnType<DesiredStates['get']>>;

const isSame = (a: Known, b: Known): boolean =>
  a?.version === b?.version &&
  a?.reported?.version === b?.reported?.version &&
  a?.reported?.sync === b?.reported?.sync &&
  a?.reported?.problems.length === b?.reported?.problems.length;
