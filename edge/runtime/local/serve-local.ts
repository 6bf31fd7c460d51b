import { chmod, lstat, unlink } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { describeError, FengsuiError } from '../../../sdk/model/errors.ts';
import { seconds } from '../../../sdk/model/time.ts';
import { type Fields, fieldsOf } from '../../../sdk/wire/parse.ts';
import type { Data } from '../../../sdk/wire/request.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import { type LocalQuery, localQueries, localSocket, longestRequest } from './local-socket.ts';

/** What can be asked, and how it is answered. */
export type LocalAnswers = Readonly<Record<LocalQuery, (params: Fields) => Data | Promise<Data>>>;

/** Owner and group may ask. */
const mode = 0o660;
const mostConnections = 8;
/** From connecting to having taken the answer. */
const within = seconds(5);

/**
 * Answers programs on this host. What is asked is bounded in length, time and number, so that no visitor can hurt the
 * gateway; and where the socket cannot be had, the gateway goes on without.
 *
 * Call it only while holding the journal of this folder: a socket that is there already is then a dead gateway's.
 */
export async function serveLocal(
  journalFolder: string,
  answers: LocalAnswers,
  ctx: { readonly clock: Clock; readonly log: Log },
): Promise<AsyncDisposable> {
  const visitors = new Set<Socket>();
  const server = createServer((socket) => {
    visitors.add(socket);
    const late = ctx.clock.after(within, () => socket.destroy());
    socket.once('close', () => {
      late();
      visitors.delete(socket);
    });
    serve(socket, answers);
  });
  server.maxConnections = mostConnections;
  try {
    const path = localSocket(journalFolder);
    await removeStale(path);
    await listen(server, path);
    await chmod(path, mode);
  } catch (e) {
    ctx.log.warn('local.unavailable', { why: describeError(e) });
  }
  server.on('error', (e) => ctx.log.warn('local.failed', { why: describeError(e) }));
  return {
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      const closed = new Promise<void>((done) => server.close(() => done()));
      for (const socket of visitors) socket.destroy();
      await closed;
    },
  };
}

/** Reads one line and answers it; what follows is thrown away. */
function serve(socket: Socket, answers: LocalAnswers): void {
  let received = Buffer.alloc(0);
  const reply = (data: Data): void => {
    socket
      .off('data', read)
      .resume()
      .end(`${JSON.stringify(data)}\n`);
  };
  const read = (bytes: Buffer): void => {
    received = Buffer.concat([received, bytes.subarray(0, longestRequest + 1)]);
    const end = received.indexOf('\n');
    if (end >= 0 && end <= longestRequest) {
      socket.off('data', read).resume();
      void answer(received.toString('utf8', 0, end), answers).then(reply);
    } else if (received.length > longestRequest) reply(refusal(`a request has at most ${longestRequest} bytes`));
  };
  socket.on('error', () => socket.destroy()); // a visitor who leaves early is no failure of ours
  socket.on('data', read);
}

async function answer(line: string, answers: LocalAnswers): Promise<Data> {
  try {
    const request = fieldsOf(JSON.parse(line), 'request');
    const asked = request.text('query');
    const query = localQueries.find((known) => known === asked);
    if (query === undefined)
      return refusal(`there is no query ${JSON.stringify(asked)}; there are ${localQueries.join(', ')}`);
    const params = fieldsOf(request.has('params') ? request.raw('params') : {}, 'params');
    return { [query]: await answers[query](params) };
  } catch (e) {
    return refusal(describeError(e), FengsuiError.is(e) ? e.code : undefined);
  }
}

const refusal = (why: string, code?: string): Data => ({ error: why, ...(code !== undefined && { code }) });

const listen = (server: Server, path: string): Promise<void> =>
  new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(path, () => {
      server.off('error', fail);
      done();
    });
  });

/** Nothing but a socket is removed. */
async function removeStale(path: string): Promise<void> {
  const found = await lstat(path).catch((e: unknown) => {
    if (e instanceof Error && 'code' in e && e.code === 'ENOENT') return undefined;
    throw e;
  });
  if (found?.isSocket()) await unlink(path);
  else if (found)
    throw new FengsuiError('CONFLICT', `${path} is there already and is no socket; move it away and start again`);
}
