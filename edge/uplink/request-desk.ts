import { describeError, type ErrorCode, FengsuiError } from '../../sdk/model/errors.ts';
import { type Millis, millis } from '../../sdk/model/time.ts';
import { decodeReceipt, type Receipt } from '../../sdk/wire/receipt.ts';
import {
  type Command,
  challengeLifeMs,
  type Data,
  decodeRequest,
  isCommand,
  type Query,
  type Reply,
  type Request,
} from '../../sdk/wire/request.ts';
import { isSign1, openSign1, signedBytes } from '../../sdk/wire/sign1.ts';
import type { Clock } from '../platform/clock.ts';
import { freshNonce, type OperatorKey } from '../platform/ed25519.ts';

/** Does what was asked; `operator` is there for commands, and only for them. */
export type Handlers = {
  readonly query: (method: Exclude<Query, 'challenge'>, params: Data) => Promise<Data>;
  readonly command: (method: Command, params: Data, operator: string) => Promise<Data>;
};

/** What became of something that somebody wanted to change. */
export type CommandOutcome = {
  /** As it names itself; a receipt has none. */
  readonly client: string;
  readonly method: Command | 'receipt';
  readonly params: Data;
  /** Absent where no known key has signed. */
  readonly operator?: string;
  readonly refused?: { readonly code: ErrorCode; readonly message: string };
};

export interface RequestDesk {
  /** Never throws: whatever came, it is answered, or reported as unanswerable. */
  answer(
    topic: string,
    bytes: Uint8Array,
  ): Promise<{ readonly client: string; readonly reply: Reply } | { readonly refused: string }>;
  /** The receipt in a signed message. @throws FengsuiError PROTOCOL | FORBIDDEN */
  receipt(topic: string, bytes: Uint8Array): Receipt;
}

/** Challenges that may be open at once; the oldest is forgotten first. */
const openChallenges = 64;
/** Requests worked on at once. */
const atOnce = 16;

/**
 * Nobody changes anything here without a key: a command must be signed by a known operator, for this very topic, and
 * answer a challenge of this process that is at most 10 s old and was never answered before. So a command that is late
 * or repeated does nothing, and no clock but our own monotonic one is trusted.
 */
export function requestDesk(
  operators: ReadonlyMap<string, OperatorKey>,
  handlers: Handlers,
  { clock, onCommand }: { readonly clock: Clock; readonly onCommand: (outcome: CommandOutcome) => void },
): RequestDesk {
  const challenges = new Map<string, () => void>();
  let working = 0;

  const challenge = (life: Millis): Uint8Array => {
    const nonce = freshNonce();
    const key = hex(nonce);
    const oldest = challenges.keys().next();
    if (challenges.size >= openChallenges && !oldest.done) {
      challenges.get(oldest.value)?.();
      challenges.delete(oldest.value);
    }
    challenges.set(
      key,
      clock.after(life, () => challenges.delete(key)),
    );
    return nonce;
  };
  const spend = (nonce: Uint8Array | undefined): void => {
    const cancel = nonce && challenges.get(hex(nonce));
    if (!nonce || !cancel) {
      throw new FengsuiError(
        'CHALLENGE_EXPIRED',
        'the command does not answer an open challenge: it came too late, or twice, or the gateway restarted; ask for a new challenge',
      );
    }
    cancel();
    challenges.delete(hex(nonce));
  };
  const verified = (topic: string, bytes: Uint8Array): { payload: Uint8Array; operator: string } => {
    const { keyId, payload, signature } = openSign1(bytes);
    const key = operators.get(keyId);
    if (!key) {
      throw new FengsuiError(
        'FORBIDDEN',
        `“${keyId.slice(0, 64)}” is not an operator of this gateway; its public key must stand under “operators” in the gateway’s configuration`,
      );
    }
    if (!key.verifies(signedBytes(payload, topic), signature)) {
      throw new FengsuiError('FORBIDDEN', `the signature is not that of “${keyId}” over this message for this gateway`);
    }
    return { payload, operator: keyId };
  };
  const perform = async (request: Request, operator: string | undefined): Promise<Data> => {
    if (request.method === 'challenge') return { nonce: challenge(millis(challengeLifeMs)) };
    if (!isCommand(request.method)) return handlers.query(request.method, request.params);
    if (operator === undefined)
      throw new FengsuiError('FORBIDDEN', `${request.method} changes something and must be signed`);
    spend(request.nonce);
    return handlers.command(request.method, request.params, operator);
  };

  const replyTo = async (request: Request, signedBy: FengsuiError | string | undefined): Promise<Reply> => {
    const { id } = request;
    if (working >= atOnce) return refusal(id, new FengsuiError('OVERLOADED', 'too many requests at once'));
    working++;
    try {
      if (typeof signedBy === 'object') throw signedBy;
      return { id, ok: true, result: await perform(request, signedBy) };
    } catch (e) {
      return refusal(id, e);
    } finally {
      working--;
    }
  };
  const note = (
    { client, method, params }: Request,
    signedBy: FengsuiError | string | undefined,
    reply: Reply,
  ): void => {
    if (!isCommand(method)) return;
    const operator = typeof signedBy === 'string' ? { operator: signedBy } : {};
    onCommand({ client, method, params, ...operator, ...(!reply.ok && { refused: reply }) });
  };

  return {
    async answer(topic, bytes) {
      let request: Request | undefined;
      let signedBy: FengsuiError | string | undefined;
      try {
        if (isSign1(bytes)) {
          request = decodeRequest(openSign1(bytes).payload); // only to know whom to answer
          signedBy = verified(topic, bytes).operator;
        } else {
          request = decodeRequest(bytes);
        }
      } catch (e) {
        if (!request || !FengsuiError.is(e)) return { refused: describeError(e) };
        signedBy = e;
      }
      const reply = await replyTo(request, signedBy);
      note(request, signedBy, reply);
      return { client: request.client, reply };
    },
    receipt(topic, bytes) {
      try {
        return decodeReceipt(verified(topic, bytes).payload);
      } catch (e) {
        if (FengsuiError.is(e)) onCommand({ client: '', method: 'receipt', params: null, refused: e });
        throw e;
      }
    },
  };
}

const refusal = (id: string, e: unknown): Reply => ({
  id,
  ok: false,
  code: FengsuiError.is(e) ? e.code : 'PROTOCOL',
  message: describeError(e),
});

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
