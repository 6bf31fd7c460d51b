import { parentPort, workerData } from 'node:worker_threads';
import { describeError, FengsuiError } from '../../sdk/model/errors.ts';
import { loadSqlite } from '../../sdk/sqlite/driver.ts';
import { isDamage } from '../../sdk/sqlite/errors.ts';
import { counted } from './opening.ts';
import { openSqliteStore } from './sqlite-store.ts';
import type { Call, Reply, Request, Store, ThreadOptions } from './store.ts';

/** Thread entry: runs the store, so that a disk that stalls holds up nothing but the journal. */
const port = parentPort;
if (!port) throw new FengsuiError('JOURNAL', 'journal-worker is a thread of the gateway: start it through openJournal');
const reply = (message: Reply, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

const { steps, ...options }: ThreadOptions = workerData; // typed `any`: written by store-client.ts of the same build
try {
  const store = openSqliteStore(counted(await loadSqlite(), steps), options, {
    onTrouble: (why) => reply({ kind: 'history-trouble', why }),
    onDamage: (e) => queueMicrotask(() => rethrow(e)),
  });
  reply({ kind: 'opened', opened: store.opened, status: store.status() });
  port.on('message', (request: Request) => void answer(store, request));
} catch (e) {
  reply({
    kind: 'unopened',
    why: describeError(e),
    isHopeless: FengsuiError.is(e, 'DRIVER_MISSING'),
    isDamage: isDamage(e),
  });
  port.close();
}

async function answer(store: Store, { number, call }: Request): Promise<void> {
  try {
    await perform(store, number, call);
  } catch (e) {
    // A damaged file cannot be mended under way: this thread ends, and the next one sets the file aside as it opens.
    if (isDamage(e)) queueMicrotask(() => rethrow(e));
    else reply({ kind: 'failed', number, why: describeError(e) });
  }
}

async function perform(store: Store, number: number, call: Call): Promise<void> {
  switch (call.do) {
    case 'write':
      await store.write(call.lane, call.writes);
      return reply({ kind: 'done', number, status: store.status() });
    case 'read': {
      const entries = store.read(call.lane, call.after, call.limit, call.reader);
      const buffers = entries.flatMap(({ body }) => (body.buffer instanceof ArrayBuffer ? [body.buffer] : []));
      return reply({ kind: 'entries', number, entries, status: store.status() }, buffers);
    }
    case 'history':
      return reply({ kind: 'history', number, page: await store.history(call.query), status: store.status() });
    case 'kept':
      return reply({ kind: 'kept', number, kept: store.kept(call.prefix), status: store.status() });
    case 'close': {
      const status = store.status();
      store.close();
      reply({ kind: 'done', number, status });
      return port?.close();
    }
  }
}

function rethrow(e: unknown): never {
  throw e;
}
