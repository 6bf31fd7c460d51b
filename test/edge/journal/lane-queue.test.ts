import { expect, it } from 'vitest';
import { type LaneQueueOptions, laneQueue } from '../../../edge/journal/lane-queue.ts';
import type { Write } from '../../../edge/journal/store.ts';
import { wallTime } from '../../../sdk/model/time.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const entry = (seq: number, size = 0): Write => ({
  kind: 'entry',
  entry: { seq, at: wallTime(seq * 1_000), body: new Uint8Array(size) },
});
const shown = (writes: readonly Write[]) => writes.map((w) => (w.kind === 'entry' ? w.entry.seq : w));

function setUp(more: Pick<LaneQueueOptions, 'limit' | 'whenFull'> = { limit: 100, whenFull: 'refuse' }) {
  const clock = fakeClock();
  const batches: unknown[][] = [];
  const troubles: (string | undefined)[] = [];
  let failure: string | undefined;
  let gate: Promise<void> | undefined;
  const queue = laneQueue({
    ...more,
    batchBytes: 1_000,
    clock,
    store: async (writes) => {
      await gate;
      if (failure !== undefined) throw new Error(failure);
      batches.push(shown(writes));
    },
    onTrouble: (why) => troubles.push(why),
    onStall: (why) => troubles.push(why ?? 'answers'),
  });
  return {
    clock,
    batches,
    troubles,
    queue,
    /** The disk says nothing until the returned function is called. */
    hang: (): (() => void) => {
      let open = (): void => undefined;
      gate = new Promise((done) => (open = done));
      return open;
    },
    fail: (why: string | undefined) => {
      failure = why;
    },
  };
}

it('writes of one turn share one commit, so that a burst of alarms costs one sync', async () => {
  const { queue, batches } = setUp();
  await Promise.all([1, 2, 3].map((n) => queue.push(entry(n))));
  expect(batches).toEqual([[1, 2, 3]]);
});

it('a disk that says nothing for 30 s is trouble, until it answers, whatever it says then', async () => {
  const { queue, clock, troubles, hang, fail } = setUp();
  const answer = hang();
  const stored = queue.push(entry(1));
  await clock.advance(29_999);
  expect(troubles).toEqual([]);
  await clock.advance(1);
  expect(troubles).toEqual([expect.stringContaining('30 s')]);
  fail('full');
  answer();
  await clock.advance(0);
  expect(troubles.slice(1)).toEqual(['answers', 'full']);
  fail(undefined);
  await clock.advance(1_000);
  await stored;
  await clock.advance(60_000);
  expect(troubles.slice(3)).toEqual([undefined]);
});

it('a batch is no larger than the room for it, or a backlog could never be stored', async () => {
  const { queue, batches } = setUp();
  await Promise.all([400, 600, 1, 2_000, 1].map((size, i) => queue.push(entry(i + 1, size))));
  expect(batches).toEqual([[1, 2], [3], [4], [5]]);
});

it('a refusing disk delays a write until the next second that it works, in order', async () => {
  const { queue, batches, clock, troubles, fail } = setUp();
  fail('disk full');
  const first = queue.push(entry(1));
  await clock.advance(2_500);
  const second = queue.push(entry(2));
  await clock.advance(0);
  expect(batches).toEqual([]);
  expect(queue.waiting()).toBe(2);
  fail(undefined);
  await clock.advance(1_000);
  await Promise.all([first, second]);
  expect(batches).toEqual([[1, 2]]);
  expect(troubles.at(0)).toBe('disk full');
  expect(troubles.at(-1)).toBeUndefined();
});

it('alarms beyond the limit are refused: none of those accepted is given up', async () => {
  const { queue, clock, fail, batches } = setUp({ limit: 2, whenFull: 'refuse' });
  fail('disk full');
  const accepted = [queue.push(entry(1)), queue.push(entry(2))];
  await clock.advance(0);
  expect(queue.isFull()).toBe(true);
  await expect(queue.push(entry(3))).rejects.toMatchObject({ code: 'OVERLOADED' });
  fail(undefined);
  await clock.advance(1_000);
  await Promise.all(accepted);
  expect(batches).toEqual([[1, 2]]);
});

it('telemetry beyond the limit replaces the oldest, which is told and counted', async () => {
  const { queue, clock, fail, batches } = setUp({ limit: 2, whenFull: 'drop-oldest' });
  fail('disk full');
  const outcomes = [1, 2, 3, 4].map((n) =>
    queue.push(entry(n)).then(
      () => 'stored',
      (e: unknown) => e,
    ),
  );
  await clock.advance(0);
  expect(queue.dropped()).toBe(2);
  fail(undefined);
  await clock.advance(1_000);
  const results = await Promise.all(outcomes);
  expect(results.slice(0, 2)).toMatchObject([{ code: 'OVERLOADED' }, { code: 'OVERLOADED' }]);
  expect(results.slice(2)).toEqual(['stored', 'stored']);
  expect(batches.flat()).toEqual([{ kind: 'dropped', first: 1, last: 2, from: 1_000, to: 2_000 }, 3, 4]);
  expect(queue.dropped()).toBe(0);
});

it('closing tells the waiting that the disk refused them, rather than leaving them for ever', async () => {
  const { queue, fail } = setUp();
  fail('disk full');
  const lost = expect(queue.push(entry(1))).rejects.toMatchObject({ code: 'JOURNAL' });
  await queue.close();
  await lost;
});
