import { describe, expect, it } from 'vitest';
import { type Knowledge, nextStep } from '../../../../sdk/client/desired/next-step.ts';
import type { DesiredState, DesiredSync } from '../../../../sdk/store/platform-store.ts';

const at = new Date(0);
const wanted = (version: number, reported?: [version: number, sync: DesiredSync]): DesiredState => ({
  gateway: 'gw-1',
  version,
  devices: [],
  by: 'Li',
  at,
  ...(reported && { reported: { version: reported[0], sync: reported[1], problems: [], at } }),
});
const shows = (version: number, sync: DesiredSync = 'in-sync', localVersion = 0) => ({ version, sync, localVersion });
const step = (known: Partial<Knowledge>) =>
  nextStep({
    stored: undefined,
    shown: shows(0),
    hasOwnDevices: false,
    isChangedBesides: false,
    seenLocal: undefined,
    ...known,
  });

describe('what is done next with a gateway', () => {
  it.each<[what: string, known: Partial<Knowledge>, expected: unknown]>([
    ['of an earlier version', { shown: undefined, stored: wanted(1) }, { do: 'nothing' }],
    ['of which nothing is wanted', {}, { do: 'nothing' }],
    ['with devices that no store knows', { hasOwnDevices: true }, { do: 'take-over', how: 'instead' }],
    ['that took versions of a store that is gone', { shown: shows(7) }, { do: 'take-over', how: 'instead' }],
    ['that is new', { stored: wanted(1) }, { do: 'apply', desired: wanted(1) }],
    [
      'that is new to the store and has devices',
      { stored: wanted(1), hasOwnDevices: true },
      { do: 'take-over', how: 'beside' },
    ],
    [
      'whose devices were looked at already',
      { stored: wanted(2), hasOwnDevices: true, seenLocal: 0 },
      { do: 'apply', desired: wanted(2) },
    ],
    [
      'that was wiped: everything again',
      { stored: wanted(3, [3, 'in-sync']), hasOwnDevices: true },
      { do: 'apply', desired: wanted(3, [3, 'in-sync']) },
    ],
    [
      'that is behind',
      { stored: wanted(3, [2, 'in-sync']), shown: shows(2) },
      { do: 'apply', desired: wanted(3, [2, 'in-sync']) },
    ],
    [
      'that is behind and was changed on site: its own merge comes first',
      { stored: wanted(3, [2, 'in-sync']), shown: shows(2, 'in-sync', 4) },
      { do: 'apply', desired: wanted(3, [2, 'in-sync']) },
    ],
    [
      'that tries the newest',
      { stored: wanted(3, [2, 'in-sync']), shown: shows(3, 'trial') },
      { do: 'report', desired: wanted(3, [2, 'in-sync']) },
    ],
    ['whose trial is known', { stored: wanted(3, [3, 'trial']), shown: shows(3, 'trial') }, { do: 'nothing' }],
    [
      'that rolled back',
      { stored: wanted(3, [3, 'trial']), shown: shows(3, 'rejected') },
      { do: 'report', desired: wanted(3, [3, 'trial']) },
    ],
    [
      'that rejected the newest: not tried again',
      { stored: wanted(3, [3, 'rejected']), shown: shows(3, 'rejected') },
      { do: 'nothing' },
    ],
    ['in sync', { stored: wanted(3, [3, 'in-sync']), shown: shows(3) }, { do: 'nothing' }],
    [
      'in sync and changed on site',
      { stored: wanted(3, [3, 'in-sync']), shown: shows(3, 'in-sync', 2) },
      { do: 'take-over', how: 'instead' },
    ],
    [
      'in sync and changed by a client without a store',
      { stored: wanted(3, [3, 'in-sync']), shown: shows(3), isChangedBesides: true },
      { do: 'take-over', how: 'instead' },
    ],
    [
      'that rejected the newest, so that other devices are there',
      { stored: wanted(3, [3, 'rejected']), shown: shows(3, 'rejected'), isChangedBesides: true },
      { do: 'nothing' },
    ],
    [
      'whose changes on site were looked at',
      { stored: wanted(3, [3, 'in-sync']), shown: shows(3, 'in-sync', 2), seenLocal: 2 },
      { do: 'nothing' },
    ],
    [
      'ahead of a store that was put back from a copy',
      { stored: wanted(3, [3, 'in-sync']), shown: shows(5) },
      { do: 'take-over', how: 'instead' },
    ],
    [
      'ahead of a store in which something waits',
      { stored: wanted(3, [2, 'in-sync']), shown: shows(5) },
      { do: 'take-over', how: 'beside' },
    ],
  ])('%s', (_, known, expected) => {
    expect(step(known)).toEqual(expected);
  });
});
