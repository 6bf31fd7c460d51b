import { randomUUID } from 'node:crypto';
import { approvalLifeMs, isAuditId, longestValidity, roleFor } from '../model/command.ts';
import { describeError, FengsuiError } from '../model/errors.ts';
import type { ArgsOf, CommandSpec, ProfileSpec } from '../model/profile.ts';
import { fieldsOf } from '../wire/parse.ts';
import { type Data, encodeRequest, type Reply } from '../wire/request.ts';
import { type Signer, sign1 } from '../wire/sign1.ts';
import { type Site, topicOf } from '../wire/topics.ts';
import { type CommandOutcome, readOutcome } from './command-outcome.ts';
import { type CommandProposal, describeProposal, encodeProposal, openProposal } from './command-proposal.ts';
import type { AuditDesk } from './desired/audit-desk.ts';
import type { TypedDevice } from './devices.ts';
import type { Directory } from './gateway-directory.ts';
import { iteration, type LiveStream, type StreamOptions } from './live-stream.ts';
import type { Audit } from './record.ts';
import type { Records } from './records.ts';
import type { Requests } from './requests.ts';
import { parseChallenge } from './results.ts';
import { abortError, type CallOptions, requestTimeoutMs, sharedLimit, within } from './time-limit.ts';

/** The commands of a profile; none where it declares none. */
type CommandsOf<S> = S extends { commands: infer C } ? C : Readonly<Record<symbol, never>>;
/** Names of the commands of a profile. */
export type CommandName<S extends ProfileSpec> = Extract<keyof CommandsOf<S>, string>;
/** Arguments of one of them. */
export type CommandArgsOf<S extends ProfileSpec, N extends CommandName<S>> = ArgsOf<CommandsOf<S>[N]>;

export type CommandOptions = CallOptions & {
  /**
   * How long from now the gateway may still begin, ms; 10,000 unless given, 300,000 at most. What it gets later it does not do.
   * It goes by its own clock against this computer's: keep both right.
   */
  readonly deadlineMs?: number | undefined;
  /**
   * What the call must be sure of to resolve. Unless given: that it was done, and proven where something is declared that
   * proves it. `verified`: proven in any case. `executed`: that it was done is enough.
   */
  readonly confirm?: 'executed' | 'verified' | undefined;
  /** The person who acts, as the platform names them; the client's `operator` unless given. */
  readonly operator?: string | undefined;
  /** Refused with CONFLICT when the gateway's device list has another version by now. */
  readonly ifVersion?: number | undefined;
};

/** What a gateway knows of a command: its outcome; or that it is at it; or nothing. Until its time is over, `unknown` may still change. */
export type CommandStatus =
  | CommandOutcome
  | { readonly auditId: string; readonly state: 'running' }
  | { readonly auditId: string; readonly state: 'unknown' };

/** What a gateway has recorded of a command to one of its devices. */
export type CommandAudit = Extract<Audit, { readonly act: 'command' }>;

/**
 * Commands to devices (远程控制): signed, done at most once, and only within their time. Nothing is ever queued or repeated.
 *
 * ```ts
 * const gate = fs.devices.get({ gateway: 'gw-1', device: 'gate' }).as('generic/barrier');
 * try {
 *   const { state, after } = await fs.commands.invoke(gate, 'open', {}, { operator: '李伟' });
 *   console.log(state, after); // verified: its end switch has told so
 * } catch (e) {
 *   if (!FengsuiError.is(e, 'OUTCOME_UNKNOWN') || e.auditId === undefined) throw e;
 *   console.log(await fs.commands.status('gw-1', e.auditId)); // look before anybody presses again
 * }
 * ```
 */
export type Commands = {
  /**
   * Tells a device to do something, and resolves when it has been done and proven; see `confirm`. Waits 10 s and the time
   * that the proof may take, unless `timeoutMs` says otherwise.
   * @throws FengsuiError GATEWAY_UNKNOWN; GATEWAY_OFFLINE, UNAVAILABLE, TIMEOUT (nothing was sent); INVALID (options);
   * NOT_PROVEN (done, its proof did not come; `details.outcome`); OUTCOME_UNKNOWN (the reply was lost, or the gateway
   * stopped in the middle: ask `status` with `auditId`); ABORTED (it may still be done; `auditId` tells); else nothing was
   * done: FORBIDDEN, COMMAND_EXPIRED, CONFLICT, APPROVAL_REQUIRED, INTERLOCK, DEVICE_UNREACHABLE, NOT_FOUND, OVERLOADED,
   * CHALLENGE_EXPIRED, or what else the gateway refused it for.
   */
  readonly invoke: <S extends ProfileSpec, N extends CommandName<S>>(
    device: TypedDevice<S>,
    command: N,
    args: CommandArgsOf<S, N>,
    options?: CommandOptions,
  ) => Promise<CommandOutcome>;
  /**
   * What became of a command.
   * @throws FengsuiError INVALID (no audit id) | GATEWAY_UNKNOWN | GATEWAY_OFFLINE | TIMEOUT | ABORTED | PROTOCOL
   */
  readonly status: (gateway: string, auditId: string, options?: CallOptions) => Promise<CommandStatus>;
  /**
   * Signs a command without sending it: for those that need a second person. It must be approved within 120 s, or
   * `deadlineMs`. Only the gateway is asked for a challenge.
   * @throws FengsuiError as `invoke`, before anything is sent.
   */
  readonly propose: <S extends ProfileSpec, N extends CommandName<S>>(
    device: TypedDevice<S>,
    command: N,
    args: CommandArgsOf<S, N>,
    options?: Omit<CommandOptions, 'confirm'>,
  ) => Promise<CommandProposal>;
  /** What somebody proposes, read from the bytes: to be shown to the second person before they approve. @throws FengsuiError PROTOCOL */
  readonly review: (proposal: Uint8Array) => CommandProposal;
  /**
   * Signs a proposal with this client's key, which must be another than the first, and sends it. Whatever `proposal` says
   * besides its bytes is not looked at. Resolves and rejects as `invoke`.
   */
  readonly approve: (
    proposal: Uint8Array | Pick<CommandProposal, 'bytes'>,
    options?: CallOptions & Pick<CommandOptions, 'confirm'>,
  ) => Promise<CommandOutcome>;
  /** What gateways record of commands to devices as it comes in, refused ones too; see `records.stream`. @throws FengsuiError INVALID | ABORTED */
  readonly audit: (
    filter?: { readonly gateway?: string | undefined; readonly device?: string | undefined },
    options?: StreamOptions,
  ) => LiveStream<CommandAudit>;
};

export type CommandsContext = {
  readonly directory: Directory;
  readonly requests: Requests;
  readonly profiles: readonly ProfileSpec[];
  readonly signer: Signer | undefined;
  readonly operator: string | undefined;
  readonly isUp: () => boolean;
  readonly closing: AbortController;
  /** Hears the replies to another client, too, until the function that comes back is called. */
  readonly overhear: (topic: string) => Promise<() => void>;
  readonly records: Records;
  /** Absent without a store. */
  readonly audit?: AuditDesk | undefined;
};

const defaultDeadlineMs = 10_000;
/** The site may declare a proof that the profile does not know of. */
const proofMs = 20_000;

type Draft = {
  readonly site: Site;
  readonly auditId: string;
  readonly params: { readonly [key: string]: Data | undefined };
};

/** What stands in the audit of a command. */
type Noted = {
  readonly wanted: Pick<Draft, 'site' | 'auditId'>;
  readonly about: {
    readonly device: string;
    readonly command: string;
    readonly args: Readonly<Record<string, number>>;
    readonly operator: string | undefined;
    /** Key of the first of two persons. */
    readonly proposedBy?: string;
  };
};

export function commands(ctx: CommandsContext): Commands {
  const { directory, requests } = ctx;

  const draft = (
    { gateway, device, spec }: TypedDevice<ProfileSpec>,
    what: { readonly command: string; readonly args: Readonly<Record<string, number>>; readonly defaultMs: number },
    { deadlineMs = what.defaultMs, operator = ctx.operator, ifVersion }: CommandOptions,
  ): Draft => {
    if (!(deadlineMs >= 1 && deadlineMs <= longestValidity))
      throw new FengsuiError('INVALID', `deadlineMs: expected 1 to ${longestValidity}, got ${deadlineMs}`);
    const { command, args } = what;
    const { risk } = specOf(spec, command);
    const site = reach(ctx, gateway);
    const auditId = randomUUID();
    const notAfter = Date.now() + Math.floor(deadlineMs);
    const params = { device, command, args, audit: auditId, notAfter, ifVersion, role: roleFor(risk), operator };
    return { site, auditId, params };
  };
  const signed = (payload: Uint8Array, site: Site, { timeoutMs: ms = requestTimeoutMs, signal }: CallOptions) => {
    const signer = signerOf(ctx);
    const late = (): FengsuiError =>
      new FengsuiError('TIMEOUT', `the signer “${signer.keyId}” did not answer in time; nothing was sent`);
    const limit = { ms, signals: [signal, ctx.closing.signal], late };
    return within(limit, () => sign1(payload, topicOf(site, 'request'), signer));
  };
  const sealed = async ({ site, params }: Draft, limit: CallOptions, nonce?: Uint8Array) => {
    const envelope = requests.envelope();
    const request = encodeRequest({ ...envelope, method: 'invoke', params, ...(nonce && { nonce }) });
    return { id: envelope.id, bytes: await signed(request, site, limit) };
  };
  const challenge = async (site: Site, params: Data, options: CallOptions): Promise<Uint8Array> =>
    parseChallenge(await requests.query(site, 'challenge', params, options));
  const send = async (
    { site, auditId }: Pick<Draft, 'site' | 'auditId'>,
    message: { readonly id: string; readonly bytes: Uint8Array },
    options: CallOptions,
  ): Promise<Reply> => {
    if (options.signal?.aborted) throw abortError(options.signal.reason);
    try {
      return await requests.exchange(site, { ...message, method: 'invoke' }, options);
    } catch (e) {
      throw lost(e, site, auditId);
    }
  };
  const outcome = (raw: Data, site: Site, auditId: string): CommandOutcome =>
    readOutcome(raw, { site, auditId, key: directory.at(site)?.state?.receiptKey });
  const settle = (reply: Reply, { site, auditId }: Pick<Draft, 'site' | 'auditId'>): CommandOutcome => {
    const details = { gateway: site.gateway, auditId };
    if (!reply.ok) throw new FengsuiError(reply.code, reply.message, { details });
    try {
      return outcome(reply.result, site, auditId);
    } catch (cause) {
      throw new FengsuiError(
        'OUTCOME_UNKNOWN',
        `gateway ${site.gateway} answered, but what it said cannot be believed: ${describeError(cause)}`,
        { details, cause },
      );
    }
  };

  const noted = <T>(act: string, { wanted, about }: Noted, work: () => Promise<T>): Promise<T> => {
    const { device, operator: who, ...what } = about;
    const detail = { ...what, audit: wanted.auditId };
    return ctx.audit ? ctx.audit.of({ act, who, gateway: wanted.site.gateway, device, detail }, work) : work();
  };
  const carriedOut = async (wanted: Draft, limit: CallOptions): Promise<CommandOutcome> => {
    const left = sharedLimit(limit);
    let reply = await send(wanted, await sealed(wanted, left()), left());
    if (!reply.ok && reply.code === 'CLOCK_UNTRUSTED') {
      // Refused before it was taken up; the same audit id, so that it is still done once at most.
      const nonce = await challenge(wanted.site, null, left());
      reply = await send(wanted, await sealed(wanted, left(), nonce), left());
    }
    return settle(reply, wanted);
  };

  return {
    async invoke(device, command, args, options = {}) {
      signerOf(ctx);
      const wanted = draft(device, { command, args, defaultMs: defaultDeadlineMs }, options);
      const limit = { signal: options.signal, timeoutMs: options.timeoutMs ?? patience(device.spec, command) };
      const about = { device: device.device, command, args, operator: options.operator ?? ctx.operator };
      return noted('commands.invoke', { wanted, about }, async () =>
        confirmed(await carriedOut(wanted, limit), options.confirm),
      );
    },
    async status(gateway, auditId, options) {
      if (!isAuditId(auditId))
        throw new FengsuiError('INVALID', 'auditId: expected 16 to 64 letters, digits, hyphens and underscores');
      const site = directory.reach(gateway);
      const raw = await requests.query(site, 'outcome', { audit: auditId }, options);
      const state = fieldsOf(raw, 'outcome').raw('state');
      return state === 'running' || state === 'unknown' ? { auditId, state } : outcome(raw, site, auditId);
    },
    async propose(device, command, args, options = {}) {
      signerOf(ctx);
      const wanted = draft(device, { command, args, defaultMs: approvalLifeMs }, options);
      const left = sharedLimit(options);
      const nonce = await challenge(wanted.site, { for: 'approval' }, left());
      const { bytes } = await sealed(wanted, left(), nonce);
      return describeProposal(encodeProposal(device.gateway, bytes), directory, ctx.profiles);
    },
    review: (bytes) => describeProposal(bytes, directory, ctx.profiles),
    async approve(proposal, { confirm, signal, timeoutMs = requestTimeoutMs + proofMs } = {}) {
      const { keyId } = signerOf(ctx);
      const { gateway, proposedBy, once, id, client, params } = openProposal(
        proposal instanceof Uint8Array ? proposal : proposal.bytes,
      );
      if (proposedBy === keyId)
        throw new FengsuiError('FORBIDDEN', `“${proposedBy}” has signed this already; another person must approve it`);
      const wanted = { site: reach(ctx, gateway), auditId: params.audit };
      const about = {
        device: params.device,
        command: params.command,
        args: params.args,
        operator: ctx.operator,
        proposedBy,
      };
      return noted('commands.approve', { wanted, about }, async () => {
        // The gateway answers whoever has proposed it.
        const stop =
          client === requests.envelope().client
            ? () => undefined
            : await ctx.overhear(topicOf(wanted.site, 'reply', client));
        try {
          const left = sharedLimit({ signal, timeoutMs });
          const bytes = await signed(once, wanted.site, left());
          return confirmed(settle(await send(wanted, { id, bytes }, left()), wanted), confirm);
        } finally {
          stop();
        }
      });
    },
    audit: ({ gateway, device } = {}, options) =>
      onlyCommands(ctx.records.stream({ kind: 'audit', gateway }, options), device),
  };
}

/** @throws FengsuiError GATEWAY_UNKNOWN | GATEWAY_OFFLINE | UNAVAILABLE: nothing waits for a way. */
function reach({ directory, isUp }: CommandsContext, gateway: string): Site {
  const site = directory.reach(gateway);
  if (isUp()) return site;
  throw new FengsuiError('UNAVAILABLE', 'the broker cannot be reached just now; nothing was sent', {
    details: { gateway },
  });
}

function signerOf({ signer }: CommandsContext): Signer {
  if (signer) return signer;
  throw new FengsuiError(
    'FORBIDDEN',
    'this client can only watch; give connect() a signer, e.g. ed25519Signer({ keyId, privateKey }), whose key the gateway knows',
  );
}

function specOf({ id, commands: known = {} }: ProfileSpec, command: string): CommandSpec {
  const found = Object.hasOwn(known, command) ? known[command] : undefined;
  if (found) return found;
  const names = Object.keys(known).join(', ') || 'none';
  throw new FengsuiError('INVALID', `profile “${id}” has no command “${command}”; it has: ${names}`);
}

const patience = (spec: ProfileSpec, command: string): number =>
  requestTimeoutMs + Math.max(proofMs, specOf(spec, command).proof?.withinMs ?? 0);

/** What a lost reply means: it was sent, and may have been done. */
function lost(e: unknown, { gateway }: Site, auditId: string): unknown {
  if (!FengsuiError.is(e)) return e;
  const details = { gateway, auditId };
  if (e.code === 'ABORTED')
    return new FengsuiError('ABORTED', `${e.message}; the command was sent and may still be done`, {
      details,
      cause: e,
    });
  if (e.code !== 'TIMEOUT' && e.code !== 'UNAVAILABLE') return e;
  return new FengsuiError(
    'OUTCOME_UNKNOWN',
    `whether gateway ${gateway} has done the command is not known (${e.message}); ask commands.status("${gateway}", "${auditId}") before anybody tries again`,
    { details, cause: e },
  );
}

/** @throws FengsuiError what the outcome means to whoever wants to be sure of so much */
function confirmed(outcome: CommandOutcome, confirm: CommandOptions['confirm']): CommandOutcome {
  const { state, gateway, device, command, auditId } = outcome;
  const details = { gateway, auditId, outcome };
  const what = `${command} on ${gateway}/${device}`;
  if (state === 'refused') throw new FengsuiError(outcome.code ?? 'PROTOCOL', outcome.message, { details });
  if (state === 'interrupted')
    throw new FengsuiError(
      'OUTCOME_UNKNOWN',
      `${what}: the gateway stopped in the middle; it is not done again, and nobody knows how far it came. Look at the device`,
      { details },
    );
  const isShort =
    confirm === 'executed' ? false : confirm === 'verified' ? state !== 'verified' : state === 'not-proven';
  if (!isShort) return outcome;
  const why = outcome.message ?? 'nothing is declared that would prove it';
  throw new FengsuiError('NOT_PROVEN', `${what} was done, but is not proven: ${why}`, { details });
}

const isOf = (record: Audit, device: string | undefined): record is CommandAudit =>
  record.act === 'command' && record.method === 'invoke' && (device ?? record.device) === record.device;

function onlyCommands(stream: LiveStream<Audit>, device: string | undefined): LiveStream<CommandAudit> {
  const pull = async (): Promise<IteratorResult<CommandAudit, undefined>> => {
    for (;;) {
      const next = await stream.next();
      if (next.done) return next;
      if (isOf(next.value, device)) return { done: false, value: next.value };
    }
  };
  return {
    get dropped() {
      return stream.dropped;
    },
    close: stream.close,
    ...iteration(pull, stream.close),
  };
}
