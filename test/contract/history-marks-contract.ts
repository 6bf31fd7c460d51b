import { describe, expect, it } from 'vitest';
import { historyMark, type StoreStorage, sample } from './platform-store-contract.ts';

/** What every platform's store promises of the marks that say up to where a history has no hole. */
export function historyMarksContract(name: string, storage: () => Promise<StoreStorage>): void {
  const tested = (test: (storage: StoreStorage) => Promise<void>) => async (): Promise<void> => {
    await using made = await storage();
    await test(made);
  };
  describe(`${name}: marks of history`, () => {
    it(
      'keeps one a gateway, which never goes back within a log and is there for who opens it next',
      tested(async ({ open, isLasting }) => {
        const marks = [historyMark('gw-2', 7), historyMark('gw-10', 2 ** 53 - 1, { at: new Date(0) })];
        const moved = historyMark('gw-2', 8, { at: new Date(5_000) });
        {
          await using store = await open();
          const { history } = store;
          expect(await history.marks(['gw-2', 'gw-1'])).toEqual([]);
          await history.append([], { marks });
          expect(await history.marks(['gw-2', 'gw-10', 'gw-1', 'gw-2'])).toEqual(marks.toReversed());
          await history.append([sample(1)], { marks: [historyMark('gw-2', 6)] });
          await history.append([], { marks: [historyMark('gw-2', 7, { at: new Date(99_000) })] });
          expect(await history.marks(['gw-2'])).toEqual([historyMark('gw-2', 7)]);
          await history.append([], { marks: [moved] });
          expect(await history.marks(['gw-2'])).toEqual([moved]);
          const other = historyMark('gw-10', 3, { log: 5 });
          await history.append([], { marks: [other] });
          expect(await history.marks(['gw-10', 'gw-2'])).toEqual([other, moved]);
        }
        if (!isLasting) return;
        await using again = await open();
        expect(await again.history.marks(['gw-2'])).toEqual([moved]);
      }),
    );
    it(
      'is stored with its samples or not at all',
      tested(async ({ open }) => {
        await using store = await open();
        const { history } = store;
        const refused = history.append([sample(1), sample(2, { value: '\u0000' })], {
          marks: [historyMark('gw-1', 1)],
        });
        await expect(refused).rejects.toMatchObject({ code: 'INVALID' });
        expect(await history.marks(['gw-1'])).toEqual([]);
        expect(await history.append([sample(1)], { marks: [historyMark('gw-1', 1)] })).toEqual({
          added: 1,
          leftOut: 0,
        });
        expect(await history.marks(['gw-1'])).toEqual([historyMark('gw-1', 1)]);
      }),
    );
    it(
      'takes marks of two clients at once: the furthest stays',
      tested(async ({ open, isShared }) => {
        await using one = await open();
        await using other = isShared ? await open() : one;
        const ids = Array.from({ length: 2_000 }, (_, n) => `gw-${n}`);
        const marksAt = (seq: number) => ids.map((gateway) => historyMark(gateway, seq));
        await Promise.all(
          [3, 9, 5, 7].map((seq, i) =>
            (i % 2 ? one : other).history.append([sample(seq), sample(0)], {
              marks: i % 2 ? marksAt(seq) : marksAt(seq).toReversed(),
            }),
          ),
        );
        const kept = await one.history.marks(ids);
        expect(kept).toHaveLength(2_000);
        expect(kept.every(({ seq }) => seq === 9)).toBe(true);
      }),
    );
  });
}
