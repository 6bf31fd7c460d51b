import { afterEach, describe, expect, it } from 'vitest';
import type { Journal } from '../../../edge/journal/journal.ts';
import { telemetryDrain } from '../../../edge/uplink/telemetry-drain.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { millis, wallTime } from '../../../sdk/model/time.ts';
import { appendNumbered, numberOf } from '../../support/entries.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { memoryDisk, memoryJournal } from '../../support/memory-journal.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { settled } from '../../support/settled.ts';

const running: { stop: AbortController; done: Promise<void>; breakOff: () => void }[] = [];
afterEach(async () => {
  for (const { stop, done, breakOff } of running.splice(0)) {
    stop.abort(new Error('the test ends'));
    breakOff();
    await done;
  }
});

/** Numbered entries have two bytes: a present state of one byte is told from them. */
const presentBody = Uint8Array.of(200);

async function stage({ stored = 0, clear = true, disk = memoryDisk(), present = [] as readonly Uint8Array[] } = {}) {
  const clock = fakeClock();
  const log = recordingLog();
  const reads = { isBroken: false };
  const whole = memoryJournal(disk);
  const journal: Journal = {
    ...whole,
    read: (...which) =>
      reads.isBroken ? Promise.reject(new FengsuiError('JOURNAL', 'disk I/O error')) : whole.read(...which),
  };
  await appendNumbered(journal, 'telemetry', stored);
  const sent: (number | 'present')[] = [];
  const waiting: (() => void)[] = [];
  const link = { up: true, clear, refuses: false, waits: false };
  const drain = telemetryDrain({
    destination: 'platform',
    journal,
    clock,
    log,
    isUp: () => link.up,
    mayUse: () => link.clear,
    present: () => present,
    roundTrip: () => millis(40),
    publish: async (body) => {
      sent.push(body.length === 1 ? 'present' : body.length > 2 ? body.length : numberOf(body));
      if (link.refuses) throw new FengsuiError('UNAVAILABLE');
      if (link.waits) await new Promise<void>((taken) => waiting.push(taken));
    },
  });
  const stop = new AbortController();
  const done = drain.run(stop.signal);
  running.push({ stop, done, breakOff: () => waiting.splice(0).forEach((taken) => taken()) });
  await settled();
  const wake = async (): Promise<void> => {
    drain.wake();
    await settled();
  };
  return { clock, log, journal, reads, drain, link, sent, waiting, wake, stop, done };
}

describe('telemetryDrain', () => {
  it('sends the lane in order, and stores its cursor by what the broker took', async () => {
    const s = await stage({ stored: 10 });
    await settled();
    expect(s.sent).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect([s.drain.cursor, await s.journal.cursor('platform', 'telemetry')]).toEqual([10, 10]);
  });

  it('begins behind the stored cursor', async () => {
    const disk = memoryDisk();
    const before = memoryJournal(disk);
    await appendNumbered(before, 'telemetry', 3);
    await before.acknowledge('platform', 'telemetry', 2);
    const s = await stage({ disk });
    expect(s.sent).toEqual([3]);
  });

  it('asks a disk that does not give back what it took again each second, and says so once', async () => {
    const s = await stage();
    s.reads.isBroken = true;
    await appendNumbered(s.journal, 'telemetry', 2);
    await s.wake();
    await s.clock.advance(5_000);
    expect(s.sent).toEqual([]);
    expect(s.log.lines.map(({ event, fields }) => [event, fields?.['lane']])).toEqual([
      ['uplink.not-read', 'telemetry'],
    ]);
    s.reads.isBroken = false;
    await s.clock.advance(1_000);
    expect(s.sent).toEqual([1, 2]);
  });

  it('moves the cursor only over what was taken without a gap', async () => {
    const s = await stage();
    s.link.waits = true;
    await appendNumbered(s.journal, 'telemetry', 4);
    await s.wake();
    expect(s.sent).toEqual([1, 2, 3, 4]);
    s.waiting[2]?.();
    s.waiting[1]?.();
    await settled();
    expect(s.drain.cursor).toBe(0);
    s.waiting[0]?.();
    await settled();
    expect([s.drain.cursor, await s.journal.cursor('platform', 'telemetry')]).toEqual([3, 3]);
  });

  it('has one large message under way on a slow line, and the next as soon as that is taken', async () => {
    const s = await stage();
    s.link.waits = true;
    for (let n = 0; n < 4; n++) await s.journal.append('telemetry', wallTime(0), () => new Uint8Array(1_200));
    await s.wake();
    for (let n = 1; n <= 4; n++) {
      expect(s.sent).toHaveLength(n);
      await s.clock.advance(340);
      s.waiting.shift()?.();
      await settled();
    }
    expect(s.drain.cursor).toBe(4);
  });

  it('has ever more under way where nothing waits', async () => {
    const s = await stage();
    s.link.waits = true;
    for (let n = 0; n < 100; n++) await s.journal.append('telemetry', wallTime(0), () => new Uint8Array(1_200));
    await s.wake();
    const underWay: number[] = [];
    for (let round = 0; round < 4; round++) {
      underWay.push(s.waiting.length);
      await s.clock.advance(40);
      for (const taken of s.waiting.splice(0)) taken();
      await settled();
    }
    expect(underWay).toEqual([1, 2, 3, 5]);
  });

  it('never has more than 64 under way, however small they are', async () => {
    const s = await stage();
    s.link.waits = true;
    await appendNumbered(s.journal, 'telemetry', 200);
    await s.wake();
    expect(s.sent).toHaveLength(64);
    s.waiting.shift()?.();
    await settled();
    expect(s.sent).toHaveLength(65);
  });

  it('tells the present state with each connection, before the readings', async () => {
    const s = await stage({ present: [presentBody, presentBody] });
    s.link.up = false;
    await appendNumbered(s.journal, 'telemetry', 2);
    await s.wake();
    s.link.up = true;
    s.drain.linkUp();
    await settled();
    expect([s.sent, s.drain.cursor]).toEqual([['present', 'present', 1, 2], 2]);
    s.drain.linkDown();
    s.drain.linkUp();
    await settled();
    expect(s.sent.slice(4)).toEqual(['present', 'present']);
  });

  it('sends again what the connection took away, and lets an answer of that connection count for nothing', async () => {
    const s = await stage();
    s.link.waits = true;
    await appendNumbered(s.journal, 'telemetry', 2);
    await s.wake();
    s.drain.linkDown();
    s.drain.linkUp();
    await settled();
    expect(s.sent).toEqual([1, 2, 1, 2]);
    for (const taken of s.waiting.splice(0, 2)) taken();
    await settled();
    expect(s.drain.cursor).toBe(0);
    for (const taken of s.waiting.splice(0)) taken();
    await settled();
    expect(s.drain.cursor).toBe(2);
  });

  it('an alarm that comes holds it up after the message that is under way', async () => {
    const s = await stage();
    s.link.waits = true;
    for (let n = 0; n < 3; n++) await s.journal.append('telemetry', wallTime(0), () => new Uint8Array(1_200));
    await s.wake();
    s.link.clear = false;
    s.waiting.shift()?.();
    await settled();
    expect(s.sent).toHaveLength(1);
    s.link.clear = true;
    await s.wake();
    expect(s.sent).toHaveLength(3);
  });

  it('does not touch the line while an alarm waits, and goes on when it is told that none does', async () => {
    const s = await stage({ stored: 2, clear: false });
    await s.wake();
    expect(s.sent).toEqual([]);
    s.link.clear = true;
    await s.wake();
    expect(s.sent).toEqual([1, 2]);
  });

  it('does not send while the link is down, and goes on when it is told that it is up', async () => {
    const s = await stage();
    s.link.up = false;
    await appendNumbered(s.journal, 'telemetry', 1);
    await s.wake();
    expect(s.sent).toEqual([]);
    s.link.up = true;
    await s.wake();
    expect(s.sent).toEqual([1]);
  });

  it('a wake-up while it is busy is not lost', async () => {
    const s = await stage();
    s.link.waits = true;
    await appendNumbered(s.journal, 'telemetry', 1);
    await s.wake();
    await appendNumbered(s.journal, 'telemetry', 1);
    await s.wake();
    s.waiting.pop()?.();
    await settled();
    expect(s.sent).toEqual([1, 2]);
  });

  it('what the broker refuses is tried again after a second, from the same place', async () => {
    const s = await stage();
    s.link.refuses = true;
    await appendNumbered(s.journal, 'telemetry', 2);
    await s.wake();
    expect(s.sent).toEqual([1]);
    await s.clock.advance(999);
    expect(s.sent).toHaveLength(1);
    s.link.refuses = false;
    await s.clock.advance(1);
    await settled();
    expect([s.sent, s.drain.cursor]).toEqual([[1, 2, 1, 2], 2]);
    expect(s.log.lines).toEqual([
      {
        event: 'uplink.telemetry-not-taken',
        fields: { destination: 'platform', after: 0, why: 'not reachable just now' },
      },
    ]);
  });

  it('does not loop while the broker goes on refusing', async () => {
    const s = await stage();
    s.link.refuses = true;
    await appendNumbered(s.journal, 'telemetry', 1);
    await s.wake();
    await s.clock.advance(10_000);
    expect(s.sent.length).toBeLessThanOrEqual(12);
  });

  it('what was evicted meanwhile is passed over', async () => {
    const disk = memoryDisk();
    await appendNumbered(memoryJournal(disk), 'telemetry', 4);
    disk.lanes.telemetry.splice(0, 2);
    const s = await stage({ disk });
    expect([s.sent, s.drain.cursor]).toEqual([[3, 4], 4]);
  });

  it('ends at once', async () => {
    const s = await stage();
    s.stop.abort(new Error('stop'));
    await expect(s.done).resolves.toBeUndefined();
  });
});
