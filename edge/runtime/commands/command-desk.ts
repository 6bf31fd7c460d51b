import { isAuditId } from '../../../sdk/model/command.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { DeviceId } from '../../../sdk/model/ids.ts';
import { seconds } from '../../../sdk/model/time.ts';
import { type InvokeParams, type OutcomeResult, readInvoke } from '../../../sdk/wire/command.ts';
import { type Fields, fieldsOf } from '../../../sdk/wire/parse.ts';
import type { Data } from '../../../sdk/wire/request.ts';
import { stopper } from '../../platform/stop.ts';
import type { Invoker } from '../../uplink/request-desk.ts';
import { accept, digestOf } from './accept.ts';
import type { CommandContext } from './command-context.ts';
import type { Taken } from './executed.ts';
import { performer } from './perform.ts';
import { proofWatch } from './proof-watch.ts';
import { recover } from './recover.ts';

/** Commands to devices: each judged, done at most once, proven, and answered for with a signature. */
export interface CommandDesk extends AsyncDisposable {
  /** `invoke`. @throws FengsuiError when it was not taken up */
  invoke(params: Data, who: Invoker): Promise<Data>;
  /** `outcome`. @throws FengsuiError INVALID, PROTOCOL */
  outcome(p: Fields): Data;
  /** Puts right what an earlier run left in the middle, and forgets what is over, until the signal fires. */
  run(signal: AbortSignal): Promise<void>;
}

/** A command that is being carried out. */
type Running = { readonly digest: string; readonly done: Promise<Uint8Array> };

const sweepEvery = seconds(60);

export function commandDesk(ctx: CommandContext): CommandDesk {
  const { executed } = ctx;
  const running = new Map<string, Running>();
  const stopping = stopper();
  const proofs = proofWatch(ctx);
  const busy = new Set<DeviceId>();
  const { perform, finish } = performer({ ...ctx, proofs, busy, signal: stopping.signal });
  const sweepOn = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      executed.sweep();
      await ctx.clock.sleep(sweepEvery, signal).catch(() => undefined); // the loop sees the abort
    }
  };

  return {
    async invoke(params, who) {
      const p = readInvoke(fieldsOf(params ?? {}, 'params'));
      const known = running.get(p.audit) ?? executed.find(p.audit);
      if (known) return again(known, p, digestOf(p, who));
      const accepted = accept(p, who, ctx);
      const done = perform(accepted);
      running.set(p.audit, { digest: accepted.digest, done });
      try {
        return { receipt: await done };
      } finally {
        running.delete(p.audit);
      }
    },
    outcome(p) {
      const audit = p.text('audit');
      if (!isAuditId(audit))
        throw new FengsuiError('INVALID', 'audit: expected 16 to 64 letters, digits, hyphens and underscores');
      const taken = executed.find(audit);
      const result: OutcomeResult = taken?.receipt
        ? { receipt: taken.receipt }
        : { state: taken || running.has(audit) ? 'running' : 'unknown' };
      return result;
    },
    async run(signal) {
      // Side by side: an output that cannot be switched off for days must not fill the memory for all other commands.
      await Promise.all([recover({ ...ctx, busy, finish }, signal), sweepOn(signal)]);
    },
    async [Symbol.asyncDispose]() {
      stopping.abort(new FengsuiError('UNAVAILABLE', 'the gateway stops'));
      proofs.end();
      await Promise.allSettled([...running.values()].map(({ done }) => done));
    },
  };
}

/** Sent again: what became of it is told again, and nothing is done. */
async function again(known: Running | Taken, { audit }: InvokeParams, digest: string): Promise<Data> {
  if (known.digest !== digest)
    throw new FengsuiError('CONFLICT', `audit: “${audit}” was used for another command; every command needs its own`);
  const receipt = 'done' in known ? await known.done : known.receipt;
  if (receipt) return { receipt };
  throw new FengsuiError('UNAVAILABLE', 'the gateway was stopped in the middle of this command; ask for its outcome');
}
