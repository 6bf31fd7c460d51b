import { describe, expect, it } from 'vitest';
import type { Journal } from '../../edge/journal/journal.ts';
import { wallTime } from '../../sdk/model/time.ts';

/** Storage that can be opened again and again, one journal at a time. */
export type JournalStorage = AsyncDisposable & { open(): Promise<Journal> };

const at = (n: number) => wallTime(1_767_225_600_000 + n);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (body: Uint8Array | undefined): string => new TextDecoder().decode(body);

const append = (journal: Journal, lane: 'alarm' | 'telemetry', n: number) =>
  journal.append(lane, at(n), (seq) => bytes(`${lane} ${seq}`));

/** What every journal promises. */
export function journalContract(name: string, storage: () => Promise<JournalStorage>): void {
  const withStorage = (test: (storage: JournalStorage) => Promise<void>) => async (): Promise<void> => {
    const opened = await storage();
    try {
      await test(opened);
    } finally {
      await opened[Symbol.asyncDispose]();
    }
  };
  const withJournal = (test: (journal: Journal) => Promise<void>) =>
    withStorage(async (opened) => {
      const journal = await opened.open();
      try {
        await test(journal);
      } finally {
        await journal[Symbol.asyncDispose]();
      }
    });

  describe(`${name}: entries`, () => {
    it(
      'numbers each lane from 1 and returns what was appended, in the order of the calls',
      withJournal(async (journal) => {
        const seqs = await Promise.all([1, 2, 3].map((n) => append(journal, 'alarm', n)));
        expect(seqs).toEqual([1, 2, 3]);
        expect(await append(journal, 'telemetry', 9)).toBe(1);
        const alarms = await journal.read('alarm', 0, 10);
        expect(alarms.map((e) => [e.seq, e.at, text(e.body)])).toEqual([
          [1, at(1), 'alarm 1'],
          [2, at(2), 'alarm 2'],
          [3, at(3), 'alarm 3'],
        ]);
      }),
    );
    it(
      'reads after a position and no more than asked for',
      withJournal(async (journal) => {
        for (let n = 1; n <= 5; n += 1) await append(journal, 'telemetry', n);
        expect((await journal.read('telemetry', 2, 2)).map((e) => e.seq)).toEqual([3, 4]);
        expect(await journal.read('telemetry', 5, 10)).toEqual([]);
        expect(await journal.read('telemetry', 0, 0)).toEqual([]);
      }),
    );
    it(
      'finds telemetry by time, both ends included',
      withJournal(async (journal) => {
        for (let n = 1; n <= 6; n += 1) await append(journal, 'telemetry', n);
        const seqs = async (after: number, limit: number) =>
          (await journal.between(at(2), at(5), after, limit)).map((e) => e.seq);
        expect(await seqs(0, 10)).toEqual([2, 3, 4, 5]);
        expect(await seqs(3, 10)).toEqual([4, 5]);
        expect(await seqs(0, 1)).toEqual([2]);
      }),
    );
    it(
      'keeps its own copy, so that an encoder may reuse its buffer',
      withJournal(async (journal) => {
        const buffer = bytes('first....');
        const first = journal.append('alarm', at(1), () => buffer.subarray(0, 5));
        buffer.fill(0);
        await first;
        expect(text((await journal.read('alarm', 0, 1))[0]?.body)).toBe('first');
      }),
    );
    it(
      'does not use up a number when encoding fails',
      withJournal(async (journal) => {
        const failing = journal.append('alarm', at(1), () => {
          throw new Error('cannot encode');
        });
        await expect(failing).rejects.toThrow('cannot encode');
        expect(await append(journal, 'alarm', 2)).toBe(1);
      }),
    );
    it(
      'stores an empty body and a time with a fraction',
      withJournal(async (journal) => {
        await journal.append('alarm', wallTime(0.5), () => new Uint8Array());
        expect(await journal.read('alarm', 0, 1)).toEqual([{ seq: 1, at: 0.5, body: new Uint8Array() }]);
      }),
    );
  });

  describe(`${name}: cursors`, () => {
    it(
      'stand at 0 first and never move back',
      withJournal(async (journal) => {
        for (let n = 1; n <= 5; n += 1) await append(journal, 'alarm', n);
        expect(await journal.cursor('platform', 'alarm')).toBe(0);
        await journal.acknowledge('platform', 'alarm', 4);
        await journal.acknowledge('platform', 'alarm', 2);
        expect(await journal.cursor('platform', 'alarm')).toBe(4);
      }),
    );
    it(
      'are separate for each destination and lane',
      withJournal(async (journal) => {
        await append(journal, 'alarm', 1);
        await append(journal, 'telemetry', 1);
        await journal.acknowledge('platform', 'alarm', 1);
        await journal.acknowledge('centre', 'telemetry', 1);
        const stand = async (to: string) => [await journal.cursor(to, 'alarm'), await journal.cursor(to, 'telemetry')];
        expect(await stand('platform')).toEqual([1, 0]);
        expect(await stand('centre')).toEqual([0, 1]);
      }),
    );
    it.each([2, -1, 0.5, Number.NaN])('refuse %s when only 1 was given out, or later alarms would be skipped', (upTo) =>
      withJournal(async (journal) => {
        await append(journal, 'alarm', 1);
        await expect(journal.acknowledge('platform', 'alarm', upTo)).rejects.toMatchObject({ code: 'INVALID' });
      })(),
    );
  });

  describe(`${name}: kept values`, () => {
    it(
      'are found by prefix, replaced, and deleted by undefined',
      withJournal(async (journal) => {
        await journal.keep({ key: 'state/a', value: bytes('1') });
        await journal.append('alarm', at(1), () => bytes('x'), { key: 'state/b', value: bytes('2') });
        await journal.append('telemetry', at(1), () => bytes('x'), { key: 'state/c', value: bytes('3') });
        await journal.keep({ key: 'table', value: bytes('4') });
        await journal.keep({ key: 'state/a', value: bytes('5') });
        const found = [...(await journal.kept('state/'))].map(([key, value]) => [key, text(value)]);
        expect(found).toEqual([
          ['state/a', '5'],
          ['state/b', '2'],
          ['state/c', '3'],
        ]);
        await journal.keep({ key: 'state/b', value: undefined });
        await journal.append('telemetry', at(2), () => bytes('x'), { key: 'state/c', value: undefined });
        expect([...(await journal.kept('')).keys()].toSorted()).toEqual(['state/a', 'table']);
      }),
    );
  });

  describe(`${name}: restart`, () => {
    it(
      'brings back entries, cursors, kept values and identity, and goes on numbering',
      withStorage(async (opened) => {
        const before = await opened.open();
        await append(before, 'alarm', 1);
        await append(before, 'telemetry', 1);
        await append(before, 'telemetry', 2);
        await before.acknowledge('platform', 'alarm', 1);
        await before.acknowledge('platform', 'telemetry', 2);
        await before.keep({ key: 'k', value: bytes('v') });
        await before[Symbol.asyncDispose]();

        const after = await opened.open();
        try {
          expect(after.id).toBe(before.id);
          expect((await after.read('alarm', 0, 9)).map((e) => text(e.body))).toEqual(['alarm 1']);
          expect(await after.cursor('platform', 'alarm')).toBe(1);
          expect(await after.cursor('platform', 'telemetry')).toBe(2);
          expect(text((await after.kept('k')).get('k'))).toBe('v');
          expect(await append(after, 'alarm', 2)).toBe(2);
          expect(await append(after, 'telemetry', 3)).toBe(3);
        } finally {
          await after[Symbol.asyncDispose]();
        }
      }),
    );
    it(
      'that kept values and had no entry yet begins with number 1',
      withStorage(async (opened) => {
        const before = await opened.open();
        await before.keep({ key: 'k', value: bytes('v') });
        await before[Symbol.asyncDispose]();
        const after = await opened.open();
        try {
          expect(await append(after, 'alarm', 1)).toBe(1);
          expect(await append(after, 'telemetry', 1)).toBe(1);
        } finally {
          await after[Symbol.asyncDispose]();
        }
      }),
    );
    it(
      'stores what was appended just before closing',
      withStorage(async (opened) => {
        const before = await opened.open();
        const late = append(before, 'alarm', 1);
        await before[Symbol.asyncDispose]();
        expect(await late).toBe(1);
        const after = await opened.open();
        expect((await after.read('alarm', 0, 9)).length).toBe(1);
        await after[Symbol.asyncDispose]();
      }),
    );
    it(
      'refuses to append once closed',
      withStorage(async (opened) => {
        const journal = await opened.open();
        await journal[Symbol.asyncDispose]();
        await expect(append(journal, 'alarm', 1)).rejects.toMatchObject({ code: 'JOURNAL' });
      }),
    );
  });

  it(
    `${name}: status tells first, last and bytes of each lane`,
    withJournal(async (journal) => {
      const empty = { first: 0, last: 0, bytes: expect.any(Number), evicted: 0, summarised: 0 };
      expect(journal.status()).toEqual({ lanes: { alarm: empty, telemetry: empty }, waiting: 0, quarantined: 0 });
      await append(journal, 'alarm', 1);
      await append(journal, 'alarm', 2);
      expect(journal.status().lanes.alarm).toEqual({ first: 1, last: 2, bytes: 14, evicted: 0, summarised: 0 });
    }),
  );
}
