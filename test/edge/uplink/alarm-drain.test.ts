import { afterEach, describe, expect, it } from 'vitest';
import type { Journal } from '../../../edge/journal/journal.ts';
import { alarmDrain } from '../../../edge/uplink/alarm-drain.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { appendNumbered, numberOf } from '../../support/entries.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { type MemoryDisk, memoryDisk, memoryJournal } from '../../support/memory-journal.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { settled } from '../../support/settled.ts';

type Handed = { readonly seq: number; readonly at: number; readonly take: () => void; readonly refuse: () => void };
const running: { stop: AbortController; done: Promise<void> }[] = [];
afterEach(async () => {
  for (const { stop, done } of running.splice(0)) {
    stop.abort(new Error('the test ends'));
    await done;
  }
});

type Stage = {
  readonly stored?: number;
  readonly disk?: MemoryDisk;
  readonly broker?: 'takes' | 'waits' | 'refuses';
  readonly wrap?: (journal: Journal) => Journal;
  readonly awaitsReceipts?: boolean;
};

/** A drain whose broker takes what it is given when the test says so, or at once. */
async function stage({
  stored = 0,
  disk = memoryDisk(),
  broker = 'takes',
  wrap = (journal) => journal,
  awaitsReceipts = true,
}: Stage = {}) {
  const clock = fakeClock();
  const log = recordingLog();
  const journal = wrap(memoryJournal(disk));
  await appendNumbered(journal, 'alarm', stored);
  const handed: Handed[] = [];
  const link = { up: true, broker };
  let caughtUp = 0;
  const hops: string[] = [];
  const drain = alarmDrain({
    destination: 'platform',
    journal,
    clock,
    log,
    isUp: () => link.up,
    publish: (body) =>
      new Promise((take, reject) => {
        const refuse = (): void => reject(new FengsuiError('UNAVAILABLE'));
        handed.push({ seq: numberOf(body), at: clock.mono(), take, refuse });
        if (link.broker === 'takes') take();
        if (link.broker === 'refuses') refuse();
      }),
    onCaughtUp: () => caughtUp++,
    awaitsReceipts,
    watch: {
      sent: (seq) => hops.push(`sent ${seq}`),
      taken: (seq) => hops.push(`taken ${seq}`),
      received: ({ ranges, heldMs }) => hops.push(`received ${ranges.flat().join('-')} ${heldMs ?? ''}`.trim()),
    },
  });
  const stop = new AbortController();
  const done = drain.run(stop.signal);
  running.push({ stop, done });
  await settled();
  const receipt = async (...ranges: [number, number][]): Promise<void> => {
    drain.receipt({ log: journal.id, ranges });
    await settled();
  };
  const append = async (count = 1): Promise<void> => {
    await appendNumbered(journal, 'alarm', count);
    drain.wake();
    await settled();
  };
  /** What was handed to the broker since the last look. */
  let looked = 0;
  const news = (): number[] => {
    const seqs = handed.slice(looked).map((h) => h.seq);
    looked = handed.length;
    return seqs;
  };
  return {
    clock,
    log,
    journal,
    drain,
    link,
    hops,
    handed,
    news,
    receipt,
    append,
    stop,
    done,
    caughtUp: () => caughtUp,
  };
}
const upTo = (last: number, first = 1): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe('sending', () => {
  it('lets go of an alarm when the broker took it where nobody could sign a receipt, and not before', async () => {
    const { drain, handed } = await stage({ stored: 2, broker: 'waits', awaitsReceipts: false });
    expect(drain.cursor).toBe(0);
    for (const { take } of handed) take();
    await settled();
    expect(drain.cursor).toBe(2);
  });

  it('sends what is stored, in order, and each new alarm at once', async () => {
    const s = await stage({ stored: 3 });
    expect(s.news()).toEqual([1, 2, 3]);
    await s.append();
    expect(s.news()).toEqual([4]);
  });

  it('tells of each hop: handed on, taken by the broker, confirmed by the application', async () => {
    const s = await stage({ stored: 2, broker: 'waits' });
    expect(s.hops).toEqual(['sent 1', 'sent 2']);
    s.handed[1]?.take();
    await settled();
    s.drain.receipt({ log: s.journal.id, ranges: [[2, 2]], heldMs: 40 });
    expect(s.hops.slice(2)).toEqual(['taken 2', 'received 2-2 40']);
    s.drain.receipt({ log: s.journal.id + 1, ranges: [[1, 1]] });
    expect(s.hops.length).toBe(4);
  });

  it('begins behind the stored cursor', async () => {
    const disk = memoryDisk();
    const before = memoryJournal(disk);
    await appendNumbered(before, 'alarm', 5);
    await before.acknowledge('platform', 'alarm', 3);
    const s = await stage({ disk });
    expect(s.news()).toEqual([4, 5]);
    expect(s.drain.cursor).toBe(3);
  });

  it('has at most 16 under way, and goes on with each that is taken', async () => {
    const s = await stage({ stored: 40, broker: 'waits' });
    expect(s.news()).toEqual(upTo(16));
    s.handed[0]?.take();
    s.handed[1]?.take();
    await settled();
    expect(s.news()).toEqual([17, 18]);
  });

  it('a whole backlog arrives in order, and then it says that it caught up', async () => {
    const s = await stage({ stored: 300 });
    await settled();
    for (let i = 0; i < 60; i++) await settled();
    expect(s.news()).toEqual(upTo(300));
    expect(s.drain.caughtUp).toBe(true);
    expect(s.caughtUp()).toBeGreaterThan(0);
  });

  it('has not caught up while one is under way, nor while one is not yet sent', async () => {
    const s = await stage({ stored: 1, broker: 'waits' });
    expect(s.drain.caughtUp).toBe(false);
    s.handed[0]?.take();
    await settled();
    expect(s.drain.caughtUp).toBe(true);
    await appendNumbered(s.journal, 'alarm', 1);
    expect(s.drain.caughtUp).toBe(false);
  });
});

describe('the link', () => {
  it('while it is down nothing is sent; when it returns everything unreceipted is', async () => {
    const s = await stage({ stored: 3 });
    await s.receipt([1, 1]);
    s.news();
    s.link.up = false;
    await s.append(2);
    expect(s.news()).toEqual([]);
    s.link.up = true;
    s.drain.resume();
    await settled();
    expect(s.news()).toEqual([2, 3, 4, 5]);
  });

  it('that breaks with messages under way sends them again after it is back', async () => {
    const s = await stage({ stored: 3, broker: 'waits' });
    s.news();
    s.link.up = false;
    for (const h of s.handed) h.refuse();
    await settled();
    s.link.up = true;
    s.link.broker = 'takes';
    s.drain.resume();
    await s.clock.advance(1_000);
    expect(s.news()).toEqual([1, 2, 3]);
  });

  it('a broker that refuses while connected is tried once a second, not in a tight loop', async () => {
    const s = await stage({ stored: 1, broker: 'refuses' });
    await s.clock.advance(10_000);
    expect(s.handed.length).toBeGreaterThanOrEqual(10);
    expect(s.handed.length).toBeLessThanOrEqual(12);
    expect(s.log.lines[0]).toMatchObject({ event: 'uplink.alarm-not-taken', fields: { seq: 1 } });
  });

  it('… and new alarms do not shorten the pause', async () => {
    const s = await stage({ stored: 1, broker: 'refuses' });
    s.news();
    for (let i = 0; i < 5; i++) await s.append();
    expect(s.news()).toEqual([]);
    s.link.broker = 'takes';
    await s.clock.advance(1_000);
    expect(s.news()).toEqual(upTo(6));
  });

  it('after one of several was refused, all from it on come again in order', async () => {
    const s = await stage({ stored: 4, broker: 'waits' });
    s.news();
    s.handed[0]?.take();
    s.handed[1]?.refuse();
    s.handed[2]?.take();
    s.handed[3]?.take();
    s.link.broker = 'takes';
    await s.clock.advance(1_000);
    expect(s.news()).toEqual([2, 3, 4]);
  });
});

describe('receipts', () => {
  it('move the cursor, in the journal, too', async () => {
    const s = await stage({ stored: 3 });
    await s.receipt([1, 2]);
    expect(s.drain.cursor).toBe(2);
    expect(await s.journal.cursor('platform', 'alarm')).toBe(2);
  });

  it('out of order: the cursor waits for the gap', async () => {
    const s = await stage({ stored: 5 });
    await s.receipt([4, 5]);
    expect(s.drain.cursor).toBe(0);
    await s.receipt([1, 3]);
    expect(s.drain.cursor).toBe(5);
  });

  it('that another destination had count here, too, for whom it stands in; they are no hops of this one', async () => {
    const s = await stage({ stored: 4 });
    await s.receipt([3, 3]);
    s.drain.delivered(2);
    s.drain.delivered(1);
    s.drain.delivered(9);
    expect(s.drain.cursor).toBe(4);
    expect(s.hops.filter((hop) => hop.startsWith('received'))).toEqual(['received 3-3']);
  });

  it('for another journal mean nothing here', async () => {
    const s = await stage({ stored: 3 });
    s.drain.receipt({ log: s.journal.id + 1, ranges: [[1, 3]] });
    await settled();
    expect(s.drain.cursor).toBe(0);
  });

  it('for numbers that were never stored move nothing beyond the last', async () => {
    const s = await stage({ stored: 3 });
    await s.receipt([1, 1_000_000]);
    expect(s.drain.cursor).toBe(3);
    await s.append();
    expect(s.drain.cursor).toBe(3);
  });

  it('a cursor that cannot be stored is told, and does not stop anything', async () => {
    const s = await stage({
      stored: 1,
      wrap: (j) => ({ ...j, id: j.id, acknowledge: () => Promise.reject(new Error('disk')) }),
    });
    await s.receipt([1, 1]);
    expect(s.log.lines.map((l) => l.event)).toContain('uplink.cursor-not-stored');
    expect(s.drain.cursor).toBe(1);
  });
});

describe('without receipts', () => {
  it('everything comes again after 15 s, 30 s, 60 s … 300 s, and then every 300 s', async () => {
    const s = await stage({ stored: 1 });
    await s.clock.advance(1_600_000);
    const times = s.handed.map((h) => h.at);
    expect(times.slice(1).map((t, i) => (t - (times[i] ?? 0)) / 1_000)).toEqual([15, 30, 60, 120, 240, 300, 300, 300]);
  });

  it('only what is missing comes again', async () => {
    const s = await stage({ stored: 4 });
    await s.receipt([1, 1], [3, 3]);
    s.news();
    await s.clock.advance(15_000);
    expect(s.news()).toEqual([2, 4]);
  });

  it('the first receipt that moves the cursor starts over with 15 s', async () => {
    const s = await stage({ stored: 2 });
    await s.clock.advance(50_000); // resent at 15 and 45 s
    s.news();
    await s.receipt([1, 1]);
    await s.clock.advance(15_000);
    expect(s.news()).toEqual([2]);
  });

  it('nothing comes again once all is receipted', async () => {
    const s = await stage({ stored: 2 });
    await s.receipt([1, 2]);
    s.news();
    await s.clock.advance(600_000);
    expect(s.news()).toEqual([]);
  });

  it('a new alarm has its own 15 s, not the rest of an older one’s', async () => {
    const s = await stage({ stored: 1 });
    await s.receipt([1, 1]);
    await s.clock.advance(14_000);
    await s.append();
    s.news();
    await s.clock.advance(14_999);
    expect(s.news()).toEqual([]);
    await s.clock.advance(1);
    expect(s.news()).toEqual([2]);
  });

  it('one that is missing comes again even while new alarms keep coming', async () => {
    const s = await stage({ stored: 1 });
    for (let i = 0; i < 4; i++) {
      await s.clock.advance(5_000);
      await s.append();
      await s.receipt([i + 2, i + 2]);
    }
    expect(s.handed.filter((h) => h.seq === 1).length).toBeGreaterThan(1);
  });
});

describe('resume', () => {
  it('sends everything unreceipted again at once, and says what comes first', async () => {
    const s = await stage({ stored: 4 });
    await s.receipt([1, 2]);
    s.news();
    expect(s.drain.resume()).toBe(3);
    await settled();
    expect(s.news()).toEqual([3, 4]);
  });

  it('that comes while the journal is being read is not lost', async () => {
    const gate: { open: () => void } = { open: () => undefined };
    let isSlow = false;
    const s = await stage({
      stored: 3,
      wrap: (j) => ({
        ...j,
        id: j.id,
        read: async (lane, after, limit) => {
          const entries = await j.read(lane, after, limit);
          if (isSlow) await new Promise<void>((open) => (gate.open = open));
          return entries;
        },
      }),
    });
    s.news();
    isSlow = true;
    await s.append();
    isSlow = false;
    s.drain.resume();
    gate.open();
    await settled();
    expect(s.news()).toEqual([1, 2, 3, 4]);
  });
});

describe('a disk that does not give back what it took', () => {
  it('is asked again each second, said once, and ends neither the drain nor the gateway', async () => {
    let isBroken = true;
    const s = await stage({
      stored: 2,
      wrap: (j) => ({
        ...j,
        id: j.id,
        read: (...which) =>
          isBroken ? Promise.reject(new FengsuiError('JOURNAL', 'disk I/O error')) : j.read(...which),
      }),
    });
    await s.clock.advance(5_000);
    expect([s.news(), s.drain.caughtUp]).toEqual([[], false]);
    const said = s.log.lines.filter(({ event }) => event === 'uplink.not-read');
    expect(said.map(({ fields }) => fields)).toEqual([
      { destination: 'platform', lane: 'alarm', why: expect.stringContaining('disk I/O error') },
    ]);
    isBroken = false;
    await s.clock.advance(1_000);
    expect(s.news()).toEqual([1, 2]);
    isBroken = true;
    s.drain.resume();
    await s.receipt([1, 2]);
    await s.clock.advance(1_000);
    s.drain.wake();
    await settled();
    expect(s.drain.caughtUp).toBe(true); // documents may be shown, though the disk is broken
  });
});

describe('a journal with a hole', () => {
  it('numbers that were lost with a damaged file do not hold up the cursor for ever', async () => {
    const disk = memoryDisk();
    await appendNumbered(memoryJournal(disk), 'alarm', 6);
    disk.lanes.alarm.splice(2, 2); // 3 and 4
    const s = await stage({ disk });
    expect(s.news()).toEqual([1, 2, 5, 6]);
    await s.receipt([1, 2], [5, 6]);
    expect(s.drain.cursor).toBe(6);
    await s.clock.advance(600_000);
    expect(s.news()).toEqual([]);
  });
});

describe('the end', () => {
  it('comes at once, and leaves no timer that sends', async () => {
    const s = await stage({ stored: 1 });
    s.stop.abort(new Error('stop'));
    await s.done;
    s.news();
    await s.clock.advance(600_000);
    expect(s.news()).toEqual([]);
  });
});
