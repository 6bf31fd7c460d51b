import type { DesiredState } from '../../store/platform-store.ts';
import type { DesiredState as Shown } from '../../wire/desired.ts';

/** What is known of one gateway that is online. */
export type Knowledge = {
  /** What the platform wants; absent: nothing yet. */
  readonly stored: DesiredState | undefined;
  /** What the gateway shows of it; absent: it is of a version that knows no desired state. */
  readonly shown: Shown | undefined;
  /** It polls devices that came neither from its site's file nor from a desired version, or nobody knows from which. */
  readonly hasOwnDevices: boolean;
  /** It polls other devices than those of the newest version, and nobody has looked why: a client without a store was at work. */
  readonly isChangedBesides: boolean;
  /** How far the changes made on site were looked at already; absent: not by this process. */
  readonly seenLocal: number | undefined;
};

/** What is done next with a gateway. */
export type Step =
  /** There is nothing to do, or nothing that can be done. */
  | { readonly do: 'nothing' }
  /** Tell it what is wanted. */
  | { readonly do: 'apply'; readonly desired: DesiredState }
  /**
   * Take its list into the store. `instead`: in the place of what is stored; `beside`: what is stored holds, and its
   * devices that are unknown to the store stay.
   */
  | { readonly do: 'take-over'; readonly how: 'instead' | 'beside' }
  /** Keep what it made of the newest version. */
  | { readonly do: 'report'; readonly desired: DesiredState };

const nothing: Step = { do: 'nothing' };

/**
 * Pure. The rules, first that fits:
 * 1. A gateway that knows no desired state is left alone.
 * 2. Nothing is wanted yet, but it has devices of its own or took desired versions before: they are taken over, never dropped.
 * 3. It took a later version than the store knows (the store is new, or was put back from a copy): its list is taken
 *    over, beside what waits in the store.
 * 4. It took an earlier version, or none since it was wiped: it is told, unless it has devices that the store never
 *    heard of: these are taken over first.
 * 5. It has the newest version: its verdict is kept; what was changed since then on site, or by a client without a store,
 *    is taken over. What it rejected is not tried again.
 */
export function nextStep({ stored, shown, hasOwnDevices, isChangedBesides, seenLocal }: Knowledge): Step {
  if (!shown) return nothing;
  if (!stored) return shown.version > 0 || hasOwnDevices ? { do: 'take-over', how: 'instead' } : nothing;
  if (shown.version > stored.version) {
    const isSettled = stored.reported?.version === stored.version;
    return { do: 'take-over', how: isSettled ? 'instead' : 'beside' };
  }
  if (shown.version < stored.version) {
    const isFirstMeeting = shown.version === 0 && stored.reported === undefined;
    return isFirstMeeting && hasOwnDevices && seenLocal === undefined
      ? { do: 'take-over', how: 'beside' }
      : { do: 'apply', desired: stored };
  }
  const { reported } = stored;
  if (reported?.version !== shown.version || reported.sync !== shown.sync) return { do: 'report', desired: stored };
  if (shown.sync !== 'in-sync') return nothing;
  const isChangedOnSite = shown.localVersion !== 0 && shown.localVersion !== seenLocal;
  return isChangedOnSite || isChangedBesides ? { do: 'take-over', how: 'instead' } : nothing;
}
