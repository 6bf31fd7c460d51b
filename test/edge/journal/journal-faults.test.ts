import { rmSync, statSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import type { Journal } from '../../../edge/journal/journal.ts';
import { openJournal } from '../../../edge/journal/open-journal.ts';
import { wallTime } from '../../../sdk/model/time.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { journalDirectory, journalWorker } from '../../support/journal-directory.ts';
import { until } from '../../support/until.ts';

const append = (journal: Journal, lane: 'alarm' | 'telemetry' = 'alarm', keep?: Parameters<Journal['append']>[3]) =>
  journal.append(lane, wallTime(1), (seq) => Uint8Array.of(seq), keep);

/**
 * A directory whose journal thread obeys files: `full` makes writes fail, `die-before` and `die-after` end it at a write,
 * `die-opened` as soon as it has said that it is open; with `dead` it cannot open, with `asleep` it never does, with `mute` it answers no question, with `stalled` no write.
 */
function faulty() {
  const clock = fakeClock();
  const directory = journalDirectory(clock);
  const script = directory.file('worker.mjs');
  writeFileSync(
    script,
    `import { appendFileSync, existsSync, rmSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
const has = (name) => existsSync(new URL(name, import.meta.url));
const dieIf = (name) => {
  if (!has(name)) return;
  rmSync(new URL(name, import.meta.url));
  process.exit(1);
};
if (has('dead')) process.exit(1);
if (has('asleep')) {
  setInterval(() => appendFileSync(new URL('beats', import.meta.url), '.'), 10);
  await new Promise(() => undefined);
}
const post = parentPort.postMessage.bind(parentPort);
const writes = new Set();
parentPort.postMessage = (reply, transfer) => {
  if (writes.has(reply.number)) dieIf('die-after');
  post(reply, transfer);
  if (reply.kind === 'opened') dieIf('die-opened');
};
const on = parentPort.on.bind(parentPort);
parentPort.on = (event, listener) =>
  on(event, (request) => {
    if (request.call?.do === 'kept' && has('die-asked')) process.exit(1);
    if (request.call?.do === 'kept' && has('mute')) return;
    if (request.call?.do === 'write' && has('stalled')) return;
    if (request.call?.do === 'write') {
      dieIf('die-before');
      writes.add(request.number);
      if (has('full')) return post({ kind: 'failed', number: request.number, why: 'disk full: ENOSPC' });
    }
    listener(request);
  });
await import(${JSON.stringify(journalWorker.href)});
`,
  );
  return {
    clock,
    log: directory.log,
    open: () => openJournal({ ...directory.options, worker: pathToFileURL(script) }),
    order: (name: string): void => writeFileSync(directory.file(name), ''),
    cancel: (name: string): void => rmSync(directory.file(name)),
    beats: (): number => statSync(directory.file('beats'), { throwIfNoEntry: false })?.size ?? 0,
    [Symbol.asyncDispose]: directory[Symbol.asyncDispose],
  };
}

it('a full disk delays appends and says so; they are stored in order when there is room', async () => {
  await using trial = faulty();
  await using journal = await trial.open();
  trial.order('full');
  const appended = Promise.all([append(journal), append(journal), append(journal, 'telemetry')]);
  await trial.log.heard('journal.degraded');
  expect(journal.status()).toMatchObject({ degraded: 'disk full: ENOSPC', waiting: 3 });
  expect(await journal.read('alarm', 0, 9)).toEqual([]); // nobody hears of what is not on disk
  trial.cancel('full');
  await trial.clock.advance(1_000);
  expect(await appended).toEqual([1, 2, 1]);
  expect((await journal.read('alarm', 0, 9)).map((e) => e.seq)).toEqual([1, 2]);
  expect(journal.status()).toMatchObject({ waiting: 0 });
  expect(journal.status().degraded).toBeUndefined();
  expect(trial.log.lines.at(-1)).toBe('journal.recovered');
});

it.each(['die-before', 'die-after'])(
  'a thread that dies (%s the commit) is replaced, and each entry is stored once',
  async (order) => {
    await using trial = faulty();
    await using journal = await trial.open();
    await append(journal);
    trial.order(order);
    const appended = Promise.all([append(journal), append(journal), append(journal, 'telemetry')]);
    await trial.log.heard('journal.degraded');
    expect(journal.status().degraded).toBeDefined();
    const read = journal.read('alarm', 0, 9); // asked while there is no thread
    await trial.clock.advance(1_000);
    expect(await appended).toEqual([2, 3, 1]);
    expect((await read).length).toBeGreaterThan(0);
    expect((await journal.read('alarm', 0, 9)).map((e) => [e.seq, ...e.body])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect(journal.status().degraded).toBeUndefined();
  },
);

it('a thread that dies as soon as it is open is replaced, too', async () => {
  await using trial = faulty();
  trial.order('die-opened');
  await using journal = await trial.open();
  const appended = append(journal);
  await trial.log.heard('journal.degraded');
  await trial.clock.advance(1_000);
  expect(await appended).toBe(1);
});

it('a kept value that came with telemetry is there after the thread died', async () => {
  await using trial = faulty();
  await using journal = await trial.open();
  trial.order('die-after');
  const appended = append(journal, 'telemetry', { key: 'table', value: Uint8Array.of(9) });
  await trial.log.heard('journal.degraded');
  await trial.clock.advance(1_000);
  await appended;
  expect((await journal.kept('')).get('table')).toEqual(Uint8Array.of(9));
});

it('a question that kills every thread is given up, and alarms go on', async () => {
  await using trial = faulty();
  await using journal = await trial.open();
  trial.order('die-asked');
  const question = expect(journal.kept('')).rejects.toMatchObject({ code: 'JOURNAL' });
  await trial.log.heard('journal.degraded');
  const appended = append(journal);
  await trial.clock.advance(1_000);
  // Two restarts, each a second of injected time after a death that comes in its own time; slow enough that no start is taken for stuck.
  await until(
    'the alarm is stored',
    async () => (await Promise.race([appended, trial.clock.advance(100)])) !== undefined,
    15_000,
  );
  expect(await appended).toBe(1);
  await question;
});

it('questions do not wait for a disk that cannot be opened any more; alarms do', async () => {
  await using trial = faulty();
  await using journal = await trial.open();
  trial.order('dead');
  trial.order('die-asked');
  const question = journal.kept('').catch((e: unknown) => e);
  await trial.log.heard('journal.degraded');
  const appended = append(journal);
  let answer: unknown;
  await until('a start has failed', async () => {
    answer = await Promise.race([question, trial.clock.advance(100)]);
    return answer !== undefined;
  });
  expect(answer).toMatchObject({ code: 'JOURNAL' });
  await expect(journal.read('alarm', 0, 9)).rejects.toMatchObject({ code: 'JOURNAL' });
  trial.cancel('die-asked');
  trial.cancel('dead');
  await until(
    'the alarm is stored',
    async () => (await Promise.race([appended, trial.clock.advance(100)])) !== undefined,
    15_000,
  );
  expect((await journal.read('alarm', 0, 9)).length).toBe(1);
});

it('a disk that answers nothing costs a bounded memory, however much it is asked', async () => {
  await using trial = faulty();
  await using journal = await trial.open();
  trial.order('mute');
  const asked = Array.from({ length: 256 }, () => journal.kept('').catch((e: unknown) => e));
  await expect(journal.kept('')).rejects.toMatchObject({ message: expect.stringContaining('256 questions') });
  expect(await append(journal)).toBe(1);
  await journal[Symbol.asyncDispose]();
  for (const answer of asked) expect(await answer).toMatchObject({ code: 'JOURNAL' });
});

it('closing with a full disk ends, and tells which appends did not reach it', async () => {
  await using trial = faulty();
  const journal = await trial.open();
  trial.order('full');
  const lost = expect(append(journal)).rejects.toMatchObject({ code: 'JOURNAL' });
  await journal[Symbol.asyncDispose]();
  await lost;
});

it('a thread that does not answer a write is told after 30 s, as that and not as a disk that fails', async () => {
  await using trial = faulty();
  await using journal = await trial.open();
  trial.order('stalled');
  const lost = append(journal).catch((e: unknown) => e);
  await trial.clock.advance(29_999);
  expect(journal.status().degraded).toBeUndefined();
  await trial.clock.advance(1);
  expect(journal.status()).toMatchObject({ degraded: expect.stringContaining('30 s'), isStalled: true });
  const closed = journal[Symbol.asyncDispose]();
  await trial.clock.advance(70_000);
  await closed;
  expect(await lost).toMatchObject({ code: 'JOURNAL' });
});

it.each(['stalled', 'dead'])('closing over a thread that is %s ends after a minute', async (how) => {
  await using trial = faulty();
  const journal = await trial.open();
  trial.order(how);
  if (how === 'dead') trial.order('die-before');
  const lost = append(journal).catch((e: unknown) => e);
  if (how === 'dead') await trial.log.heard('journal.degraded');
  const closed = journal[Symbol.asyncDispose]();
  await trial.clock.advance(59_000);
  expect(await Promise.race([closed.then(() => 'closed'), trial.clock.advance(0)])).toBe(undefined);
  await trial.clock.advance(11_000);
  await closed;
  expect(await lost).toMatchObject({ code: 'JOURNAL' });
});

it('a thread that is still opening the files when the journal is closed is ended, too', async () => {
  await using trial = faulty();
  const journal = await trial.open();
  trial.order('asleep');
  trial.order('die-asked');
  const question = journal.kept('').catch((e: unknown) => e);
  await trial.log.heard('journal.degraded');
  await until('another thread opens the files', async () => {
    await trial.clock.advance(100);
    return trial.beats() > 0;
  });
  await journal[Symbol.asyncDispose]();
  expect(await question).toMatchObject({ code: 'JOURNAL' });
  let before = -1;
  await until('it is gone', async () => {
    const [last, now] = [before, trial.beats()];
    before = now;
    await new Promise((done) => setTimeout(done, 100));
    return last === now;
  });
});

it('a telemetry acknowledgement reaches the disk with the next entry, or after 30 s: it costs no commit of its own', async () => {
  await using trial = faulty();
  const journal = await trial.open();
  await append(journal, 'telemetry');
  trial.order('full');
  await journal.acknowledge('platform', 'telemetry', 1); // needs no disk
  expect(await journal.cursor('platform', 'telemetry')).toBe(1);
  expect(journal.status().degraded).toBeUndefined();
  trial.cancel('full');
  await journal[Symbol.asyncDispose]();
  await using again = await trial.open();
  expect(await again.cursor('platform', 'telemetry')).toBe(1);
});
