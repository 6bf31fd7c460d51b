import { describe, expect, it } from 'vitest';
import { commonName, type HolderText, holderOf, sameHolder, townOf } from '../../../sdk/authority/holder.ts';

describe('who a certificate is for', () => {
  it.each<[holder: HolderText, name: string, town: string | undefined]>([
    [{ kind: 'gateway', name: 'gw-1', town: '001' }, 'gw-1', '001'],
    [{ kind: 'town', name: 'centre', town: '001' }, 'town.centre', '001'],
    [{ kind: 'district', name: 'duty' }, 'district.duty', undefined],
    [{ kind: 'broker', name: 'main', hosts: ['mqtt.example.cn', '10.0.0.5', '::1'] }, 'broker.main', undefined],
  ])('%j is called %s', (text, name, town) => {
    const holder = holderOf(text);
    expect([commonName(holder), townOf(holder)]).toEqual([name, town]);
  });

  it.each<[why: string, holder: HolderText, said: RegExp]>([
    ['a kind that is none', { kind: 'province', name: 'x' }, /expected gateway, district, town, broker/],
    ['a gateway without a town', { kind: 'gateway', name: 'gw-1' }, /needs its town/],
    ['a town without a code', { kind: 'town', name: 'centre' }, /needs its town/],
    ['a district with a town', { kind: 'district', name: 'duty', town: '001' }, /of no single town/],
    ['a broker without hosts', { kind: 'broker', name: 'main' }, /host names/],
    ['a broker with an empty list', { kind: 'broker', name: 'main', hosts: [] }, /host names/],
    ['a broker for every host', { kind: 'broker', name: 'main', hosts: ['*.example.cn'] }, /no host name/],
    ['a gateway with hosts', { kind: 'gateway', name: 'gw-1', town: '001', hosts: ['a'] }, /no host names/],
    ['a wildcard as town', { kind: 'gateway', name: 'gw-1', town: '+' }, /town code/],
    ['a gateway called as another holder', { kind: 'gateway', name: 'district.duty', town: '001' }, /gateway id/],
    ['a name that ends a line of the rules', { kind: 'district', name: 'duty\ntopic #' }, /name/],
    ['a name with a blank', { kind: 'town', name: 'a b', town: '001' }, /name/],
  ])('%s is refused', (_why, text, said) => {
    expect(() => holderOf(text)).toThrow(said);
  });

  it('is the same only at the same place', () => {
    const gateway = (name: string, town: string) => holderOf({ kind: 'gateway', name, town });
    expect(sameHolder(gateway('gw-1', '001'), gateway('gw-1', '001'))).toBe(true);
    expect(sameHolder(gateway('gw-1', '001'), gateway('gw-1', '002'))).toBe(false);
    expect(sameHolder(gateway('gw-1', '001'), gateway('gw-2', '001'))).toBe(false);
  });
});
