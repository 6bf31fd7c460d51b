import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alarmSequence, heldLimit, type SequenceStep } from '../../../sdk/client/alarm-sequence.ts';
import type { AlarmMessage } from '../../../sdk/wire/alarm-message.ts';
import { alarmChange } from '../../support/fake-gateway.ts';

const message = (seq: number, log = 7): AlarmMessage => ({ log, seq, change: alarmChange(seq) });
const seqs = (step: SequenceStep): number[] => step.deliver.map((m) => m.seq);
const plenty = 10_000;

const placed = (next = 1, start?: { log: number; seq: number }) => {
  const sequence = alarmSequence(start);
  sequence.resumed({ log: 7, next }, plenty);
  return sequence;
};

describe('alarm sequence', () => {
  it('holds what comes before the gateway has said where it stands', () => {
    const sequence = alarmSequence();
    expect(seqs(sequence.receive(message(4), plenty))).toEqual([]);
    expect(seqs(sequence.receive(message(3), plenty))).toEqual([]);
    expect(seqs(sequence.resumed({ log: 7, next: 3 }, plenty))).toEqual([3, 4]);
  });

  it('lets copies go and counts them', () => {
    const sequence = placed();
    expect(seqs(sequence.receive(message(1), plenty))).toEqual([1]);
    expect(sequence.receive(message(1), plenty)).toMatchObject({ deliver: [], repeated: 1, receipt: [] });
  });

  it('receipts a copy of what was committed again: the first receipt may be lost', () => {
    const sequence = placed();
    sequence.receive(message(1), plenty);
    sequence.commit({ log: 7, seq: 1 });
    expect(sequence.receive(message(1), plenty).receipt).toEqual([[1, 1]]);
  });

  it('waits for a missing number and wants it sent again', () => {
    const sequence = placed();
    expect(seqs(sequence.receive(message(2), plenty))).toEqual([]);
    expect(sequence.wantsResume(plenty)).toBe(true);
    expect(seqs(sequence.receive(message(1), plenty))).toEqual([1, 2]);
    expect(sequence.wantsResume(plenty)).toBe(false);
  });

  it('goes on where another application has taken the missing ones, and says so', () => {
    const sequence = placed();
    sequence.receive(message(5), plenty);
    const step = sequence.resumed({ log: 7, next: 5 }, plenty);
    expect(seqs(step)).toEqual([5]);
    expect(step.gaps).toEqual([{ reason: 'taken-elsewhere', log: 7, from: 1, to: 4 }]);
  });

  it('delivers what is here when the missing does not come, and the missing when it comes after all', () => {
    const sequence = placed();
    sequence.receive(message(3), plenty);
    const step = sequence.giveUp(plenty);
    expect(seqs(step)).toEqual([3]);
    expect(step.gaps).toEqual([{ reason: 'missing', log: 7, from: 1, to: 2 }]);
    expect(seqs(sequence.receive(message(2), plenty))).toEqual([2]);
    expect(sequence.receive(message(2), plenty).repeated).toBe(1);
  });

  it('delivers alarms of a gateway that never says where it stands', () => {
    const sequence = alarmSequence();
    sequence.receive(message(9), plenty);
    expect(seqs(sequence.giveUp(plenty))).toEqual([9]);
    const late = sequence.resumed({ log: 7, next: 8 }, plenty);
    expect(seqs(late)).toEqual([]);
    expect(seqs(sequence.receive(message(8), plenty))).toEqual([8]);
    expect(sequence.receive(message(7), plenty).repeated).toBe(1);
  });

  it('begins anew with a new journal, and delivers what was held of the old one', () => {
    const sequence = placed();
    sequence.receive(message(3), plenty);
    sequence.receive(message(1, 8), plenty);
    const step = sequence.resumed({ log: 8, next: 1 }, plenty);
    expect(step.deliver.map((m) => [m.log, m.seq])).toEqual([
      [7, 3],
      [8, 1],
    ]);
    expect(step.gaps.map((g) => g.reason)).toEqual(['missing', 'new-journal']);
  });

  it('lets changes go of a journal that the gateway does not own', () => {
    const sequence = placed();
    sequence.receive(message(1, 666), plenty);
    sequence.resumed({ log: 7, next: 1 }, plenty);
    expect(sequence.giveUp(plenty).foreign).toHaveLength(1);
    expect(sequence.stuck()).toBe(false);
  });

  it('does not deliver again what an earlier run has dealt with, and receipts it', () => {
    const sequence = alarmSequence({ log: 7, seq: 10 });
    sequence.receive(message(9), plenty);
    const step = sequence.resumed({ log: 7, next: 8 }, plenty);
    expect(step).toMatchObject({ deliver: [], repeated: 1 });
    expect(step.receipt).toContainEqual([8, 10]);
    expect(seqs(sequence.receive(message(11), plenty))).toEqual([11]);
  });

  it('never receipts what was not committed', () => {
    const sequence = placed();
    for (const seq of [1, 2, 3]) sequence.receive(message(seq), plenty);
    sequence.commit({ log: 7, seq: 1 });
    sequence.commit({ log: 7, seq: 3 });
    expect(sequence.resumed({ log: 7, next: 1 }, plenty).receipt).toEqual([
      [1, 1],
      [3, 3],
    ]);
    expect(sequence.position()).toEqual({ log: 7, seq: 1 });
    expect(sequence.position({ log: 7, seq: 2 })).toEqual({ log: 7, seq: 3 });
  });

  it('keeps what a slow reader has no room for, up to a limit, and then wants it again', () => {
    const sequence = placed();
    for (let seq = 1; seq <= heldLimit + 5; seq++) expect(seqs(sequence.receive(message(seq), 0))).toEqual([]);
    expect(sequence.wantsResume(0)).toBe(false);
    expect(seqs(sequence.drain(plenty))).toHaveLength(heldLimit);
    expect(sequence.wantsResume(plenty)).toBe(true);
  });

  it('delivers each change exactly once and in order, whatever the wire does', () => {
    const wire = fc.array(fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant('resume' as const)), { maxLength: 60 });
    fc.assert(
      fc.property(wire, fc.integer({ min: 1, max: 5 }), (events, room) => {
        const sequence = placed();
        const got: number[] = [];
        const take = (step: SequenceStep): void => void got.push(...seqs(step));
        for (const event of events)
          take(
            event === 'resume' ? sequence.resumed({ log: 7, next: 1 }, room) : sequence.receive(message(event), room),
          );
        for (let seq = 1; seq <= 12; seq++) take(sequence.receive(message(seq), plenty));
        expect(got).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
      }),
    );
  });

  it('loses nothing even when it gives up at any moment', () => {
    const event = fc.oneof(
      fc.integer({ min: 1, max: 10 }),
      fc.constant('give up' as const),
      fc.constant('resume' as const),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 50 }), (events) => {
        const sequence = alarmSequence();
        const got: number[] = [];
        const take = (step: SequenceStep): void => void got.push(...seqs(step));
        const play = (e: number | 'give up' | 'resume'): void => {
          if (e === 'resume') take(sequence.resumed({ log: 7, next: 1 }, plenty));
          else take(e === 'give up' ? sequence.giveUp(plenty) : sequence.receive(message(e), plenty));
        };
        for (const e of events) play(e);
        play('resume');
        for (let seq = 1; seq <= 10; seq++) play(seq);
        expect(got.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      }),
    );
  });
});
