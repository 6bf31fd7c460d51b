import { describe, expect, it } from 'vitest';
import { ownerOf } from '../../../../sdk/client/share/rendezvous.ts';

const gateways = Array.from({ length: 3_000 }, (_, i) => `330603/${String(i % 20).padStart(3, '0')}/gw-${i}`);
const members = Array.from({ length: 5 }, (_, i) => `sdk-${String(i).repeat(16)}`);
const owners = (of: readonly string[]): readonly (string | undefined)[] => gateways.map((g) => ownerOf(of, g));

describe('the owner of a gateway', () => {
  it('is nobody where nobody is', () => {
    expect(ownerOf([], 'a')).toBeUndefined();
  });

  it('is the same whoever asks, in whatever order members are named', () => {
    expect(owners(members.toReversed())).toEqual(owners(members));
  });

  it('gives each member its share, within a fifth', () => {
    for (const member of members) {
      const share = owners(members).filter((owner) => owner === member).length;
      expect(share).toBeGreaterThan(480);
      expect(share).toBeLessThan(720);
    }
  });

  it('changes only for gateways of the member that goes, and they spread over all others', () => {
    const [gone, ...rest] = members;
    const before = owners(members);
    const after = owners(rest);
    const moved = after.filter((owner, i) => owner !== before[i]);
    expect(moved.length).toBe(before.filter((owner) => owner === gone).length);
    expect(new Set(moved)).toEqual(new Set(rest));
  });

  it('never changes from version to version: members of all must agree', () => {
    const two = ['sdk-00112233aabbccdd', 'sdk-ffeeddcc99887766'];
    const places = ['330603/001/gw-1', '330603/001/gw-2', '330603/001/gw-3', '330603/002/gw-1', '330603/014/dongshan'];
    expect(places.map((place) => two.indexOf(ownerOf(two, place) ?? ''))).toEqual([1, 1, 0, 0, 1]);
  });
});
