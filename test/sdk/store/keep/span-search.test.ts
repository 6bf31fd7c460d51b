import { describe, expect, it } from 'vitest';
import type { PointReading } from '../../../../sdk/client/reading.ts';
import { FengsuiError } from '../../../../sdk/model/errors.ts';
import { spanSearch } from '../../../../sdk/store/keep/span-search.ts';

const minute = 60_000;
const noon = Math.floor(Date.now() / minute) * minute - 86_400_000;
const reading = (device: string, wall: number): PointReading => ({
  quality: 'good',
  value: 1,
  unit: undefined,
  at: new Date(wall),
  gateway: 'gw-1',
  device,
  point: 'p',
});

/** A gateway with two devices and these readings; `asked` are the minutes, from noon on, that it was asked for. */
function gateway(readings: readonly PointReading[]) {
  const asked: string[] = [];
  const line = { fails: 0 };
  const client = {
    devices: { list: () => [{ device: 'a' }, { device: 'b' }] },
    telemetry: {
      history: ({ device }: { device: string }, { from, to }: { from: Date; to: Date }) => ({
        async *pages() {
          asked.push(`${device} ${(from.getTime() - noon) / minute} ${(to.getTime() + 1 - noon) / minute}`);
          if (line.fails-- > 0) throw new FengsuiError('TIMEOUT', 'no answer');
          const found = readings.filter((r) => r.device === device && r.at && r.at >= from && r.at <= to);
          if (found.length > 0) yield found;
        },
      }),
    },
  };
  const search = (since: number, until: number) =>
    spanSearch({ since, until }, { client, gateway: 'gw-1', signal: new AbortController().signal });
  return { asked, line, search };
}

async function all(search: ReturnType<typeof spanSearch>, windowMs = 10 * minute): Promise<number[]> {
  const found: number[] = [];
  for (;;) {
    const readings = await search.next(windowMs);
    if (!readings) return found;
    found.push(...readings.map(({ at }) => ((at?.getTime() ?? 0) - noon) / minute));
  }
}

describe('a search in the history of a gateway', () => {
  it('asks for each device, window after window, a minute further than the hole at both ends', async () => {
    const { asked, search } = gateway([reading('b', noon + 3 * minute), reading('a', noon + 14 * minute)]);
    const one = search(noon, noon + 15 * minute);
    expect(await all(one)).toEqual([3, 14]);
    expect(asked).toEqual(['a -1 9', 'b -1 9', 'a 9 16.000016666666667', 'b 9 16.000016666666667']);
    expect(one.notFound()).toBeUndefined();
  });

  it('goes on with the window that failed', async () => {
    const { asked, line, search } = gateway([reading('a', noon + 12 * minute)]);
    const one = search(noon + minute, noon + 18 * minute);
    await one.next(10 * minute);
    await one.next(10 * minute);
    await one.next(10 * minute);
    line.fails = 1;
    await expect(one.next(10 * minute)).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(await all(one)).toEqual([12]);
    expect(asked.map((window) => window.slice(0, 4))).toEqual(['a 0 ', 'b 0 ', 'a 10', 'a 10', 'b 10']);
  });

  it('tells of what it has not found: all of it, or the beginning', async () => {
    const [since, until] = [noon, noon + 60 * minute];
    const none = gateway([reading('a', since), reading('a', until)]).search(since, until); // the ends are no part of it
    await all(none);
    expect(none.notFound()).toEqual({ since, until });
    const late = gateway([reading('a', noon + 30 * minute)]).search(since, until);
    await all(late);
    expect(late.notFound()).toEqual({ since, until: noon + 30 * minute });
    const soon = gateway([reading('a', noon + 9 * minute)]).search(since, until);
    await all(soon);
    expect(soon.notFound()).toBeUndefined();
  });

  it('does not ask for what lies ahead, nor for what no gateway keeps', async () => {
    const { asked, search } = gateway([]);
    await all(search(Date.now(), Date.now() + 1e12), 400 * 86_400_000);
    expect(asked).toHaveLength(2);
    await all(search(0, Date.now() - 401 * 86_400_000), 86_400_000);
    expect(asked).toHaveLength(2);
  });
});
