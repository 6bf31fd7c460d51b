import { describeError, FengsuiError } from '../model/errors.ts';
import { decodePointTable, type PointTable } from '../wire/point-table.ts';
import { type Site, siteKey } from '../wire/topics.ts';

/** The point tables of all gateways. Telemetry of a table that is not here waits until it was fetched; it is never guessed. */
export type PointTables = {
  /** A retained table. @throws FengsuiError PROTOCOL */
  readonly receive: (site: Site, bytes: Uint8Array) => void;
  /** Calls `use` with the table, at once or when it has come; never when it cannot be had. */
  readonly with: (site: Site, hash: number, use: (table: PointTable) => void) => void;
  /** The table, fetched if need be. @throws FengsuiError as `fetch`, PROTOCOL */
  readonly get: (site: Site, hash: number) => Promise<PointTable>;
  readonly forget: (site: Site) => void;
};

export type TablesContext = {
  /** Asks the gateway for a table. */
  readonly fetch: (site: Site, hash: number) => Promise<Uint8Array>;
  readonly problem: (error: FengsuiError) => void;
  readonly now: () => number;
};

/** Tables kept per gateway, and tables awaited at once. */
const tableLimit = 8;
/** Batches that wait for tables, per gateway. */
const waitingLimit = 100;
/** A table that could not be had is not asked for again before. */
const refetchAfterMs = 10_000;

type Wanted = { readonly uses: ((table: PointTable) => void)[]; deniedUntil: number; fetching: boolean };
type Shelf = { readonly tables: Map<number, PointTable>; readonly wanted: Map<number, Wanted> };

export function pointTables(ctx: TablesContext): PointTables {
  const shelves = new Map<string, Shelf>();
  const shelfOf = (site: Site): Shelf => {
    const name = siteKey(site);
    const shelf = shelves.get(name) ?? { tables: new Map(), wanted: new Map() };
    shelves.set(name, shelf);
    return shelf;
  };
  const keep = (shelf: Shelf, table: PointTable): void => {
    shelf.tables.delete(table.hash);
    shelf.tables.set(table.hash, table);
    dropOldest(shelf.tables);
    const wanted = shelf.wanted.get(table.hash);
    shelf.wanted.delete(table.hash);
    for (const use of wanted?.uses ?? []) use(table);
  };
  const fetched = async (site: Site, hash: number): Promise<PointTable> => {
    const table = decodePointTable(await ctx.fetch(site, hash));
    if (table.hash !== hash) throw new FengsuiError('PROTOCOL', `asked for point table ${hash}, got ${table.hash}`);
    keep(shelfOf(site), table);
    return table;
  };
  const fetch = async (site: Site, hash: number, wanted: Wanted): Promise<void> => {
    wanted.fetching = true;
    try {
      await fetched(site, hash);
    } catch (cause) {
      const lost = wanted.uses.splice(0).length;
      wanted.deniedUntil = ctx.now() + refetchAfterMs;
      ctx.problem(
        new FengsuiError(
          'UNAVAILABLE',
          `${lost} batches of telemetry from gateway ${site.gateway} cannot be read: point table ${hash} is not to be had (${describeError(cause)})`,
          { cause, details: { gateway: site.gateway } },
        ),
      );
    }
    wanted.fetching = false;
  };
  return {
    receive: (site, bytes) => keep(shelfOf(site), decodePointTable(bytes)),
    with(site, hash, use) {
      const shelf = shelfOf(site);
      const table = shelf.tables.get(hash);
      if (table) return use(table);
      const wanted = shelf.wanted.get(hash) ?? { uses: [], deniedUntil: 0, fetching: false };
      const why = whyNot(shelf, hash, wanted.deniedUntil > ctx.now());
      if (why !== undefined) {
        ctx.problem(
          new FengsuiError(
            'OVERLOADED',
            `telemetry from gateway ${site.gateway} let go: it needs point table ${hash}, and ${why}`,
            { details: { gateway: site.gateway } },
          ),
        );
        return;
      }
      shelf.wanted.set(hash, wanted);
      wanted.uses.push(use);
      if (!wanted.fetching) void fetch(site, hash, wanted);
    },
    get: async (site, hash) => shelfOf(site).tables.get(hash) ?? fetched(site, hash),
    forget: (site) => shelves.delete(siteKey(site)),
  };
}

/** Why a batch cannot wait for its table. What is being fetched keeps its place: a hash in every message must not become a question in every message. */
function whyNot({ wanted }: Shelf, hash: number, isDenied: boolean): string | undefined {
  if (isDenied) return 'it could not be had a moment ago';
  const waiting = [...wanted.values()].reduce((sum, w) => sum + w.uses.length, 0);
  if (waiting >= waitingLimit) return `${waitingLimit} others wait already`;
  if (wanted.has(hash) || wanted.size < tableLimit) return undefined;
  const idle = [...wanted].find(([, w]) => !w.fetching);
  if (!idle) return `${tableLimit} others are being fetched`;
  wanted.delete(idle[0]);
  return undefined;
}

function dropOldest(map: Map<number, unknown>): void {
  const oldest = map.keys().next();
  if (map.size > tableLimit && !oldest.done) map.delete(oldest.value);
}
