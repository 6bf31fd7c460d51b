import type { SigningKey } from '../../platform/ed25519.ts';
import { type CommandDesk, commandDesk } from '../commands/command-desk.ts';
import { executed } from '../commands/executed.ts';
import { openProofs } from '../commands/open-proofs.ts';
import { receiptKey } from '../commands/receipt-key.ts';
import { type BusScans, busScans } from '../diagnostics/bus-scans.ts';
import { type FieldDesk, fieldDesk } from '../field/field-desk.ts';
import { linkageTrail } from '../records/linkage-trail.ts';
import type { Ground } from './ground.ts';
import type { Judgement } from './judgement.ts';
import type { Later } from './later.ts';

/** The devices: what they say, what they are told, and who is there. */
export type FieldSide = {
  readonly fields: FieldDesk;
  readonly scans: BusScans;
  /** What signs the outcome of a command. */
  readonly key: SigningKey;
  readonly commands: CommandDesk;
};

export async function openFieldSide(ground: Ground, { alarms }: Judgement, later: Later): Promise<FieldSide> {
  const { site, own, shared, devices, record } = ground;
  const { clock, log } = shared;
  const fields = own(
    fieldDesk(site, {
      ...shared,
      alarms,
      trail: linkageTrail({ clock, record }),
      onStored: () => later.uplinks().wake('telemetry'),
      onHealth: ground.reporter.touch,
    }),
  );
  const scans = own(
    busScans({
      clock,
      log,
      look: fields.look,
      devicesAt: (bus, unit) => devices.devices.filter((d) => d.bus === bus && d.unit === unit).map(({ id }) => id),
    }),
  );
  const key = await receiptKey(site.journal.path, log);
  const commands = own(
    commandDesk({
      ...shared,
      site,
      configVersion: () => devices.version,
      outputs: fields.outputs,
      executed: await executed(shared),
      openProofs: await openProofs(shared),
      record,
      key,
      fault: (device, condition, isSo) => {
        // Gone, or by now a device that takes no commands: then there is no such fault.
        if (fields.outputs.device(device)?.profile.commands) alarms.trouble(device, condition, isSo);
      },
    }),
  );
  return { fields, scans, key, commands };
}
