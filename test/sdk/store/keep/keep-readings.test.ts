import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { liveStream } from '../../../../sdk/client/live-stream.ts';
import type { EntryRange, TelemetryEntry } from '../../../../sdk/client/telemetry-entries.ts';
import { keepReadings, type ReadClient } from '../../../../sdk/store/keep/keep-readings.ts';
import { retrying } from '../../../../sdk/store/keep/retry.ts';
import { memoryStore } from '../../../../sdk/store/memory-store.ts';

const noon = Math.floor(Date.now() / 1_000) * 1_000 - 3_600_000;
const entry = (seq: number): TelemetryEntry => ({
  gateway: 'gw-1',
  log: 7,
  from: seq,
  to: seq,
  readings: [
    {
      quality: 'good',
      value: seq,
      unit: undefined,
      at: new Date(noon + seq * 1_000),
      gateway: 'gw-1',
      device: 'd',
      point: 'p',
    },
  ],
});
type Owned = { readonly gateway: string; readonly town: string; readonly isOwned: boolean };
/** Long enough for a question that nobody should ask. */
const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 300));

/** A store that has entries up to 10, kept by a process that hears what `hear` is given. */
async function kept() {
  const store = memoryStore();
  const moveMark = async (seq: number): Promise<void> => {
    await store.history.append([], { marks: [{ gateway: 'gw-1', log: 7, seq, at: new Date(noon + seq * 1_000) }] });
  };
  await moveMark(10);
  const asked: EntryRange[] = [];
  let hear: (entry: TelemetryEntry) => void = () => undefined;
  let tell: (change: Owned) => void = () => undefined;
  const client: ReadClient = {
    devices: { list: () => [] },
    telemetry: {
      entries: (options) =>
        liveStream<TelemetryEntry>(options, (push) => {
          hear = push;
          return () => undefined;
        }),
      async entriesAfter(_gateway, range) {
        asked.push(range);
        return Array.from({ length: range.upTo - range.after }, (_, i) => entry(range.after + 1 + i));
      },
      history: () => ({ async *pages() {} }),
    },
    on: (_event, listener) => {
      tell = listener;
      return () => undefined;
    },
  };
  const over = new AbortController();
  const problem = (e: unknown): never => {
    throw e;
  };
  const keeping = keepReadings({ store, signal: over.signal, problem, retry: retrying(over.signal, problem) }, client);
  onTestFinished(async () => {
    over.abort();
    await keeping;
  });
  const ask = { gateway: 'gw-1', device: 'd', from: new Date(noon), to: new Date() };
  const stored = async () => (await store.history.range(ask)).items.map(({ value }) => value);
  return {
    asked,
    moveMark,
    mark: async () => (await store.history.marks(['gw-1']))[0]?.seq,
    /** Resolves once these are stored, and nothing else. */
    has: (...seqs: readonly number[]) =>
      vi.waitFor(async () => expect(await stored()).toEqual(seqs), { timeout: 10_000, interval: 20 }),
    hear: (...seqs: readonly number[]): void => {
      for (const seq of seqs) hear(entry(seq));
    },
    owned: (isOwned: boolean): void => tell({ gateway: 'gw-1', town: '001', isOwned }),
  };
}

describe('keeping readings', { timeout: 30_000 }, () => {
  it('asks for what lies between the mark and the first that is heard', async () => {
    const { asked, has, hear } = await kept();
    hear(13);
    await has(11, 12, 13);
    expect(asked).toEqual([{ log: 7, after: 10, upTo: 12 }]);
  });

  it('leaves a hole that appears while it listens to the client at first', async () => {
    const { asked, has, hear } = await kept();
    hear(11);
    await has(11);
    hear(14);
    await has(11, 14);
    await aWhile();
    hear(12, 13); // fetched by the client
    await has(11, 12, 13, 14);
    expect(asked).toEqual([]);
  });

  it('stores what still comes of a gateway that another keeps by now, and asks for nothing', async () => {
    const { asked, has, hear, owned } = await kept();
    owned(false);
    hear(13);
    await has(13);
    await aWhile();
    expect(asked).toEqual([]);
    owned(true);
    hear(14);
    await has(11, 12, 13, 14);
    expect(asked).toEqual([{ log: 7, after: 10, upTo: 13 }]);
  });

  it('goes on from where another has come to when a gateway is its own again', async () => {
    const { asked, has, hear, owned, mark, moveMark } = await kept();
    hear(11);
    await has(11);
    owned(false);
    hear(12);
    await has(11, 12);
    await moveMark(20);
    owned(true);
    hear(21);
    await has(11, 12, 21);
    await aWhile();
    expect([asked, await mark()]).toEqual([[], 21]);
  });
});
