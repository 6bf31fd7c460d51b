import { join } from 'node:path';
import { describeError } from '../../sdk/model/errors.ts';
import { deviceId } from '../../sdk/model/ids.ts';
import { elapsed } from '../../sdk/model/time.ts';
import { encodeGatewayState } from '../../sdk/wire/gateway-state.ts';
import type { StatusResult } from '../../sdk/wire/methods.ts';
import { encodePointTable } from '../../sdk/wire/point-table.ts';
import { rulesOf } from '../alarm/rule.ts';
import { openJournal } from '../journal/open-journal.ts';
import { allUntil } from '../platform/all-until.ts';
import { daily } from '../platform/calendar.ts';
import type { Clock } from '../platform/clock.ts';
import { freshIdentity } from '../platform/ed25519.ts';
import { makeFolder } from '../platform/files.ts';
import type { Log } from '../platform/log.ts';
import { scope } from '../platform/scope.ts';
import { type AlarmDesk, alarmDesk } from './alarm-desk.ts';
import type { Site } from './config/check-site.ts';
import { type DeviceList, deviceList } from './device-list.ts';
import { type FieldDesk, fieldDesk } from './field/field-desk.ts';
import { gatewayState } from './gateway-state.ts';
import { gatewayStatus } from './gateway-status.ts';
import { handlers } from './handlers.ts';
import { followRule } from './linkage-actor.ts';
import { serveLocal } from './local/serve-local.ts';
import { openUplinks, type UplinkSet } from './open-uplinks.ts';
import { type Check, journalCheck, selfTest, selfTestFailed } from './self-test.ts';
import { stateReporter } from './state-reporter.ts';
import { supervise, watchItself } from './watch-itself.ts';

export type GatewayOptions = {
  readonly clock: Clock;
  readonly log: Log;
  /** The journal's worker, a JavaScript file beside the program. */
  readonly journalWorker: URL;
  readonly signal: AbortSignal;
};

/**
 * Runs one gateway until the signal fires: opens in order, closes in reverse, on every way out. It joins the stages and
 * decides nothing.
 * @throws FengsuiError JOURNAL | DRIVER_MISSING when it cannot keep what it would have to keep.
 */
export async function runGateway(site: Site, options: GatewayOptions): Promise<void> {
  const { clock, log, signal, journalWorker: worker } = options;
  const { path: directory, maxBytes, commitMs } = site.journal;
  const started = clock.mono();
  await using held = scope();
  await makeFolder(directory);
  const journal = held.own(await openJournal({ directory, maxBytes, worker, clock, log }));
  const boot = freshIdentity();
  const shared = { journal, clock, log, boot };
  const devices = await deviceList(site, join(directory, 'devices.json'), log);
  const reporter = stateReporter();

  const alarms = await alarmDesk({
    ...shared,
    onChange: () => {
      fields.alarmsChanged();
      reporter.touch();
    },
    onStored: () => uplinks.wake('alarm'),
  });
  const fields: FieldDesk = held.own(
    fieldDesk(site, { ...shared, alarms, onStored: () => uplinks.wake('telemetry'), onHealth: reporter.touch }),
  );
  const document = (channel: 'state' | 'points'): Uint8Array => {
    if (channel === 'points') return encodePointTable(fields.recorder.table());
    const { answered, problems } = fields;
    const parts = { site, boot, journal, devices, alarms, answered, problems, backlog: uplinks.backlog };
    return encodeGatewayState(gatewayState(parts, { at: clock.wall(), clock: clock.trust() }));
  };
  const applyDevices = (removed?: { device: string; operator: string }): void => {
    if (removed) alarms.forget(deviceId(removed.device), removed.operator);
    applyRules(site, devices, alarms);
    fields.replace(devices.devices);
    uplinks.show('points');
    uplinks.show('state');
  };
  const status = (): StatusResult => gatewayStatus(journal, fields, uplinks.backlog, elapsed(started, clock.mono()));
  const uplinks: UplinkSet = await openUplinks(site, {
    ...shared,
    document,
    handlersFor: (resume) =>
      handlers({
        ...shared,
        alarms,
        devices,
        points: () => fields.points,
        table: fields.recorder.table,
        flush: fields.recorder.flush,
        wallOf: (value) => clock.wall() - (clock.mono() - value.at),
        commitMs,
        applyDevices,
        resume,
        status,
      }),
  });
  held.own(await serveLocal(directory, { status }, { clock, log }));

  applyDevices();
  watchItself(site, alarms);
  alarms.endUnwatched();
  fields.alarmsChanged(); // latched alarms of an earlier run switch their outputs on again
  log.info('gateway.started', { gateway: site.address.gateway, devices: devices.devices.length, boot });
  const testDaily = dailyTest([journalCheck(journal), ...fields.checks()], site, alarms, log);
  const report = {
    clock,
    backlog: () => uplinks.backlog('alarm') + uplinks.backlog('telemetry'),
    report: () => uplinks.show('state'),
  };
  await allUntil(signal, (inner) => [
    uplinks.run(inner),
    fields.run(inner),
    supervise({ site, alarms, problems: fields.problems, journal, clock }, inner),
    reporter.run(report, inner),
    daily(site.selfTest, testDaily, { clock, log }, inner),
  ]);
  log.info('gateway.stopped', { gateway: site.address.gateway });
}

function applyRules(site: Site, devices: DeviceList, alarms: AlarmDesk): void {
  const outputs = new Set<string>(site.linkage.map((rule) => rule.output));
  for (const device of devices.devices) {
    const own = rulesOf(device.profile, device.settings, device.pollMs);
    alarms.watch(device.id, outputs.has(device.id) ? [...own, followRule] : own);
  }
}

function dailyTest(checks: readonly Check[], site: Site, alarms: AlarmDesk, log: Log): () => void {
  const gateway = deviceId(site.address.gateway);
  return () => {
    selfTest(checks, log)
      .then((passed) => alarms.trouble(gateway, selfTestFailed, !passed))
      .catch((e: unknown) => log.warn('self-test.bug', { why: describeError(e) }));
  };
}
