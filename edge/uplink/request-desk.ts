import { approvalLifeMs, type OperatorRole } from '../../sdk/model/command.ts';
import { describeError, type ErrorCode, FengsuiError } from '../../sdk/model/errors.ts';
import { millis, seconds } from '../../sdk/model/time.ts';
import { fieldsOf } from '../../sdk/wire/parse.ts';
import { decodeReceipt, type Receipt } from '../../sdk/wire/receipt.ts';
import {
  type Command,
  challengeLifeMs,
  type Data,
  decodeAddressee,
  decodeRequest,
  isCommand,
  type Query,
  type Reply,
  type Request,
} from '../../sdk/wire/request.ts';
import { isSign1 } from '../../sdk/wire/sign1.ts';
import type { Clock } from '../platform/clock.ts';
import { withDeadline } from '../platform/deadline.ts';
import { challenges } from './challenges.ts';
import { innermost, type Operators, requireRole, type Signed, verified } from './signatures.ts';

/** Who wants something done to a device, and how it is known that they want it now. */
export type Invoker = {
  /** The program, as it names itself. */
  readonly client: string;
  /** Names of the keys that have signed: one, or two. */
  readonly by: readonly [string, ...string[]];
  /** @throws FengsuiError FORBIDDEN unless all of them have the role. */
  readonly require: (role: OperatorRole) => void;
  /** Spends the challenge that it answers; absent where it answers none. @throws FengsuiError CHALLENGE_EXPIRED */
  readonly spend?: () => void;
};

/** Does what was asked; `operator` is there for commands, and only for them. */
export type Handlers = {
  readonly query: (method: Exclude<Query, 'challenge'>, params: Data) => Promise<Data>;
  readonly command: (method: Exclude<Command, 'invoke'>, params: Data, operator: string) => Promise<Data>;
  /** A command to a device. It judges itself whether it comes in time: it may come without a challenge. */
  readonly invoke: (params: Data, who: Invoker) => Promise<Data>;
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

/** Requests worked on at once. */
const atOnce = 16;
/** What waits for a disk or a bus longer than this gives its place to another: nobody waits so long for the answer. */
const answerWithin = seconds(60);

/** Who has signed; why not, where that is known; nothing for what bears no signature. */
type SignedBy = Signed['by'] | FengsuiError | undefined;

/**
 * Nobody changes anything here without a key: a command must be signed by a known operator, for this very topic, and
 * answer a challenge of this process that is at most 10 s old and was never answered before. So a command that is late
 * or repeated does nothing, and no clock but our own monotonic one is trusted. `invoke` alone may go by its own time and
 * audit id instead: what it is handed to sees to that.
 */
export function requestDesk(
  operators: Operators,
  handlers: Handlers,
  { clock, onCommand }: { readonly clock: Clock; readonly onCommand: (outcome: CommandOutcome) => void },
): RequestDesk {
  const open = challenges(clock);
  let working = 0;

  const challenge = (params: Data): Data => {
    const isForTwo = params !== null && fieldsOf(params, 'params').raw('for') === 'approval';
    return {
      nonce: isForTwo ? open.open(millis(approvalLifeMs), 'approval') : open.open(millis(challengeLifeMs), 'request'),
    };
  };
  const command = async ({ client, method, params, nonce }: Request, by: Signed['by']): Promise<Data> => {
    const use = by.length > 1 ? 'approval' : 'request';
    if (method === 'invoke') {
      const require = (role: OperatorRole): void => requireRole(operators, by, role);
      return handlers.invoke(params, { client, by, require, ...(nonce && { spend: () => open.spend(nonce, use) }) });
    }
    if (!isCommand(method)) throw new FengsuiError('PROTOCOL', `${method} is no command`);
    if (by.length > 1)
      throw new FengsuiError('INVALID', `${method}: only a command to a device is signed by two persons`);
    requireRole(operators, by, roleOf[method]);
    open.spend(nonce, use);
    return handlers.command(method, params, by[0]);
  };
  const perform = async (request: Request, by: Signed['by'] | undefined): Promise<Data> => {
    const { method, params } = request;
    if (method === 'challenge') return challenge(params);
    if (!isCommand(method)) return handlers.query(method, params);
    if (!by) throw new FengsuiError('FORBIDDEN', `${method} changes something and must be signed`);
    return command(request, by);
  };
  const performInTime = (request: Request, by: Signed['by'] | undefined): Promise<Data> => {
    const { method } = request;
    if (method === 'invoke') return perform(request, by); // bounded by itself, by what the device does
    const deadline = { clock, ms: answerWithin, signal: new AbortController().signal, what: method };
    return withDeadline(deadline, () => perform(request, by));
  };
  const replyTo = async (request: Request, signedBy: SignedBy): Promise<Reply> => {
    const { id } = request;
    if (working >= atOnce) return refusal(id, new FengsuiError('OVERLOADED', 'too many requests at once'));
    working++;
    try {
      if (FengsuiError.is(signedBy)) throw signedBy;
      return { id, ok: true, result: await performInTime(request, signedBy) };
    } catch (e) {
      return refusal(id, e);
    } finally {
      working--;
    }
  };
  const note = ({ client, method, params }: Request, signedBy: SignedBy, reply: Reply): void => {
    if (!isCommand(method)) return;
    const operator = Array.isArray(signedBy) ? { operator: signedBy.join(' + ') } : {};
    onCommand({ client, method, params, ...operator, ...(!reply.ok && { refused: reply }) });
  };

  return {
    async answer(topic, bytes) {
      let request: Request | undefined;
      let signedBy: SignedBy;
      try {
        request = decodeRequest(innermost(bytes)); // before any signature is looked at: only to know whom to answer
        if (isSign1(bytes)) signedBy = verified(operators, topic, bytes).by;
      } catch (e) {
        if (!FengsuiError.is(e)) return { refused: describeError(e) };
        if (!request) return unread(bytes, e);
        signedBy = e;
      }
      const reply = await replyTo(request, signedBy);
      note(request, signedBy, reply);
      return { client: request.client, reply };
    },
    receipt(topic, bytes) {
      try {
        const { payload, by } = verified(operators, topic, bytes);
        requireRole(operators, by, 'receipts');
        return decodeReceipt(payload);
      } catch (e) {
        if (FengsuiError.is(e)) onCommand({ client: '', method: 'receipt', params: null, refused: e });
        throw e;
      }
    },
  };
}

/** Each by name: a command that comes with a later version must be thought of. */
const roleOf = {
  provision: 'configure',
  remove: 'configure',
  apply: 'configure',
  installCertificate: 'renew',
  acknowledge: 'operate',
  reset: 'operate',
  silence: 'operate',
  suppress: 'operate',
  unsuppress: 'operate',
  setRiskLevel: 'operate',
  startWalkTest: 'operate',
  stopWalkTest: 'operate',
  scanBus: 'operate',
  stopScan: 'operate',
} as const satisfies Readonly<Record<Exclude<Command, 'invoke'>, OperatorRole>>;

/** A method that came with a later version, or a field that makes no sense: whoever can be told is told. */
function unread(bytes: Uint8Array, e: FengsuiError): Awaited<ReturnType<RequestDesk['answer']>> {
  try {
    const { id, client } = decodeAddressee(innermost(bytes));
    return { client, reply: refusal(id, e) };
  } catch {
    return { refused: describeError(e) };
  }
}

const refusal = (id: string, e: unknown): Reply => ({
  id,
  ok: false,
  code: FengsuiError.is(e) ? e.code : 'PROTOCOL',
  message: describeError(e),
});
