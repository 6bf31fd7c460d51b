import type { CommandState } from '../../../sdk/model/command.ts';
import { describeError, type ErrorCode, FengsuiError } from '../../../sdk/model/errors.ts';
import type { DeviceId } from '../../../sdk/model/ids.ts';
import { elapsed, type MonoTime, seconds } from '../../../sdk/model/time.ts';
import { type CommandReceipt, encodeCommandReceipt, type InvokeParams } from '../../../sdk/wire/command.ts';
import { sign1 } from '../../../sdk/wire/sign1.ts';
import { topicOf } from '../../../sdk/wire/topics.ts';
import { withDeadline } from '../../platform/deadline.ts';
import type { Accepted } from './accept.ts';
import { carryOut, checkBefore, seenPoints, takeOutput } from './carry-out.ts';
import type { CommandContext } from './command-context.ts';
import { commandRecord } from './command-record.ts';
import { notReleased } from './command-rules.ts';
import type { Taken } from './executed.ts';
import { type Order, orderOf } from './order.ts';
import type { ProofWatch } from './proof-watch.ts';

/** The disk may take so long; then the command is refused. */
const storedWithin = seconds(3);

type Verdict = {
  readonly state: CommandState;
  readonly code?: ErrorCode;
  readonly message?: string;
  readonly before?: CommandReceipt['before'];
  readonly after: CommandReceipt['after'];
};

/** What is known of a command besides its verdict. */
export type Finishing = {
  readonly taken: Taken;
  readonly who: { readonly client: string; readonly person?: string | undefined };
  readonly tookMs: number;
};

export type Performer = {
  /** Does what was accepted, once. Rejects only when the gateway stops in between. */
  readonly perform: (accepted: Accepted) => Promise<Uint8Array>;
  /** Signs what became of it, and puts that on the disk and in the record. */
  readonly finish: (finishing: Finishing, verdict: Verdict) => Promise<Uint8Array>;
};

export type PerformerContext = CommandContext & {
  readonly proofs: ProofWatch;
  /** Devices of which a command is under way, or an output could not be switched off yet. */
  readonly busy: Set<DeviceId>;
  readonly signal: AbortSignal;
};

export function performer(ctx: PerformerContext): Performer {
  const { site, clock, log, outputs, executed, busy, signal } = ctx;
  const topic = topicOf(site.address, 'state');
  const keyId = site.address.gateway;

  const stored = (work: Promise<unknown>): Promise<unknown> =>
    withDeadline({ clock, ms: storedWithin, signal, what: 'storing a command' }, () => work);

  const finish: Performer['finish'] = async ({ taken, who, tookMs }, verdict) => {
    const receipt: CommandReceipt = { ...taken.draft, ...verdict, tookMs };
    const { audit, device, command, state, code } = receipt;
    const bytes = await sign1(encodeCommandReceipt(receipt), topic, { keyId, sign: async (b) => ctx.key.sign(b) });
    const isReleased = executed.find(audit)?.holds === undefined;
    const keep = executed.putWith({ ...(isReleased ? withoutHold(taken) : taken), receipt: bytes });
    await stored(ctx.record(commandRecord(receipt, who), { keep })).catch((e: unknown) =>
      log.warn('command.not-stored', { audit, why: describeError(e) }),
    );
    log.info('command.done', { audit, device, command, state, ...(code && { code }) });
    return bytes;
  };

  /** @throws FengsuiError CONFLICT, NOT_FOUND, INVALID, OVERLOADED, DEVICE_UNREACHABLE */
  const prepare = (p: InvokeParams): Order => {
    const version = ctx.configVersion();
    if (p.ifVersion !== undefined && p.ifVersion !== version)
      throw new FengsuiError('CONFLICT', `the configuration is at version ${version}, not ${p.ifVersion}: look again`);
    const device = outputs.device(p.device);
    if (!device) throw new FengsuiError('NOT_FOUND', `there is no device “${p.device.slice(0, 64)}”`);
    const order = orderOf(device, p.command, p.args);
    if (busy.has(device.id)) throw new FengsuiError('OVERLOADED', `another command to “${device.id}” is under way`);
    checkBefore(order, outputs);
    return order;
  };

  /** Puts on the disk that it is done now, and does it. @throws FengsuiError when nothing was done */
  const act = async (order: Order, taken: Taken): Promise<{ taken: Taken; verdict: Verdict }> => {
    const { device, proof } = order;
    const lent = takeOutput(order, outputs);
    busy.add(device.id);
    const before = seenPoints(order, outputs);
    try {
      await stored(executed.put(taken)).catch((cause: unknown) => {
        throw new FengsuiError('JOURNAL', 'the command could not be stored, so it was not done', { cause });
      });
      checkBefore(order, outputs); // the disk may have taken its time
    } catch (e) {
      lent.giveBack();
      busy.delete(device.id);
      throw e;
    }
    const stuck = (isSo: boolean): void => ctx.fault(device.id, notReleased, isSo);
    const { effect, isOver, finished } = await carryOut(order, lent, { outputs, clock, signal, stuck }).catch(
      (e: unknown) => {
        busy.delete(device.id);
        throw e;
      },
    );
    finished
      .then(() => release(device.id, taken.audit))
      .catch((e: unknown) => log.warn('command.not-released', { device: device.id, why: describeError(e) }));
    if (proof) ctx.proofs.note(device.id, proof, effect.state === 'verified');
    return {
      taken: isOver ? withoutHold(taken) : taken,
      verdict: { ...effect, before, after: seenPoints(order, outputs) },
    };
  };
  const release = async (device: DeviceId, audit: string): Promise<void> => {
    busy.delete(device);
    const taken = executed.find(audit);
    if (taken?.holds) await executed.put(withoutHold(taken));
  };

  return {
    finish,
    async perform(accepted) {
      const { p, who, digest } = accepted;
      const began = clock.mono();
      const finishing = (taken: Taken): Finishing => ({
        taken,
        who: { client: who.client, person: p.operator },
        tookMs: tookSince(began),
      });
      const draft = draftOf(accepted, ctx);
      const taken: Taken = { audit: p.audit, digest, ...(!who.spend && { notAfter: p.notAfter }), draft };
      let order: Order | undefined;
      try {
        order = prepare(p);
        const begun = { ...taken, draft: { ...draft, before: seenPoints(order, outputs) }, ...holdOf(order) };
        const done = await act(order, begun);
        return await finish(finishing(done.taken), done.verdict);
      } catch (e) {
        if (signal.aborted || !FengsuiError.is(e)) throw e;
        const now = order ? seenPoints(order, outputs) : [];
        return finish(finishing(taken), {
          state: 'refused',
          code: e.code,
          message: e.message,
          before: now,
          after: now,
        });
      }
    },
  };

  function tookSince(began: MonoTime): number {
    return Math.max(0, Math.round(elapsed(began, clock.mono())));
  }
}

function withoutHold(taken: Taken): Taken {
  const { audit, digest, notAfter, draft, receipt } = taken;
  return { audit, digest, draft, ...(notAfter !== undefined && { notAfter }), ...(receipt && { receipt }) };
}

const holdOf = ({ device, output, does }: Order): Pick<Taken, 'holds'> =>
  'ms' in does && !does.byDevice ? { holds: { device: device.id, point: output } } : {};

/** What is signed should the gateway stop in the middle. */
const draftOf = ({ p, who, spec }: Accepted, { clock, configVersion }: CommandContext): CommandReceipt => ({
  audit: p.audit,
  device: p.device,
  command: p.command,
  args: p.args,
  ...(spec && { risk: spec.risk }),
  signedBy: who.by,
  state: 'interrupted',
  message: 'the gateway stopped in the middle: nobody knows whether it was done, and it is not done again',
  at: clock.wall(),
  clock: clock.trust(),
  tookMs: 0,
  configVersion: configVersion(),
  before: [],
  after: [],
});
