import { describe, expect, it } from 'vitest';
import { joined, readAgain, readableRuns, type Stretch } from '../../../../edge/bus/scan/readable-ranges.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { fakeLine, inFakeTime, registers, type Slave } from './fake-line.ts';

const never = new AbortController().signal;
const timing = { timeout: 200, quiet: 60, reconnect: 1_000 } as never;
const stretch = (first: number, last: number, tables: Stretch['tables'] = ['holding']): Stretch => ({
  unit: 3,
  tables,
  first,
  last,
});
const counting = Array.from({ length: 100 }, (_, i) => i);

function busOf(slave: Slave) {
  const clock = fakeClock();
  const line = fakeLine(clock, { 'h:1 3': slave });
  const bus = line.open({ kind: 'tcp', host: 'h', port: 1 }, timing);
  const inTime = <T>(work: Promise<T>): Promise<T> => inFakeTime(clock, work);
  return { bus, line, inTime };
}

/** Refuses every block that touches one of these registers. */
const holes =
  (...refused: number[]): Slave =>
  (block, n) =>
    refused.some((r) => r >= block.address && r < block.address + block.count)
      ? { exception: 2 }
      : registers(...counting)(block, n);

describe('the registers that can be read', () => {
  it('are all that are asked for where nothing is refused, in blocks of at most 16', async () => {
    const { bus, line, inTime } = busOf(registers(...counting));
    const runs = await inTime(readableRuns(bus, stretch(5, 50), { signal: never }));
    expect(joined(runs)).toEqual([{ from: 'holding', at: 5, words: counting.slice(5, 51) }]);
    expect(line.asked.map(({ count }) => count)).toEqual([16, 16, 14]);
  });

  it('leave out just those that are refused', async () => {
    const { bus, inTime } = busOf(holes(0, 7, 8, 20));
    const runs = joined(await inTime(readableRuns(bus, stretch(0, 20), { signal: never })));
    expect(runs.map(({ at, words }) => [at, words.length])).toEqual([
      [1, 6],
      [9, 11],
    ]);
  });

  it('give up a table that the device does not know, and no other', async () => {
    const { bus, line, inTime } = busOf(({ table, count }) =>
      table === 'holding' ? { exception: 1 } : { words: counting.slice(0, count) },
    );
    const runs = await inTime(readableRuns(bus, stretch(0, 40, ['holding', 'input']), { signal: never }));
    expect(joined(runs)).toMatchObject([{ from: 'input', at: 0 }]);
    expect(line.asked.filter(({ table }) => table === 'holding')).toHaveLength(1);
  });

  it('are asked for once more after damage', async () => {
    const { bus, inTime } = busOf((block, n) => (n === 0 ? { fail: 'BUS_CRC' } : registers(...counting)(block, n)));
    expect(await inTime(readableRuns(bus, stretch(0, 3), { signal: never }))).toEqual([
      { from: 'holding', at: 0, words: [0, 1, 2, 3] },
    ]);
  });

  it('are nobody’s where nobody answers, which takes four questions to tell', async () => {
    const { bus, line, inTime } = busOf(() => ({ fail: 'BUS_TIMEOUT' }));
    await expect(inTime(readableRuns(bus, stretch(0, 999), { signal: never }))).rejects.toThrow(
      'unit 3 does not answer',
    );
    expect(line.asked).toHaveLength(4);
  });

  it('leave out what a device that is there keeps silent about, and goes on', async () => {
    const mute: Slave = (block, n) =>
      block.address + block.count > 16 && block.address < 32
        ? { fail: 'BUS_TIMEOUT' }
        : registers(...counting)(block, n);
    const { bus, line, inTime } = busOf(mute);
    const runs = joined(await inTime(readableRuns(bus, stretch(0, 40), { signal: never })));
    expect(runs.map(({ at, words }) => [at, words.length])).toEqual([
      [0, 16],
      [32, 9],
    ]);
    // 31 silences between 16 and 31; after four in a row the device shows each time that it is there.
    expect(line.asked.filter(({ address }) => address === 0)).toHaveLength(1 + 7);
  });

  it('are not searched for any longer where the device has gone meanwhile', async () => {
    const { bus, line, inTime } = busOf((block, n) =>
      n < 2 ? registers(...counting)(block, n) : { fail: 'BUS_TIMEOUT' },
    );
    await expect(inTime(readableRuns(bus, stretch(0, 99), { signal: never }))).rejects.toThrow(
      'unit 3 does not answer any more, not even with holding 16 to 31',
    );
    expect(line.asked).toHaveLength(2 + 4 + 1);
  });

  it('are told block by block as they are asked for', async () => {
    const { bus, inTime } = busOf(holes(3));
    const asked: string[] = [];
    const asking = ({ address, count }: { address: number; count: number }) => void asked.push(`${address}+${count}`);
    await inTime(readableRuns(bus, stretch(0, 3), { signal: never, asking }));
    expect(asked).toEqual(['0+4', '0+2', '2+2', '2+1', '3+1']);
  });

  it('are read again as they were, without what does not come this time', async () => {
    const { bus, inTime } = busOf(({ address }) => (address === 0 ? { fail: 'BUS_TIMEOUT' } : { words: [77] }));
    const runs = [
      { from: 'holding', at: 0, words: [1, 2] },
      { from: 'holding', at: 9, words: [3] },
    ] as const;
    expect(await inTime(readAgain(bus, 3, runs, never))).toEqual([{ from: 'holding', at: 9, words: [77] }]);
  });
});
