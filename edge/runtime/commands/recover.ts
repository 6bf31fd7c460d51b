import { describeError } from '../../../sdk/model/errors.ts';
import { type DeviceId, deviceId } from '../../../sdk/model/ids.ts';
import { later, seconds } from '../../../sdk/model/time.ts';
import type { CommandContext } from './command-context.ts';
import { notReleased } from './command-rules.ts';
import type { Taken } from './executed.ts';
import type { Performer, PerformerContext } from './perform.ts';

export type RecoverContext = Pick<CommandContext, 'clock' | 'log' | 'outputs' | 'executed' | 'fault'> &
  Pick<PerformerContext, 'busy'> &
  Pick<Performer, 'finish'>;

/** What stands in the field should have been read by then. */
const heardWithin = seconds(15);
const again = seconds(1);

/**
 * What an earlier run left in the middle: outputs that it switched on for a while are switched off, and whoever asks is
 * told that nobody knows, with what is seen now. Nothing is done a second time.
 */
export async function recover(ctx: RecoverContext, signal: AbortSignal): Promise<void> {
  const left = ctx.executed.all().filter(({ receipt, holds }) => !receipt || holds);
  await Promise.all(
    left.map((taken) =>
      recoverOne(taken, ctx, signal).catch((e: unknown) => {
        if (!signal.aborted) ctx.log.warn('command.not-recovered', { audit: taken.audit, why: describeError(e) });
      }),
    ),
  );
}

async function recoverOne(taken: Taken, ctx: RecoverContext, signal: AbortSignal): Promise<void> {
  const { holds, ...rest } = taken;
  if (holds) await release(deviceId(holds.device), holds.point, ctx, signal);
  if (taken.receipt) return forgetHold(rest, ctx);
  await untilHeard(taken, ctx, signal);
  const after = taken.draft.before.map(({ device, point }) => {
    const value = ctx.outputs.latest(device, point);
    return { device, point, ...(value?.quality === 'good' && { value: value.value }) };
  });
  await ctx.finish({ taken: rest, who: { client: '' }, tookMs: 0 }, { state: 'interrupted', after });
}

/** The device takes no other command meanwhile: its pulse would be cut short. */
async function release(id: DeviceId, point: string, ctx: RecoverContext, signal: AbortSignal): Promise<void> {
  ctx.busy.add(id);
  try {
    await switchOff(id, point, ctx, signal);
    ctx.fault(id, notReleased, false); // also that which an earlier run has raised
  } finally {
    ctx.busy.delete(id);
  }
}

/** Nobody waits for the disk: what is not stored is done once more at the next start. */
function forgetHold(taken: Taken, { executed, log }: RecoverContext): void {
  executed
    .put(taken)
    .catch((e: unknown) => log.warn('command.not-stored', { audit: taken.audit, why: describeError(e) }));
}

/** Until it is written, or an alarm has the output, or the device is gone. */
async function switchOff(id: DeviceId, point: string, ctx: RecoverContext, signal: AbortSignal): Promise<void> {
  const { outputs, clock, log, fault } = ctx;
  for (let isTold = false; ; ) {
    const device = outputs.device(id);
    const lent = device && outputs.lend(id, point);
    if (!device || !lent) return log.info('command.left-to-others', { device: id, point });
    try {
      await outputs.write(device, point, false);
      return log.info('command.switched-off', { device: id, point });
    } catch (e) {
      if (!isTold) log.warn('command.not-switched-off', { device: id, point, why: describeError(e) });
      if (!isTold) fault(id, notReleased, true);
      isTold = true;
    } finally {
      lent.giveBack();
    }
    await clock.sleep(again, signal);
  }
}

async function untilHeard({ draft }: Taken, { outputs, clock }: RecoverContext, signal: AbortSignal): Promise<void> {
  const end = later(clock.mono(), heardWithin);
  const isHeard = (): boolean =>
    draft.before.every(({ device, point }) => outputs.latest(device, point)?.quality === 'good');
  while (!isHeard() && clock.mono() < end) await clock.sleep(again, signal);
}
