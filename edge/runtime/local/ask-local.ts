import { connect } from 'node:net';
import { FengsuiError, isErrorCode } from '../../../sdk/model/errors.ts';
import { seconds } from '../../../sdk/model/time.ts';
import { fieldsOf } from '../../../sdk/wire/parse.ts';
import type { Clock } from '../../platform/clock.ts';
import { withDeadline } from '../../platform/deadline.ts';
import { type LocalQuery, type LocalRequest, localSocket, longestRequest } from './local-socket.ts';

const within = seconds(5);
/** Some 60,000 units; more is not from a gateway. */
const longestAnswer = 16 * 1_048_576;

/**
 * Asks the gateway that runs on this host with its journal in this folder. The answer is unchecked.
 * @throws FengsuiError UNAVAILABLE (none runs there), FORBIDDEN (not for this user), TIMEOUT, PROTOCOL, CONFIG, INVALID,
 * and what the gateway refused with
 */
export async function askLocal(
  journalFolder: string,
  query: LocalQuery,
  ctx: { readonly clock: Clock; readonly signal: AbortSignal; readonly params?: LocalRequest['params'] },
): Promise<unknown> {
  const path = localSocket(journalFolder);
  const request: LocalRequest = { query, ...(ctx.params && { params: ctx.params }) };
  const text = JSON.stringify(request);
  if (Buffer.byteLength(text) > longestRequest)
    throw new FengsuiError(
      'INVALID',
      `too much is asked at once: name fewer points, so that it fits ${longestRequest} bytes`,
    );
  const line = await withDeadline({ ...ctx, ms: within, what: `the gateway at ${path}` }, (signal) =>
    exchange(path, text, signal),
  );
  const fields = fieldsOf(parseJson(line, path), 'answer');
  if (fields.has('error')) {
    const code = fields.raw('code');
    throw new FengsuiError(
      isErrorCode(code) ? code : 'PROTOCOL',
      `the gateway at ${path} refused: ${fields.text('error')}`,
    );
  }
  return fields.raw(query);
}

/** Sends a line and takes what comes until the other side ends. */
function exchange(path: string, line: string, signal: AbortSignal): Promise<string> {
  const socket = connect(path);
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    const fail = (why: unknown): void => {
      socket.destroy();
      reject(why);
    };
    signal.addEventListener('abort', () => fail(signal.reason), { once: true });
    socket.once('connect', () => socket.write(`${line}\n`));
    socket.on('error', (e) => fail(unreachable(path, e)));
    socket.on('data', (bytes) => {
      chunks.push(bytes);
      length += bytes.length;
      if (length > longestAnswer)
        fail(new FengsuiError('PROTOCOL', `the answer at ${path} is longer than ${longestAnswer} bytes`));
    });
    socket.once('close', () => resolve(Buffer.concat(chunks).toString('utf8')));
  });
}

function parseJson(text: string, path: string): unknown {
  if (text === '')
    throw new FengsuiError('UNAVAILABLE', `the gateway at ${path} hung up: it is stopping or busy; try again`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FengsuiError('PROTOCOL', `the answer at ${path} is no JSON`, { cause });
  }
}

function unreachable(path: string, cause: Error): FengsuiError {
  const code = 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT' || code === 'ECONNREFUSED')
    return new FengsuiError(
      'UNAVAILABLE',
      `no gateway is running here: nobody answers at ${path}; start it with “fengsui run --config FILE”, and give the same FILE here`,
      { cause },
    );
  if (code === 'EACCES')
    return new FengsuiError(
      'FORBIDDEN',
      `${path} is not for this user; run this as the user of the gateway, or as a member of its group`,
      { cause },
    );
  return new FengsuiError('UNAVAILABLE', `the gateway at ${path} cannot be asked`, { cause });
}
