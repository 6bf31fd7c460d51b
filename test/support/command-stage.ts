import { newOperatorKey, signingKey } from '../../edge/platform/ed25519.ts';
import { type CommandDesk, commandDesk } from '../../edge/runtime/commands/command-desk.ts';
import { executed } from '../../edge/runtime/commands/executed.ts';
import { openProofs } from '../../edge/runtime/commands/open-proofs.ts';
import type { SiteDevice } from '../../edge/runtime/config/site.ts';
import type { Drive } from '../../edge/runtime/field/field.ts';
import type { OutputAccess } from '../../edge/runtime/field/field-desk.ts';
import { recordStore } from '../../edge/runtime/records/record-store.ts';
import type { Invoker } from '../../edge/uplink/request-desk.ts';
import type { CommandRisk } from '../../sdk/model/command.ts';
import type { FengsuiError } from '../../sdk/model/errors.ts';
import { deviceId } from '../../sdk/model/ids.ts';
import type { PointValue, Scalar } from '../../sdk/model/point.ts';
import { type CommandReceipt, decodeCommandReceipt } from '../../sdk/wire/command.ts';
import { fieldsOf } from '../../sdk/wire/parse.ts';
import type { Data } from '../../sdk/wire/request.ts';
import { openSign1 } from '../../sdk/wire/sign1.ts';
import { fakeClock } from './fake-clock.ts';
import { type MemoryDisk, memoryDisk, memoryJournal } from './memory-journal.ts';
import { recordingLog } from './recording-log.ts';
import { siteOf } from './site-yaml.ts';

const key = signingKey(newOperatorKey().privateKey);

type Setting = {
  readonly disk?: MemoryDisk;
  readonly clock?: ReturnType<typeof fakeClock>;
  readonly twoPersons?: readonly CommandRisk[];
  readonly yaml: string;
  /** How writes fail from the start. */
  readonly failing?: FengsuiError;
  /** What an alarm holds on from the start. */
  readonly holds?: readonly string[];
};

/** A desk for commands on a fake clock and a field that does what the test says. */
export async function commandStage({
  disk = memoryDisk(),
  clock = fakeClock(),
  twoPersons = [],
  yaml,
  holds = [],
  ...more
}: Setting) {
  const site = siteOf(yaml);
  const journal = memoryJournal(disk);
  const devices = new Map<string, SiteDevice>(site.devices.map((d) => [d.id, d]));
  const values = new Map<string, PointValue>();
  const watchers = new Set<(device: string, point: string, value: PointValue) => void>();
  const writes: [string, Drive][] = [];
  const faults: [string, boolean][] = [];
  /** What an alarm holds on. */
  const held = new Set(holds);
  const lent = new Set<string>();
  let failing = more.failing;

  const outputs: OutputAccess = {
    device: (id) => devices.get(id),
    latest: (device, point) => values.get(`${device}/${point}`),
    watch(told) {
      watchers.add(told);
      return () => watchers.delete(told);
    },
    lend(output, point) {
      const name = `${output}/${point}`;
      if (held.has(name)) return undefined;
      lent.add(name);
      return { isWanted: () => held.has(name), giveBack: () => void lent.delete(name) };
    },
    async write(device, point, drive) {
      writes.push([`${device.id}/${point}`, drive]);
      if (failing) throw failing;
    },
  };
  const ctx = { journal, clock, log: recordingLog(), boot: 1 };
  const desk: CommandDesk = commandDesk({
    ...ctx,
    site: { address: site.address, twoPersons },
    configVersion: () => 3,
    outputs,
    executed: await executed(ctx),
    openProofs: await openProofs(ctx),

    record: recordStore({ ...ctx, onStored: () => undefined }),
    key,
    fault: (device, condition, isSo) => void faults.push([`${device}/${condition}`, isSo]),
  });
  const stop = new AbortController();
  const running = desk.run(stop.signal);
  return {
    clock,
    disk,
    desk,
    writes,
    faults,
    held,
    lent,
    devices,
    log: ctx.log,
    journal,
    /** From now on writes fail so; with nothing they are taken. */
    fail: (e?: FengsuiError) => {
      failing = e;
    },
    reads(device: string, point: string, value: Scalar | undefined, at = clock.mono()) {
      const seen: PointValue =
        value === undefined ? { quality: 'lost', at, why: 'timeout' } : { quality: 'good', at, value };
      values.set(`${deviceId(device)}/${point}`, seen);
      for (const told of watchers) told(device, point, seen);
    },
    outcome: (audit: string): Data => desk.outcome(fieldsOf({ audit }, 'params')),
    async end() {
      stop.abort(new Error('the test is over'));
      await desk[Symbol.asyncDispose]();
      await running;
    },
  };
}

/** Signed by these, all of whom have every role. */
export const signedBy = (first = 'duty', ...more: string[]): Invoker => ({
  client: 'test',
  by: [first, ...more],
  require: () => undefined,
});

export const receiptIn = (result: Data): CommandReceipt =>
  decodeCommandReceipt(openSign1(fieldsOf(result, 'result').bytes('receipt')).payload);
