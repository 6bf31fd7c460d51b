import { describe, expect, it } from 'vitest';
import { type Sighting, valueCache } from '../../../sdk/client/value-cache.ts';
import { districtCode, gatewayId, townCode } from '../../../sdk/model/ids.ts';
import { monoTime } from '../../../sdk/model/time.ts';

const site = { district: districtCode('330603'), town: townCode('001'), gateway: gatewayId('gw-1') };
const seen = (value: number, wall: number, seq?: number, log = 7): Sighting => ({
  value: { quality: 'good', at: monoTime(0), value },
  wall,
  ...(seq !== undefined && { order: { log, seq } }),
});

describe('value cache', () => {
  it.each([
    ['a later batch, though its clock stepped back', seen(1, 9_000, 1), seen(2, 1_000, 2), 2],
    ['no earlier batch that was sent again', seen(1, 1_000, 5), seen(2, 9_000, 4), 1],
    ['a later value of the same batch', seen(1, 1_000, 5), seen(2, 2_000, 5), 2],
    ['the first batch of a new journal', seen(1, 9_000, 500), seen(2, 1_000, 1, 8), 2],
    ['no older reply', seen(1, 9_000, 5), seen(2, 1_000), 1],
    ['a newer reply', seen(1, 1_000, 5), seen(2, 9_000), 2],
  ])('takes %s', (_, first, second, expected) => {
    const cache = valueCache();
    cache.put(site, 'd', 'p', first);
    cache.put(site, 'd', 'p', second);
    expect(cache.of(site, 'd').get('p')?.value).toMatchObject({ value: expected });
  });

  it('forgets devices that are gone', () => {
    const cache = valueCache();
    for (const device of ['a', 'b']) cache.put(site, device, 'p', seen(1, 1));
    cache.keep(site, ['b']);
    expect([cache.of(site, 'a').size, cache.of(site, 'b').size]).toEqual([0, 1]);
  });
});
