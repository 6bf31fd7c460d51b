import { describe, expect, it } from 'vitest';
import { type SyncState, syncOf } from '../../../../sdk/client/desired/sync.ts';
import type { DesiredState, DesiredSync } from '../../../../sdk/store/platform-store.ts';

const at = new Date(0);
const stored = (reported?: [version: number, sync: DesiredSync]): DesiredState => ({
  gateway: 'gw-1',
  version: 3,
  devices: [],
  by: 'Li',
  at,
  ...(reported && { reported: { version: reported[0], sync: reported[1], problems: [], at } }),
});
const shown = (version: number) => ({ version, sync: 'in-sync', localVersion: 0 }) as const;

describe('how far a wish has come', () => {
  it.each<[what: string, seen: [state: DesiredState, shows: number | undefined, online: boolean], expected: SyncState]>(
    [
      ['no gateway yet', [stored(), undefined, false], 'waiting-for-gateway'],
      ['told just now', [stored(), 2, true], 'pending'],
      ['on trial', [stored([3, 'trial']), 3, true], 'pending'],
      ['taken', [stored([3, 'in-sync']), 3, true], 'in-sync'],
      ['taken, and offline since', [stored([3, 'in-sync']), 3, false], 'in-sync'],
      ['taken by a gateway that this client has not seen', [stored([3, 'in-sync']), undefined, false], 'in-sync'],
      ['taken, but the verdict has not reached the store', [stored([2, 'in-sync']), 3, true], 'pending'],
      ['taken by a gateway that was wiped since', [stored([3, 'in-sync']), 0, true], 'pending'],
      ['taken by a gateway that was wiped and is away', [stored([3, 'in-sync']), 0, false], 'waiting-for-gateway'],
      ['refused', [stored([3, 'rejected']), 3, true], 'rejected'],
      ['refused, which the gateway does not show yet', [stored([3, 'rejected']), 2, true], 'rejected'],
      ['refused before, and something else is wanted', [stored([2, 'rejected']), 2, false], 'waiting-for-gateway'],
    ],
  )('%s', (_, [state, shows, online], expected) => {
    expect(syncOf(state, shows === undefined ? undefined : shown(shows), online)).toBe(expected);
  });
});
