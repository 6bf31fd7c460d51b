import { FengsuiError } from '../model/errors.ts';
import {
  type Command,
  type Data,
  decodeReply,
  encodeRequest,
  isCommand,
  type Query,
  type Reply,
  type Request,
} from '../wire/request.ts';
import { type Signer, sign1 } from '../wire/sign1.ts';
import { type Site, siteKey, topicOf } from '../wire/topics.ts';
import { parseChallenge } from './results.ts';
import { type CallOptions, requestTimeoutMs, within } from './time-limit.ts';

/** Questions and commands to gateways, and the way their replies find back. */
export type Requests = {
  /** Changes nothing, so it is asked a second time when half the time is over, or the connection came back. */
  readonly query: (site: Site, method: Query, params: Data, options?: CallOptions) => Promise<Data>;
  /** Signed, answers a fresh challenge, and is sent once: a command is never repeated. */
  readonly command: (site: Site, method: Command, params: Data, options?: CallOptions) => Promise<Data>;
  /**
   * Sends what was signed already, once, and waits for the reply to its id, which may be a refusal. While the broker is out
   * of reach nothing is sent. Rejects UNAVAILABLE or TIMEOUT where the reply is lost, and ABORTED.
   */
  readonly exchange: (site: Site, message: SignedRequest, options?: CallOptions) => Promise<Reply>;
  /** A new request of this client, without its content. */
  readonly envelope: () => Pick<Request, 'id' | 'client'>;
  /** A message on this client's reply topic. @throws FengsuiError PROTOCOL */
  readonly receive: (site: Site, bytes: Uint8Array) => void;
  /** The connection is there, or there again. */
  readonly connected: () => void;
};

export type SignedRequest = { readonly id: string; readonly bytes: Uint8Array; readonly method: Command };

export type RequestsContext = {
  readonly client: string;
  readonly signer: Signer | undefined;
  readonly isUp: () => boolean;
  readonly send: (topic: string, payload: Uint8Array) => Promise<void>;
  /** Fires when the client closes. */
  readonly closed: AbortSignal;
  readonly newId: () => string;
};

type Pending = {
  readonly gateway: string;
  readonly settle: (reply: Reply) => void;
  readonly repeat: (() => void) | undefined;
};

type Exchange = { readonly site: Site; readonly id: string; readonly bytes: Uint8Array; readonly signal: AbortSignal };

type Question = { readonly site: Site; readonly method: Query; readonly params: Data; readonly signal: AbortSignal };

export function requests(ctx: RequestsContext): Requests {
  const pending = new Map<string, Pending>();
  const waitingForBroker = new Set<() => void>();

  const whenUp = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (ctx.isUp()) return resolve();
      waitingForBroker.add(resolve);
      signal.addEventListener(
        'abort',
        () => {
          waitingForBroker.delete(resolve);
          reject(signal.reason);
        },
        { once: true },
      );
    });
  const transact = async ({ site, id, bytes, signal }: Exchange, repeatAfterMs?: number): Promise<Reply> => {
    await whenUp(signal);
    signal.throwIfAborted(); // its signature may have come too late: what was given up is not sent any more
    let timer: NodeJS.Timeout | undefined;
    const topic = topicOf(site, 'request');
    try {
      return await new Promise<Reply>((settle, reject) => {
        const repeat = once(() => void ctx.send(topic, bytes).catch(unlessTimeIsLeft));
        // A question that was not taken by the broker is repeated; if that fails, too, the time limit tells.
        const unlessTimeIsLeft = (e: unknown): void => (repeatAfterMs === undefined ? reject(e) : undefined);
        if (repeatAfterMs !== undefined) timer = setTimeout(repeat, repeatAfterMs);
        pending.set(id, { gateway: siteKey(site), settle, repeat: repeatAfterMs === undefined ? undefined : repeat });
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        ctx.send(topic, bytes).catch(unlessTimeIsLeft);
      });
    } finally {
      clearTimeout(timer);
      pending.delete(id);
    }
  };
  const exchange = async (what: Exchange, repeatAfterMs?: number): Promise<Data> => {
    const reply = await transact(what, repeatAfterMs);
    if (reply.ok) return reply.result;
    throw new FengsuiError(reply.code, reply.message, { details: { gateway: what.site.gateway } });
  };
  const ask = ({ site, method, params, signal }: Question, repeatAfterMs?: number): Promise<Data> => {
    const id = ctx.newId();
    return exchange(
      { site, id, bytes: encodeRequest({ id, client: ctx.client, method, params }), signal },
      repeatAfterMs,
    );
  };
  const limit = (site: Site, method: Query | Command, options: CallOptions) => {
    const ms = options.timeoutMs ?? requestTimeoutMs;
    return { ms, signals: [options.signal, ctx.closed], late: () => lateError(site, method, ms, ctx.isUp()) };
  };

  return {
    query: (site, method, params, options = {}) => {
      const limits = limit(site, method, options);
      return within(limits, (signal) => ask({ site, method, params, signal }, limits.ms / 2));
    },
    command: async (site, method, params, options = {}) => {
      const { signer } = ctx;
      if (!signer)
        throw new FengsuiError(
          'FORBIDDEN',
          `${method}: this client can only watch; give connect() a signer, e.g. ed25519Signer({ keyId, privateKey }), whose key the gateway knows`,
        );
      return within(limit(site, method, options), async (signal) => {
        // Not repeated: a second challenge might take the place of the first.
        const nonce = parseChallenge(await ask({ site, method: 'challenge', params: null, signal }));
        const id = ctx.newId();
        const payload = encodeRequest({ id, client: ctx.client, method, params, nonce });
        const bytes = await sign1(payload, topicOf(site, 'request'), signer);
        return exchange({ site, id, bytes, signal });
      });
    },
    exchange: (site, { id, bytes, method }, options = {}) =>
      within(limit(site, method, options), (signal) => transact({ site, id, bytes, signal })),
    envelope: () => ({ id: ctx.newId(), client: ctx.client }),
    receive(site, bytes) {
      const reply = decodeReply(bytes);
      const waiting = pending.get(reply.id);
      if (!waiting) return; // the second reply to a question that was repeated, or one that came too late
      if (waiting.gateway !== siteKey(site)) {
        throw new FengsuiError(
          'PROTOCOL',
          `gateway ${site.gateway} replied to a request that was sent to ${waiting.gateway}`,
        );
      }
      waiting.settle(reply);
    },
    connected() {
      for (const resume of waitingForBroker) resume();
      waitingForBroker.clear();
      for (const { repeat } of pending.values()) repeat?.();
    },
  };
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    work();
  };
}

function lateError(site: Site, method: Query | Command, ms: number, isUp: boolean): FengsuiError {
  if (!isUp)
    return new FengsuiError('UNAVAILABLE', `${method}: the broker could not be reached within ${ms} ms`, {
      details: { gateway: site.gateway },
    });
  const unknown = isCommand(method)
    ? '; whether it was done is not known: look at the gateway’s devices and alarms before you try again'
    : '';
  return new FengsuiError('TIMEOUT', `${method}: gateway ${site.gateway} did not answer within ${ms} ms${unknown}`, {
    details: { gateway: site.gateway },
  });
}
