import { describe, expect, it } from 'vitest';
import { desiredBook } from '../../../../sdk/client/desired/desired-book.ts';
import { memoryStore } from '../../../../sdk/store/memory-store.ts';

const never = new AbortController().signal;
const east = { gateway: 'gw-1', district: '330603', town: '001', name: 'East', state: 'enrolled' } as const;
const device = { bus: 'rs485', id: 'mill', unit: 4, profile: 'generic/municipal-hydrant', name: 'mill' };
const conflict = { device: 'mill', onSite: null, platform: null, kept: 'on-site', version: 1 } as const;

describe('what a client remembers of the store', () => {
  it('of a gateway that another client has taken out of use is gone with the next look at the registry', async () => {
    await using store = memoryStore();
    await store.gateways.put(east);
    await store.desired.change('gw-1', { ifVersion: 0, devices: [device], by: 'Li' });
    const book = desiredBook(store, '330603');
    await book.load([], never);
    book.keepConflicts('gw-1', [conflict]);
    book.keepTrouble('gw-1', 'out of reach');
    expect(book.desired('gw-1')?.devices).toHaveLength(1);

    await store.gateways.put({ ...east, state: 'decommissioned' });
    await store.desired.forget('gw-1');
    const told: string[] = [];
    book.changes.add((gateway) => told.push(gateway));
    await book.loadRecords(never);
    expect(book.desired('gw-1')).toBeUndefined();
    expect([book.conflicts('gw-1'), book.trouble('gw-1')]).toEqual([[], undefined]);
    expect(told).toEqual(['gw-1']);
  });
});
