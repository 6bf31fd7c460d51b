import { describe, expect, it } from 'vitest';
import type { DeviceEntry } from '../../../../edge/runtime/desired/device-entry.ts';
import { canonicalEntry } from '../../../../edge/runtime/desired/entry-fields.ts';
import { merge } from '../../../../edge/runtime/desired/merge.ts';

const base: DeviceEntry = { id: 'a', bus: 'p', unit: 1, profile: 'generic/x', name: 'A', settings: { low: 1 } };
type Change = Partial<DeviceEntry> | null;
/** What both made of the one device; `null`: it is gone. */
const merged = (onSite: Change, wanted: Change) =>
  merge(
    {
      base: [base],
      onSite: onSite ? [{ ...base, ...onSite }] : [],
      wanted: wanted ? [{ ...base, ...wanted }] : [],
    },
    7,
  );

describe('the same field changed on both sides', () => {
  it.each<[field: string, onSite: Change, wanted: Change, kept: 'on-site' | 'platform']>([
    ['address', { unit: 2 }, { unit: 3 }, 'on-site'],
    ['address', { bus: 'q' }, { unit: 3 }, 'on-site'],
    ['activeLow', { activeLow: true }, { activeLow: false }, 'on-site'],
    ['name', { name: 'B' }, { name: 'C' }, 'platform'],
    ['place', { place: 'B' }, { place: 'C' }, 'platform'],
    ['pollMs', { pollMs: 100 }, { pollMs: 200 }, 'platform'],
    ['verifyMs', { verifyMs: 1_000 }, { verifyMs: 2_000 }, 'platform'],
    ['settings.low', { settings: { low: 2 } }, { settings: { low: 3 } }, 'platform'],
    ['settings.low', { settings: { low: 2 } }, { settings: {} }, 'platform'],
    ['conditions.low.limit', { conditions: { low: { limit: 1 } } }, { conditions: { low: { limit: 2 } } }, 'platform'],
  ])('%s: %j on site, %j wanted, %s', (field, onSite, wanted, kept) => {
    const { devices, conflicts } = merged(onSite, wanted);
    const winner = kept === 'on-site' ? onSite : wanted;
    expect(devices.map(canonicalEntry)).toEqual([canonicalEntry({ ...base, ...winner })]);
    expect(conflicts).toMatchObject([{ device: 'a', field, kept, version: 7 }]);
  });

  it('half of one address and half of another do not make a third', () => {
    const { devices, conflicts } = merged({ bus: 'q' }, { unit: 3 });
    expect(devices).toMatchObject([{ bus: 'q', unit: 1 }]);
    expect(conflicts).toMatchObject([{ onSite: { bus: 'q', unit: 1 }, platform: { bus: 'p', unit: 3 } }]);
  });
});

describe('profiles that differ', () => {
  const other = { profile: 'generic/y', settings: { high: 9 } };

  it('go with their settings: whoever changed the profile is taken, the other’s change is told', () => {
    const here = merged(other, { settings: { low: 5 } });
    expect(here.devices).toEqual([{ ...base, ...other }]);
    expect(here.conflicts).toMatchObject([
      { field: 'profile', onSite: other, platform: { profile: 'generic/x', settings: { low: 5 } }, kept: 'on-site' },
    ]);
    const there = merged({ settings: { low: 5 } }, other);
    expect(there.devices).toEqual([{ ...base, ...other }]);
    expect(there.conflicts).toMatchObject([{ field: 'profile', platform: other, kept: 'platform' }]);
  });

  it('both changed: what hangs there is known on site', () => {
    const { devices, conflicts } = merged(other, { profile: 'generic/z' });
    expect([devices, conflicts]).toMatchObject([[other], [{ field: 'profile', kept: 'on-site' }]]);
  });
});

describe('a device that one side removed', () => {
  it.each<[what: string, onSite: Change, wanted: Change, stays: boolean, kept: readonly string[]]>([
    ['on site, and the platform left it', null, {}, false, []],
    ['there, and the site left it', {}, null, false, []],
    ['on both sides', null, null, false, []],
    ['on site, and the platform changed it', null, { name: 'B' }, true, ['platform']],
    ['there, and the site changed it', { name: 'B' }, null, true, ['on-site']],
  ])('%s', (_what, onSite, wanted, stays, kept) => {
    const { devices, conflicts } = merged(onSite, wanted);
    expect([devices.length === 1, conflicts.map((each) => each.kept)]).toEqual([stays, kept]);
    if (stays) expect(devices[0]?.name).toBe('B');
  });
});
