import { describe, expect, it } from 'vitest';
import { deliveryDesk } from '../../../../edge/runtime/delivery/delivery-desk.ts';
import type { AlarmChange } from '../../../../sdk/model/alarm.ts';
import { millis, seconds } from '../../../../sdk/model/time.ts';
import { encodeAlarm } from '../../../../sdk/wire/alarm-message.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { alarmChange } from '../../../support/fake-gateway.ts';
import { memoryJournal } from '../../../support/memory-journal.ts';
import { recordingLog } from '../../../support/recording-log.ts';

const within = seconds(30);

function stage(journal = memoryJournal()) {
  const clock = fakeClock();
  const log = recordingLog();
  const told: string[] = [];
  const desk = deliveryDesk({
    journal,
    clock,
    log,
    within,
    onUrgent: () => told.push('urgent'),
    onLate: (isLate) => told.push(isLate ? 'late' : 'received'),
  });
  const change = (more: Partial<AlarmChange>): AlarmChange => {
    const base = alarmChange(1);
    return { ...base, ...more, at: { ...base.at, mono: clock.mono() } };
  };
  return { clock, log, told, desk, journal, fire: () => change({ kind: 'fire', event: 'raised' }), change };
}

describe('a fire or a call that nobody confirms', () => {
  it('is late after the time that the site gives, and no longer once it is confirmed by whichever uplink', async () => {
    const { clock, told, desk, fire } = stage();
    desk.stored(1, fire());
    await clock.advance(29_999);
    expect(told).toEqual(['urgent']);
    expect(desk.waiting()).toEqual({ urgent: 1, urgentMs: 29_999 });
    await clock.advance(1);
    expect(told).toEqual(['urgent', 'late']);
    desk.watch('other').received({ ranges: [[1, 1]] });
    expect(told).toEqual(['urgent', 'late', 'received']);
    expect(desk.waiting()).toEqual({ urgent: 0 });
    await clock.advance(120_000);
    expect(told.length).toBe(3);
  });

  it('is not late when it is confirmed in time', async () => {
    const { clock, told, desk, fire } = stage();
    desk.stored(1, fire());
    await clock.advance(29_000);
    desk.watch('a').received({ ranges: [[1, 1]] });
    await clock.advance(60_000);
    expect(told).toEqual(['urgent']);
  });

  it('is late although the disk does not take it, so that those on the spot hear of it', async () => {
    const { clock, told, desk, fire, change } = stage();
    const raised = fire();
    desk.judged(raised);
    await clock.advance(30_000);
    expect(told).toEqual(['late']);
    await clock.advance(3_600_000);
    desk.stored(1, raised);
    expect(told).toEqual(['late', 'urgent']);
    expect(desk.waiting()).toEqual({ urgent: 1, urgentMs: 3_630_000 });
    desk.watch('a').received({ ranges: [[1, 1]] });
    expect(told.at(-1)).toBe('received');
    desk.judged(raised);
    await clock.advance(30_000);
    desk.stored(2, change({ kind: 'fire', event: 'reset' })); // there was no room for what was before it
    expect(told.slice(3)).toEqual(['late', 'received']);
  });

  it('each has its own time: that the first is confirmed does not help the second', async () => {
    const { clock, told, desk, fire } = stage();
    desk.stored(1, fire());
    await clock.advance(20_000);
    desk.stored(2, fire());
    desk.watch('a').received({ ranges: [[1, 1]] });
    await clock.advance(29_999);
    expect(told).toEqual(['urgent', 'urgent']);
    await clock.advance(1);
    expect(told).toEqual(['urgent', 'urgent', 'late']);
  });

  it.each<Partial<AlarmChange>>([
    { kind: 'fault', event: 'raised' },
    { kind: 'fire', event: 'cleared' },
    { kind: 'fire', event: 'acked' },
    { kind: 'test', event: 'tested' },
  ])('is not meant by %j', async (more) => {
    const { clock, told, desk, change } = stage();
    desk.stored(1, change(more));
    await clock.advance(60_000);
    expect(told).toEqual([]);
  });

  it('of an earlier run begins to wait when the gateway starts; what an uplink has confirmed does not', async () => {
    const journal = memoryJournal();
    const { clock, told, desk, change } = stage(journal);
    for (const [kind, event] of [
      ['fire', 'raised'],
      ['fault', 'raised'],
      ['call', 'repeated'],
    ] as const) {
      await journal.append('alarm', clock.wall(), (seq) =>
        encodeAlarm({ log: journal.id, seq, change: change({ kind, event }) }),
      );
    }
    await journal.append('alarm', clock.wall(), () => Uint8Array.of(0xff));
    await journal.acknowledge('a', 'alarm', 1);
    await desk.adopt(['a', 'b']);
    expect(told).toEqual(['urgent']);
    await clock.advance(30_000);
    expect(told).toEqual(['urgent', 'late']);
    desk.watch('b').received({ ranges: [[3, 3]] });
    expect(told.at(-1)).toBe('received');
  });

  it('that an earlier run told as late is over once it is confirmed, however soon', async () => {
    const journal = memoryJournal();
    const { clock, told, desk, fire } = stage(journal);
    await journal.append('alarm', clock.wall(), (seq) => encodeAlarm({ log: journal.id, seq, change: fire() }));
    await desk.adopt(['a']);
    await clock.advance(5_000);
    expect(told).toEqual(['urgent']);
    desk.watch('a').received({ ranges: [[1, 1]] });
    expect(told).toEqual(['urgent', 'received']);
  });

  it('that an earlier run told as late is over at the start where it was confirmed since', async () => {
    const { told, desk } = stage();
    await desk.adopt(['a']);
    expect(told).toEqual(['received']);
  });

  it('waits no longer once the gateway ends', async () => {
    const { clock, told, desk, fire } = stage();
    desk.stored(1, fire());
    await desk[Symbol.asyncDispose]();
    desk.stored(2, fire());
    await clock.advance(120_000);
    expect(told).not.toContain('late');
  });

  it('a storm of them costs a bounded memory, and is late all the same', async () => {
    const { clock, told, desk, fire } = stage();
    for (let seq = 1; seq <= 5_000; seq++) desk.stored(seq, fire());
    expect(desk.waiting().urgent).toBe(1_000);
    await clock.advance(30_000);
    expect(told.at(-1)).toBe('late');
    desk.watch('a').received({ ranges: [[1, Number.MAX_SAFE_INTEGER]] });
    expect(told.at(-1)).toBe('received');
  });
});

describe('the way of an alarm', () => {
  it('is timed from hop to hop', async () => {
    const { clock, desk, fire } = stage();
    const change = fire();
    await clock.advance(3);
    desk.stored(1, change);
    const watch = desk.watch('a');
    await clock.advance(2);
    watch.sent(1);
    await clock.advance(10);
    watch.sent(1); // again: the first time counts
    await clock.advance(10);
    watch.taken(1);
    await clock.advance(100);
    watch.received({ ranges: [[1, 1]], heldMs: 60 });
    expect(desk.times('a')).toEqual({
      count: 1,
      stored: [3, 3, 3],
      sent: [2, 2, 2],
      taken: [20, 20, 20],
      received: [100, 100, 100],
      all: [125, 125, 125],
      held: [60, 60, 60],
    });
    expect(desk.times('b')).toBeUndefined();
  });

  it('a receipt that overtakes the word of the broker is no negative time', async () => {
    const { clock, desk, fire } = stage();
    desk.stored(1, fire());
    const watch = desk.watch('a');
    watch.sent(1);
    await clock.advance(7);
    watch.received({ ranges: [[1, 1]] });
    watch.taken(1);
    expect(desk.times('a')).toMatchObject({ count: 1, taken: [7, 7, 7], received: [0, 0, 0], all: [7, 7, 7] });
  });

  it('is not timed for records and for what an earlier run has judged', () => {
    const { desk } = stage();
    const watch = desk.watch('a');
    watch.sent(9);
    watch.taken(9);
    watch.received({ ranges: [[1, 9]], heldMs: 3 });
    expect(desk.times('a')).toBeUndefined();
  });

  it('of two uplinks is told of each', async () => {
    const { clock, desk, fire } = stage();
    desk.stored(1, fire());
    for (const [id, ms] of [
      ['a', 5],
      ['b', 50],
    ] as const) {
      desk.watch(id).sent(1);
      await clock.advance(millis(ms));
      desk.watch(id).received({ ranges: [[1, 1]] });
    }
    expect(desk.times('a')?.all[0]).toBe(5);
    expect(desk.times('b')?.all[0]).toBe(55);
  });
});
