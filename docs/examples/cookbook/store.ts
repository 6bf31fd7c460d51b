import type { Fengsui } from 'fengsui';
import {
  type AlarmEntry,
  keepDistrict,
  type Listing,
  memoryStore,
  openFileStore,
  type PageQuery,
  type PlatformStore,
} from 'fengsui/store';
import { openPostgresStore } from 'fengsui/store/postgres'; // npm install pg

/** PostgreSQL for a district, a folder for a developer’s machine, and nothing lasting for a test. All do the same. */
export async function openStore(where: string): Promise<PlatformStore> {
  if (where === '') return memoryStore();
  return where.startsWith('postgres:') ? openPostgresStore({ url: where }) : openFileStore({ folder: where });
}

/** Takes the district over into the store until the signal fires: alarms and records are committed once they are stored. */
export const keep = (fs: Fengsui, store: PlatformStore, signal: AbortSignal): Promise<void> =>
  keepDistrict(fs, store, { signal, history: true, problem: (e) => console.error(e.code, e.message) });

/** What stood when the platform last heard: right after a start, before any gateway has answered. */
export async function stood(store: PlatformStore): Promise<readonly string[]> {
  const { items } = await store.alarms.standing();
  return items.map(({ kind, gateway, device, phase }) => `${kind} ${gateway}/${device} ${phase}`);
}

/** All pages of a list, item by item. */
export async function* every<T>(list: (page: PageQuery) => Promise<Listing<T>>): AsyncGenerator<T> {
  let after: string | undefined;
  do {
    const { items, next } = await list({ after });
    yield* items;
    after = next;
  } while (after !== undefined);
}

/** The fires of a month, for the monthly report. */
export async function firesOf(store: PlatformStore, from: Date, to: Date): Promise<readonly AlarmEntry[]> {
  const fires: AlarmEntry[] = [];
  for await (const entry of every((page) => store.alarms.list({ kind: 'fire', from, to, ...page })))
    if (entry.event === 'raised') fires.push(entry);
  return fires;
}

/** The pressure of a day, as points of a curve. */
export async function curve(store: PlatformStore, gateway: string, device: string): Promise<readonly [Date, number][]> {
  const span = { from: new Date(Date.now() - 86_400_000), to: new Date() };
  const found: [Date, number][] = [];
  for await (const { at, value, why } of every((page) =>
    store.history.range({ gateway, device, points: ['pressure'], ...span, ...page }),
  ))
    if (typeof value === 'number' && why === undefined) found.push([at, value]); // what is doubtful leaves a hole
  return found;
}

/** The last that is known of a device whose gateway is offline. */
export async function lastKnown(store: PlatformStore, gateway: string, device: string): Promise<readonly string[]> {
  const samples = await store.history.latest(gateway, device);
  return samples.map(({ point, value, why }) => `${point} ${value ?? '–'}${why === undefined ? '' : ` (${why})`}`);
}

/** Who did what at a site. */
export async function whoDidWhat(store: PlatformStore, gateway: string): Promise<readonly string[]> {
  const { items } = await store.audit.list({ gateway, limit: 100 });
  return items.map(({ who, act, outcome }) => `${who} ${act} ${outcome}`);
}

/** What your own program does is recorded beside it. The same id again is passed over. */
export async function note(
  store: PlatformStore,
  officer: string,
  call: { id: string; gateway: string },
): Promise<boolean> {
  const act = { who: officer, act: 'desk.called-the-site', outcome: 'done', gateway: call.gateway };
  return (await store.audit.append({ id: `call/${call.id}`, at: new Date(), ...act })).isNew;
}

/** Readings are kept for 400 days unless the store was opened with another number; `keepDistrict` does this once a day. */
export const forgetOldReadings = (store: PlatformStore): Promise<number> => store.history.prune();
