import type { GatewayRecord } from '../store/platform-store.ts';
import type { Directory, Entry } from './gateway-directory.ts';
import type { KnownRecords } from './registry/known-records.ts';

/** A gateway with its place in the district, as it shows itself or as it was registered. */
export type Located = {
  readonly gateway: string;
  readonly town: string;
  readonly village?: string;
  /** When this client learned that it came or went; of one that shows nothing, when its record was last changed. */
  readonly since: Date;
  /** What it shows; absent when nothing. */
  readonly entry?: Entry;
  /** Registered, and never there. */
  readonly isAwaited: boolean;
};

/**
 * The village of a gateway within its town: what it tells itself comes from the file on site and goes before what was
 * registered. A record of another town speaks of a village there.
 */
export const villageOf = ({ site, state }: Entry, record: GatewayRecord | undefined): string | undefined =>
  state?.village ?? (record?.town === site.town ? record.village : undefined);

/** Every gateway that counts: those that show themselves and those that are registered, but for the decommissioned. */
export function located(directory: Directory, records: KnownRecords | undefined): readonly Located[] {
  const shown = onlyOnce(directory.entries());
  const ids = new Set<string>(shown.map(({ site }) => site.gateway));
  const isInUse = (id: string): boolean => records?.of(id)?.state !== 'decommissioned';
  return [
    ...shown.filter(({ site }) => isInUse(site.gateway)).map((entry) => ofEntry(entry, records)),
    ...(records?.all() ?? []).filter(({ gateway }) => !ids.has(gateway) && isInUse(gateway)).map(ofRecord),
  ];
}

/** Of one that has moved to another town the broker may still have the old documents: the one that is online counts. */
function onlyOnce(entries: readonly Entry[]): readonly Entry[] {
  const found = new Map<string, Entry>();
  for (const entry of entries) {
    const { gateway } = entry.site;
    if (!found.has(gateway) || entry.presence?.online === true) found.set(gateway, entry);
  }
  return [...found.values()];
}

function ofEntry(entry: Entry, records: KnownRecords | undefined): Located {
  const { site, since } = entry;
  const village = villageOf(entry, records?.of(site.gateway));
  const place = { gateway: site.gateway, town: site.town, ...(village !== undefined && { village }) };
  return { ...place, since, entry, isAwaited: false };
}

const ofRecord = ({ gateway, town, village, at, state }: GatewayRecord): Located => ({
  gateway,
  town,
  ...(village !== undefined && { village }),
  since: at,
  isAwaited: state === 'claimable',
});
