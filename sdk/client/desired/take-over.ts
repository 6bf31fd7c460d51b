import { FengsuiError } from '../../model/errors.ts';
import type { DesiredState, Json, PlatformStore } from '../../store/platform-store.ts';
import type { DeviceSpec } from '../../wire/methods.ts';
import type { AuditDesk } from './audit-desk.ts';
import type { DesiredBook } from './desired-book.ts';
import { type DeviceListing, wantedOf } from './listed-devices.ts';
import { etagOf, sameSpecs } from './spec-edits.ts';

/** Who is told to have asked for a version that came from a gateway. */
export const onSite = 'on site';

export type TakeOver = {
  readonly gateway: string;
  readonly stored: DesiredState | undefined;
  readonly listing: DeviceListing;
  /** `instead`: in the place of what is stored. `beside`: what is stored holds. */
  readonly how: 'instead' | 'beside';
  readonly signal: AbortSignal;
};

/**
 * Takes the list of a gateway into the store as a new version, where it differs.
 * @returns false when somebody was faster: what is stored now must be looked at anew
 */
export async function takeOver(
  ctx: { readonly store: Pick<PlatformStore, 'desired'>; readonly book: DesiredBook; readonly audit: AuditDesk },
  { gateway, stored, listing, how, signal }: TakeOver,
): Promise<boolean> {
  const before = stored?.devices ?? [];
  const devices = how === 'instead' ? wantedOf(listing) : beside(before, wantedOf(listing));
  const isAhead = listing.desired.version > (stored?.version ?? 0);
  if (!isAhead && sameSpecs(before, devices)) return true;
  try {
    const change = { ifVersion: stored?.version ?? 0, devices, by: onSite, above: listing.desired.version };
    const state = await ctx.store.desired.change(gateway, change, { signal });
    ctx.book.keepDesired(gateway, state);
    const detail = { version: state.version, ...differences(before, devices) };
    await ctx.audit.note({ act: 'devices.take-over', who: onSite, gateway, detail });
    return true;
  } catch (e) {
    if (FengsuiError.is(e, 'CONFLICT')) return false;
    throw e;
  }
}

function beside(stored: readonly DeviceSpec[], theirs: readonly DeviceSpec[]): readonly DeviceSpec[] {
  const ids = new Set(stored.map((d) => d.id));
  return [...stored, ...theirs.filter((d) => !ids.has(d.id))];
}

/** By ids; what was changed, with both. */
function differences(before: readonly DeviceSpec[], after: readonly DeviceSpec[]): { readonly [key: string]: Json } {
  const old = new Map(before.map((d) => [d.id, etagOf(d)]));
  const now = new Map(after.map((d) => [d.id, etagOf(d)]));
  return {
    added: [...now.keys()].filter((id) => !old.has(id)),
    removed: [...old.keys()].filter((id) => !now.has(id)),
    changed: [...now].filter(([id, etag]) => old.has(id) && old.get(id) !== etag).map(([id]) => id),
  };
}
