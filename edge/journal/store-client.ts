import { Worker } from 'node:worker_threads';
import { describeError, FengsuiError } from '../../sdk/model/errors.ts';
import { type Millis, seconds } from '../../sdk/model/time.ts';
import type { Clock } from '../platform/clock.ts';
import { largestOf, longestStep, newSteps, watchSteps } from './opening.ts';
import {
  type Call,
  fileNames,
  type Opened,
  type Reply,
  type Request,
  type StoreOptions,
  type StoreStatus,
  type ThreadOptions,
} from './store.ts';

export type StoreClientOptions = StoreOptions & {
  readonly worker: URL;
  readonly clock: Clock;
  /** The thread ended unexpectedly or could not open the files; another is started. */
  readonly onDown: (why: string) => void;
  /** A thread has opened the files again. */
  readonly onUp: (opened: Opened) => void;
  /** What is wrong with the history; undefined when nothing is. */
  readonly onHistory: (why: string | undefined) => void;
};

export type StoreClient = {
  readonly opened: Opened;
  status(): StoreStatus;
  /**
   * Sent again, with the same content, to the next thread if one dies before it answers. A write waits for a thread for
   * ever; a question only while there may be one soon. @throws FengsuiError JOURNAL
   */
  call(call: Call): Promise<Reply>;
  /** Closes the files and ends the thread; the thread is ended in any case. */
  close(): Promise<void>;
};

const restartAfter = seconds(1);
/** Questions that may wait for an answer. */
const mostQuestions = 256;
const closeWithin = seconds(10);

/**
 * Small heaps: the thread holds statements and the batch under way. The young generation decides what it adds to the
 * memory of the process; bodies live outside of both.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 64 };

type Pending = {
  readonly request: Request;
  /** It was under way when a thread died. */
  wasLost: boolean;
  readonly done: (reply: Reply) => void;
  readonly fail: (e: unknown) => void;
};

/**
 * The store in its own thread. Replaces a thread that dies.
 * @throws FengsuiError JOURNAL, DRIVER_MISSING when the first thread cannot open the files.
 */
export async function openStoreClient(options: StoreClientOptions): Promise<StoreClient> {
  const pending = new Map<number, Pending>();
  let counter = 0;
  let closing = false;
  let cancelRestart: (() => void) | undefined;
  let up: Started | undefined;
  /** Opens the files, or tries to. */
  let starting: Worker | undefined;
  let status: StoreStatus | undefined;
  /** Why the last thread could not open the files, until one can. */
  let unopened: string | undefined;

  const receive = (reply: Reply): void => {
    if (reply.kind === 'opened' || reply.kind === 'unopened') return;
    if (reply.kind === 'history-trouble') return options.onHistory(reply.why);
    const waiting = pending.get(reply.number);
    pending.delete(reply.number);
    if (reply.kind === 'failed') return waiting?.fail(new FengsuiError('JOURNAL', reply.why));
    status = reply.status;
    waiting?.done(reply);
  };
  const watch = (started: Started): void => {
    up = started;
    unopened = undefined;
    status = started.status;
    started.worker.on('message', receive);
    const gone = (): void => {
      up = undefined;
      if (!closing) down(started.death() ?? 'it ended by itself');
    };
    void started.ended.then(gone);
    for (const waiting of pending.values()) resend(waiting, started.worker);
  };
  /** A question that kills each thread must not keep alarms from the disk. Writes are never given up. */
  const resend = (waiting: Pending, worker: Worker): void => {
    const { number, call } = waiting.request;
    if (call.do === 'write' || !waiting.wasLost) worker.postMessage(waiting.request, []);
    else {
      pending.delete(number);
      waiting.fail(
        new FengsuiError('JOURNAL', 'the journal thread ended twice over this question: the files may be damaged'),
      );
    }
    waiting.wasLost = true;
  };
  const down = (why: string): void => {
    options.onDown(why);
    cancelRestart = options.clock.after(restartAfter, () => void restart());
  };
  const restart = async (): Promise<void> => {
    try {
      const started = await start({ ...options, newId: first.opened.id }, 'again', (worker) => {
        starting = worker;
      });
      starting = undefined;
      if (closing) return void (await started.worker.terminate());
      watch(started);
      options.onUp(started.opened);
    } catch (e) {
      if (closing) return;
      unopened = describeError(e);
      for (const [number, { request, fail }] of pending) {
        if (!isQuestion(request.call)) continue;
        pending.delete(number);
        fail(new FengsuiError('JOURNAL', unopened));
      }
      down(unopened);
    }
  };
  const refusal = (): string | undefined =>
    unopened ?? (pending.size >= mostQuestions ? `${mostQuestions} questions wait for the disk already` : undefined);
  const call = (call: Call): Promise<Reply> =>
    new Promise((done, fail) => {
      const why = isQuestion(call) ? refusal() : undefined;
      if (why !== undefined) return fail(new FengsuiError('JOURNAL', why));
      counter += 1;
      const request = { number: counter, call };
      pending.set(counter, { request, wasLost: false, done, fail });
      up?.worker.postMessage(request, []);
    });

  const first = await startAnew(options);
  watch(first);
  return {
    opened: first.opened,
    status: () => status ?? first.status,
    call,
    async close() {
      closing = true;
      cancelRestart?.();
      if (up) await closeThread(up, call, options.clock);
      void starting?.terminate();
      for (const { fail } of pending.values()) fail(new FengsuiError('JOURNAL', 'the journal was closed meanwhile'));
      pending.clear();
    },
  };
}

/** It changes nothing, and somebody waits for the answer. */
const isQuestion = ({ do: what }: Call): boolean => what !== 'write' && what !== 'close';

type Started = {
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
async function startAnew(options: StartOptions): Promise<Started> {
  for (let starts = 1; ; starts++) {
    try {
      return await start(options, 'first');
    } catch (e) {
      if (starts === mostStarts || !FengsuiError.is(e) || e.details['isDamage'] !== true) throw e;
    }
  }
}

type StartOptions = StoreOptions & Pick<StoreClientOptions, 'worker' | 'clock' | 'onHistory'>;

/**
 * A thread that stands still while it opens the files is ended. One that hangs in the kernel cannot be: nobody waits for
 * the first, without which there is no gateway; another is not started beside it, and the journal stays degraded.
 */
function start(
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
    let bytes = 0;
    void largestOf(directory, Object.values(fileNames)).then((most) => {
      bytes = most;
    });
    const within = (): Millis => longestStep(bytes);
    const unwatch = watchSteps(steps, { clock, within }, () => {
      refusal = stoodStill(directory, within());
      void worker.terminate();
      if (which === 'first') fail(refusal);
    });
    const heard = (reply: Reply): void => {
      if (reply.kind !== 'history-trouble') unwatch();
      if (reply.kind === 'opened')
        done({ worker, opened: reply.opened, status: reply.status, ended, death: () => death });
      else if (reply.kind === 'unopened') {
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

const stoodStill = (directory: string, within: Millis): FengsuiError =>
  new FengsuiError(
    'JOURNAL',
    `the journal in ${directory} could not be opened: its thread has made no step for ${Math.round(within / 60_000)} minutes. Does the disk still answer? See dmesg; replace the card if it does not`,
    { details: { directory } },
  );

/** Waits for the end of the thread, not only for its answer: the locks on the files go with it. */
async function closeThread(
  { worker, ended }: Started,
  call: (call: Call) => Promise<Reply>,
  clock: Clock,
): Promise<void> {
  const cancel = clock.after(closeWithin, () => void worker.terminate());
  const answered = call({ do: 'close' }).catch(() => worker.terminate());
  await ended;
  cancel();
  void answered;
}
