import type { Worker } from 'node:worker_threads';
import { describeError, FengsuiError } from '../../sdk/model/errors.ts';
import { seconds } from '../../sdk/model/time.ts';
import type { Clock } from '../platform/clock.ts';
import type { Call, Opened, Reply, Request, StoreOptions, StoreStatus } from './store.ts';
import { type Started, startAnew, startThread } from './store-thread.ts';

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
      const started = await startThread({ ...options, newId: first.opened.id }, 'again', (worker) => {
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
