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
/** Of a batch that tells its monotonic times. */
const timed = (value: number, mono: number, seq: number, boot = 1): Sighting => ({
  value: { quality: 'good', at: monoTime(mono), value },
  wall: 0,
  order: { log: 7, seq, boot },
});

describe('value cache', () => {
  it.each<[what: string, first: Sighting, second: Sighting, expected: number]>([
    ['a later batch, though its clock stepped back', seen(1, 9_000, 1), seen(2, 1_000, 2), 2],
    ['no earlier batch that was sent again', seen(1, 1_000, 5), seen(2, 9_000, 4), 1],
    ['a later value of the same batch', seen(1, 1_000, 5), seen(2, 2_000, 5), 2],
    ['the first batch of a new journal', seen(1, 9_000, 500), seen(2, 1_000, 1, 8), 2],
    ['no older reply', seen(1, 9_000, 5), seen(2, 1_000), 1],
    ['a newer reply', seen(1, 1_000, 5), seen(2, 9_000), 2],
    ['no reading of the next batch that was read before the present state', timed(1, 900, 5), timed(2, 500, 6), 1],
    ['the present state after the last batch', timed(1, 900, 5), timed(2, 950, 5), 2],
    ['the first reading of the next run', timed(1, 9_000, 5), timed(2, 10, 6, 2), 2],
    ['nothing of the run before', timed(1, 10, 6, 2), timed(2, 9_000, 5), 1],
    ['a later batch of a run that does not tell', timed(1, 9_000, 5), seen(2, 0, 6), 2],
  ])('takes %s', (_, first, second, expected) => {
    const cache = valueCache();
    cache.put(site, 'd', 'p', first);
    cache.put(site, 'd', 'p', second);
    expect(cache.of(site, 'd').get('p')?.value).toMatchObject({ value: expected });
  });

  it.each<[what: string, known: Sighting | undefined, next: Sighting, isNews: boolean]>([
    ['the first value of a point is', undefined, timed(1, 500, 5), true],
    ['a later reading is', timed(1, 500, 5), timed(1, 600, 5), true],
    ['the same reading in another message is not, though rounded', timed(1, 500, 5), timed(1, 501, 5), false],
    ['an earlier reading is not', timed(1, 500, 5), timed(1, 400, 5), false],
    ['what only a reply told is', seen(1, 9_000), timed(1, 500, 5), true],
    ['a later batch is, though its clock stepped back', seen(1, 9_000, 5), seen(1, 1_000, 6), true],
  ])('says what is news: %s', (_, known, next, isNews) => {
    const cache = valueCache();
    if (known) cache.put(site, 'd', 'p', known);
    expect(cache.put(site, 'd', 'p', next)).toBe(isNews);
  });

  it('forgets devices that are gone', () => {
    const cache = valueCache();
    for (const device of ['a', 'b']) cache.put(site, device, 'p', seen(1, 1));
    cache.keep(site, ['b']);
    expect([cache.of(site, 'a').size, cache.of(site, 'b').size]).toEqual([0, 1]);
  });
});
