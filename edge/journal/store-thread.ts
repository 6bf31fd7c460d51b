import { Worker } from 'node:worker_threads';
import { describeError, FengsuiError } from '../../sdk/model/errors.ts';
import type { Millis } from '../../sdk/model/time.ts';
import type { Clock } from '../platform/clock.ts';
import { largestOf, longestStep, newSteps, type Steps, watchSteps } from './opening.ts';
import {
  fileNames,
  type Opened,
  type Reply,
  type StoreOptions,
  type StoreStatus,
  type ThreadOptions,
} from './store.ts';

/**
 * Small heaps: the thread holds statements and the batch under way. The young generation decides what it adds to the
 * memory of the process; bodies live outside of both.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 64 };

/** A thread that has opened the files. */
export type Started = {
  readonly worker: Worker;
  readonly opened: Opened;
  readonly status: StoreStatus;
  /** Not an event: the thread may end with the message that it has opened the files, before anybody can listen. */
  readonly ended: Promise<void>;
  /** What it died of, once it did. */
  readonly death: () => string | undefined;
};

/** At most once for each file that can be set aside. */
const mostStarts = 3;

/** Damage that shows while the files are opened ends the first thread; the next one sets the file aside. */
export async function startAnew(options: StartOptions): Promise<Started> {
  for (let starts = 1; ; starts++) {
    try {
      return await startThread(options, 'first');
    } catch (e) {
      if (starts === mostStarts || !FengsuiError.is(e) || e.details['isDamage'] !== true) throw e;
    }
  }
}

type StartOptions = StoreOptions & {
  readonly worker: URL;
  readonly clock: Clock;
  /** What is wrong with the history; undefined when nothing is. */
  readonly onHistory: (why: string | undefined) => void;
};

/**
 * A thread that stands still while it opens the files is ended. One that hangs in the kernel cannot be: nobody waits for
 * the first, without which there is no gateway; another is not started beside it, and the journal stays degraded.
 */
export function startThread(
  options: StartOptions,
  which: 'first' | 'again',
  begun: (worker: Worker) => void = () => undefined,
): Promise<Started> {
  const { directory, maxBytes, maxDays, newId, history, fsync, clock } = options;
  const steps = newSteps();
  const workerData: ThreadOptions = { directory, maxBytes, maxDays, newId, history, ...(fsync && { fsync }), steps };
  const worker = new Worker(options.worker, { workerData, resourceLimits, name: 'journal' });
  begun(worker);
  let death: string | undefined;
  let refusal: FengsuiError | undefined;
  worker.on('error', (e) => {
    death = describeError(e);
  });
  const ended = new Promise<void>((done) => worker.once('exit', () => done()));
  return new Promise((done, fail) => {
    const unwatch = watchOpening(directory, steps, clock, (why) => {
      refusal ??= why;
      void worker.terminate();
      if (which === 'first') fail(refusal);
    });
    const heard = (reply: Reply): void => {
      if (reply.kind === 'opened') {
        unwatch();
        done({ worker, opened: reply.opened, status: reply.status, ended, death: () => death });
      } else if (reply.kind === 'unopened') {
        const { why, isHopeless, isDamage } = reply;
        refusal = new FengsuiError(isHopeless ? 'DRIVER_MISSING' : 'JOURNAL', why, { details: { isDamage } });
      } else if (reply.kind === 'history-trouble') return options.onHistory(reply.why); // it may write as it is opened
      worker.off('message', heard);
    };
    worker.on('message', heard);
    // Not before: the locks on the files go with the thread.
    void ended.then(() => {
      unwatch();
      fail(
        refusal ?? new FengsuiError('JOURNAL', `the journal thread could not start: ${death ?? 'it ended by itself'}`),
      );
    });
  });
}

function watchOpening(directory: string, steps: Steps, clock: Clock, stuck: (why: FengsuiError) => void): () => void {
  let bytes = 0;
  void largestOf(directory, Object.values(fileNames)).then((most) => {
    bytes = most;
  });
  const within = (): Millis => longestStep(bytes);
  return watchSteps(steps, { clock, within }, () => stuck(stoodStill(directory, within())));
}

const stoodStill = (directory: string, within: Millis): FengsuiError =>
  new FengsuiError(
    'JOURNAL',
    `the journal in ${directory} could not be opened: its thread has made no step for ${Math.round(within / 60_000)} minutes. Does the disk still answer? See dmesg; replace the card if it does not`,
    { details: { directory } },
  );
