import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openJournal } from '../../../edge/journal/open-journal.ts';
import { counted, largestOf, longestStep, newSteps, watchSteps } from '../../../edge/journal/opening.ts';
import { loadSqlite } from '../../../sdk/sqlite/driver.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { journalDirectory } from '../../support/journal-directory.ts';
import { until } from '../../support/until.ts';

const minute = 60_000;

/** A journal whose thread runs this script before it opens the files, or in place of that. */
function opening(script: string, prepare: (folder: string) => void = () => undefined) {
  const clock = fakeClock();
  const directory = journalDirectory(clock);
  prepare(directory.directory);
  const worker = directory.file('worker.mjs');
  writeFileSync(worker, script);
  const opened = openJournal({ ...directory.options, worker: pathToFileURL(worker) });
  opened.catch(() => undefined); // looked at later
  return { clock, directory, opened };
}

const isSettled = async (work: Promise<unknown>): Promise<boolean> => {
  const pending = Symbol();
  const first = await Promise.race([work.catch(() => undefined), new Promise((done) => setImmediate(done, pending))]);
  return first !== pending;
};

describe('a thread that makes no step while it opens the files', () => {
  it('is ended, and the reason told, after ten minutes and not before', async () => {
    const { clock, directory, opened } = opening('for (;;);');
    await using _ = directory;
    await clock.advance(10 * minute - 1);
    expect(await isSettled(opened)).toBe(false);
    await clock.advance(1);
    await expect(opened).rejects.toMatchObject({ code: 'JOURNAL', message: expect.stringContaining('10 minutes') });
  });

  it('keeps nobody waiting although it hangs in the kernel and cannot be ended', async () => {
    const { clock, directory, opened } = opening(
      `import { openSync, writeFileSync } from 'node:fs';
       import { workerData } from 'node:worker_threads';
       writeFileSync(workerData.directory + '/hangs', '');
       openSync(workerData.directory + '/pipe', 'r');`,
      (folder) => execFileSync('sh', ['-c', 'mkfifo "$0"', `${folder}/pipe`]),
    );
    await using _ = directory;
    await until('the thread hangs', () => existsSync(directory.file('hangs')));
    await clock.advance(10 * minute);
    await expect(opened).rejects.toMatchObject({ code: 'JOURNAL', message: expect.stringContaining('no step') });
    closeSync(openSync(directory.file('pipe'), 'r+')); // now it can be
  });

  it('has more time where there is a large file to copy', async () => {
    await using directory = journalDirectory();
    writeFileSync(directory.file('a'), new Uint8Array(5));
    writeFileSync(directory.file('b'), new Uint8Array(7));
    expect(await largestOf(directory.directory, ['a', 'b', 'not-there'])).toBe(7);
    expect(longestStep(0)).toBe(10 * minute);
    expect(longestStep(512e6)).toBe(10 * minute + 512_000);
  });
});

it('each statement is a step', async () => {
  const steps = newSteps();
  const db = counted(await loadSqlite(), steps)(`file:${encodeURIComponent('')}?mode=memory`);
  db.exec('CREATE TABLE t(x INTEGER)');
  const insert = db.prepare('INSERT INTO t VALUES(?)');
  expect(insert.run(3).changes).toBe(1);
  expect(db.prepare('SELECT x FROM t').get()).toEqual({ x: 3 });
  expect(db.prepare('SELECT x FROM t').all().length).toBe(1);
  expect(Atomics.load(steps, 0)).toBe(4);
  db.close();
});

it('whoever makes steps is not stuck, however long it takes; who is told to be open is not watched any more', async () => {
  const clock = fakeClock();
  const steps = newSteps();
  let stuck = 0;
  const unwatch = watchSteps(steps, { clock, within: () => longestStep(0) }, () => stuck++);
  for (let n = 0; n < 20; n++) {
    await clock.advance(9 * minute);
    Atomics.add(steps, 0, 1);
  }
  expect(stuck).toBe(0);
  unwatch();
  await clock.advance(60 * minute);
  expect(stuck).toBe(0);
});
