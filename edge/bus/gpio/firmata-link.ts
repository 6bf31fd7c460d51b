import { connect, type Socket } from 'node:net';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { type FirmataMessage, firmataReader } from './firmata-codec.ts';

type FirmataKind = FirmataMessage['kind'];
type MessageOf<K extends FirmataKind> = Extract<FirmataMessage, { kind: K }>;

/** One TCP connection to a board. Answers are given to questions in the order these were asked. */
export interface FirmataLink {
  send(...messages: readonly Uint8Array[]): void;
  /** Sends and waits for the answer of that kind; for `pin`, of that pin. Rejects when the connection ends. */
  ask<K extends FirmataKind>(question: Uint8Array, kind: K, pin?: number): Promise<MessageOf<K>>;
  /** Ends the connection; waiting questions and `lost` get this reason. */
  end(why: FengsuiError): void;
}

export type LinkListener = {
  /** Every message, also those that answer a question. */
  message(message: FirmataMessage): void;
  /** The connection is over. Called once. */
  lost(why: FengsuiError): void;
};

type Waiter = {
  take(message: FirmataMessage): boolean;
  fail(why: FengsuiError): void;
};

/** Opens the connection. Rejects with FengsuiError BUS_DOWN, or the signal's reason. */
export async function connectFirmata(
  address: { readonly host: string; readonly port: number },
  listener: LinkListener,
  signal: AbortSignal,
): Promise<FirmataLink> {
  const where = `Firmata board at ${address.host}:${address.port}`;
  const socket = connect({ host: address.host, port: address.port, noDelay: true });
  await opened(socket, where, signal);
  const open = openQuestions();
  let ended: FengsuiError | undefined;
  const end = (why: FengsuiError): void => {
    if (ended) return;
    ended = why;
    socket.destroy();
    open.fail(why);
    listener.lost(why);
  };
  const read = firmataReader();
  const parse = (bytes: Uint8Array): readonly FirmataMessage[] => {
    try {
      return read(bytes);
    } catch (cause) {
      end(down(where, 'was cut off', cause));
      return [];
    }
  };
  socket.on('data', (bytes) => {
    for (const message of parse(bytes)) {
      if (ended) return;
      open.answer(message);
      listener.message(message);
    }
  });
  socket.on('error', (cause) => end(down(where, 'lost the connection', cause)));
  socket.on('close', () => end(down(where, 'closed the connection')));
  const send = (...messages: readonly Uint8Array[]): void => {
    if (!ended) socket.write(Buffer.concat(messages));
  };
  return {
    send,
    end,
    async ask(question, kind, pin) {
      if (ended) throw ended;
      const answer = open.expect(kind, pin);
      send(question);
      return answer;
    },
  };
}

/** Questions that wait for their answer. A message answers the oldest one it fits, and no other. */
function openQuestions() {
  const waiters: Waiter[] = [];
  return {
    expect: <K extends FirmataKind>(kind: K, pin: number | undefined): Promise<MessageOf<K>> =>
      new Promise((resolve, fail) => {
        waiters.push({
          fail,
          take(message) {
            if (!isKind(message, kind) || (isKind(message, 'pin') && message.pin !== pin)) return false;
            resolve(message);
            return true;
          },
        });
      }),
    answer(message: FirmataMessage): void {
      const answered = waiters.findIndex((waiter) => waiter.take(message));
      if (answered >= 0) waiters.splice(answered, 1);
    },
    fail(why: FengsuiError): void {
      for (const waiter of waiters.splice(0)) waiter.fail(why);
    },
  };
}

const isKind = <K extends FirmataKind>(message: FirmataMessage, kind: K): message is MessageOf<K> =>
  message.kind === kind;

function opened(socket: Socket, where: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      socket.removeListener('error', onError);
      finish();
    };
    const onAbort = (): void => {
      socket.destroy();
      settle(() => reject(signal.reason));
    };
    const onError = (cause: Error): void => settle(() => reject(down(where, 'cannot be reached', cause)));
    socket.once('error', onError);
    socket.once('connect', () => settle(resolve));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

const down = (where: string, what: string, cause?: unknown): FengsuiError =>
  new FengsuiError('BUS_DOWN', `${where} ${what}; check its power, its network and its address`, { cause });
