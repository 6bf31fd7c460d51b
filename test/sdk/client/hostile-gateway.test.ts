import { describe, expect, it, vi } from 'vitest';
import { eventDesk } from '../../../sdk/client/client-events.ts';
import { districtView } from '../../../sdk/client/district-view.ts';
import { gatewayDirectory } from '../../../sdk/client/gateway-directory.ts';
import { type Listeners, listeners } from '../../../sdk/client/listeners.ts';
import { liveStream } from '../../../sdk/client/live-stream.ts';
import { pointTables } from '../../../sdk/client/point-tables.ts';
import { records } from '../../../sdk/client/records.ts';
import type { Requests } from '../../../sdk/client/requests.ts';
import { seeding } from '../../../sdk/client/seeding.ts';
import { ownsAll } from '../../../sdk/client/share/ownership.ts';
import { mostPoints, valueCache } from '../../../sdk/client/value-cache.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { districtCode, gatewayId, townCode } from '../../../sdk/model/ids.ts';
import { monoTime } from '../../../sdk/model/time.ts';
import { encodePresence } from '../../../sdk/wire/gateway-state.ts';
import { hearEntry, type LaneEntry } from '../../../sdk/wire/lane-entry.ts';
import { type Site, topicOf } from '../../../sdk/wire/topics.ts';
import { settled } from '../../support/settled.ts';
import { bytesOfHex, golden } from '../../support/wire/golden-wire.ts';

const site: Site = { district: districtCode('330603'), town: townCode('001'), gateway: gatewayId('gw-1') };

/** What one gateway may cost a platform, whatever it sends. */
describe('a hostile gateway', () => {
  it('that arrives again and again is asked for its values once more, not once each time', async () => {
    let asked = 0;
    const waiting: (() => void)[] = [];
    const seeds = seeding((): Promise<void> => {
      asked++;
      return new Promise((done) => waiting.push(done));
    });
    for (let n = 0; n < 1_000; n++) seeds.add(site);
    for (let n = 0; n < 20; n++) {
      for (const done of waiting.splice(0)) done();
      await settled();
    }
    expect(asked).toBeLessThanOrEqual(9); // so many are asked at once, and one more
    await seeds.idle();
  });

  it('whose values have no end is asked for a minute, and keeps nobody else from being asked', async () => {
    vi.useFakeTimers();
    let asked = 0;
    const query: Requests['query'] = async (_site, _method, _params, options) => {
      if (++asked > 1_000) throw new FengsuiError('INVALID', 'it is asked for ever');
      vi.advanceTimersByTime(500);
      if ((options?.timeoutMs ?? 10_000) <= 500) throw new FengsuiError('TIMEOUT');
      return { devices: [], next: `page-${asked % 2}` };
    };
    const problems: unknown[] = [];
    const desk = { ...eventDesk(), problem: (e: unknown) => void problems.push(e) };
    const view = districtView({
      district: site.district,
      requests: { query } as Requests,
      desk,
      isUp: () => true,
      ownership: ownsAll(),
      refresh: () => undefined,
      closed: new AbortController().signal,
    });
    view.receive(topicOf(site, 'presence'), encodePresence({ online: true, boot: 1 }));
    await view.seeded();
    vi.useRealTimers();
    expect(asked).toBeLessThanOrEqual(121);
    expect(problems).toMatchObject([{ code: 'TIMEOUT' }]);
  });

  it('that names another point table in every batch is asked for a few at a time', async () => {
    let asked = 0;
    const problems: FengsuiError[] = [];
    const tables = pointTables({
      fetch: () => {
        asked++;
        return new Promise(() => undefined);
      },
      problem: (e) => problems.push(e),
      now: () => 0,
    });
    for (let hash = 0; hash < 1_000; hash++) tables.with(site, hash, () => undefined);
    expect(asked).toBe(8);
    expect(problems).toHaveLength(992);
    expect(problems[0]).toMatchObject({
      code: 'OVERLOADED',
      message: expect.stringContaining('8 others are being fetched'),
    });
  });

  it('that makes up points fills no more than its share', () => {
    const cache = valueCache();
    const seen = { value: { quality: 'good', at: monoTime(0), value: 1 }, wall: 0 } as const;
    for (let n = 0; n < mostPoints; n += 1_000)
      for (let point = 0; point < 1_000; point++) cache.put(site, `d${n}`, `p${point}`, seen);
    expect(cache.put(site, 'one', 'more', seen)).toBe(false);
    expect(cache.of(site, 'one').size).toBe(0);
    expect(cache.put(site, 'd0', 'p0', { ...seen, wall: 9 })).toBe(true);
    expect(cache.put({ ...site, gateway: gatewayId('gw-2') }, 'one', 'more', seen)).toBe(true);
  });

  it('that leaves thousands of holes in its records has the oldest closed', async () => {
    const alarms: Listeners<{ site: Site; message: LaneEntry }> = listeners();
    const desk = records({ directory: gatewayDirectory(() => new Date(0)), alarms, open: liveStream });
    const stream = desk.stream({}, { buffer: 10 });
    const record = hearEntry(bytesOfHex(golden('audit of a stop').hex));
    const tell = (log: number, seq: number): void => alarms.emit({ site, message: { ...record, log, seq } });
    for (let seq = 2; seq <= 4_000; seq += 2) tell(1, seq);
    const late = stream.dropped;
    tell(1, 3); // a hole of long ago
    tell(1, 4_000); // a copy
    expect(stream.dropped).toBe(late);
    tell(1, 3_999);
    expect(stream.dropped).toBe(late + 1);
  });
});
