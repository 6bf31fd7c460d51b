import { encodeGatewayState } from '../../../sdk/wire/gateway-state.ts';
import type { StatusResult } from '../../../sdk/wire/methods.ts';
import { encodePointTable } from '../../../sdk/wire/point-table.ts';
import { random } from '../../platform/ed25519.ts';
import { certificateDesk } from '../claims/certificate-desk.ts';
import { type ClaimDesk, claimDesk } from '../claims/claim-desk.ts';
import { gatewayState } from '../gateway-state.ts';
import { gatewayStatus } from '../gateway-status.ts';
import type { HandlerContext } from '../handler-context.ts';
import { handlers } from '../handlers.ts';
import { openUplinks, type UplinkSet } from '../open-uplinks.ts';
import { presentMessages } from '../present-messages.ts';
import type { DesiredSide } from './desired-side.ts';
import type { FieldSide } from './field-side.ts';
import type { Ground } from './ground.ts';
import type { Judgement } from './judgement.ts';

/** Whom the gateway tells, who may ask it, and by which certificates. */
export type UplinkSide = {
  readonly uplinks: UplinkSet;
  readonly claims: ClaimDesk;
  readonly status: () => StatusResult;
};

type Opened = {
  readonly ground: Ground;
  readonly judgement: Judgement;
  readonly field: FieldSide;
  readonly desired: DesiredSide;
};

export async function openUplinkSide(opened: Opened): Promise<UplinkSide> {
  const { ground, judgement, field } = opened;
  const { site, shared } = ground;
  const { fields } = field;
  const certificates = certificateDesk(site, {
    ...shared,
    reconnect: (uplink) => uplinks.reconnect(uplink, 'to try another certificate'),
  });
  const claims = claimDesk(site, { ...shared, random });
  const status = (): StatusResult => statusOf(opened, uplinks);
  const place = { log: shared.journal.id, boot: shared.boot };
  const uplinks: UplinkSet = await openUplinks(site, {
    ...shared,
    document: (channel) =>
      channel === 'points' ? encodePointTable(fields.recorder.table()) : stateDocument(opened, uplinks),
    present: (seq) => presentMessages({ ...place, seq }, fields.recorder.table(), fields.points, shared.clock),
    onCommand: ground.audit.command,
    delivery: judgement.delivery,
    trialFor: certificates.trialFor,
    handlersFor: (resume) => handlers({ ...answersOf(opened), certificates, status, resume }),
  });
  return { uplinks, claims, status };
}

function stateDocument({ ground, judgement, field }: Opened, { backlog }: UplinkSet): Uint8Array {
  const { site, shared, devices, time } = ground;
  const { alarms, risk } = judgement;
  const { answered, problems } = field.fields;
  const parts = { ...shared, site, devices, alarms, answered, problems, riskLevel: risk.state().level, backlog };
  return encodeGatewayState(
    gatewayState(parts, {
      at: shared.clock.wall(),
      clock: shared.clock.trust(),
      clocks: time.clocks(),
      clockSteps: time.status().steps,
      receiptKey: field.key.publicKey,
    }),
  );
}

function statusOf({ ground, judgement, field }: Opened, uplinks: UplinkSet): StatusResult {
  const { shared, time, wear, uptime } = ground;
  return {
    ...gatewayStatus(shared.journal, field.fields, uplinks.backlog, uptime()),
    clock: time.status(),
    ...wear.figures(),
    delivery: { ...judgement.delivery.waiting(), uplinks: uplinks.status() },
  };
}

type OfUplink = 'certificates' | 'status' | 'resume';

/** What requests are answered from, by whatever uplink they come. */
function answersOf({ ground, judgement, field, desired }: Opened): Omit<HandlerContext, OfUplink> {
  const { site, shared, devices, time, logs } = ground;
  const { clock } = shared;
  const { fields, scans, commands } = field;
  return {
    ...shared,
    ...judgement,
    ...desired,
    site,
    devices,
    deviceCommands: commands,
    zones: site.zones,
    points: () => fields.points,
    table: fields.recorder.table,
    flush: fields.recorder.flush,
    wallOf: (value) => clock.wall() - (clock.mono() - value.at),
    clocks: time.clocks,
    logs,
    scans,
  };
}
