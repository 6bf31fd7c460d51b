import { join } from 'node:path';
import { describeError } from '../../sdk/model/errors.ts';
import { deviceId } from '../../sdk/model/ids.ts';
import type { RiskLevel } from '../../sdk/model/profile.ts';
import { elapsed } from '../../sdk/model/time.ts';
import { encodeGatewayState } from '../../sdk/wire/gateway-state.ts';
import type { StatusResult } from '../../sdk/wire/methods.ts';
import type { Fields } from '../../sdk/wire/parse.ts';
import { encodePointTable } from '../../sdk/wire/point-table.ts';
import type { Data } from '../../sdk/wire/request.ts';
import type { Rule } from '../alarm/rule.ts';
import { ruleBook } from '../alarm/rule-book.ts';
import { openJournal } from '../journal/open-journal.ts';
import { allUntil } from '../platform/all-until.ts';
import { bootIdentity } from '../platform/boot-identity.ts';
import { daily } from '../platform/calendar.ts';
import type { Clock } from '../platform/clock.ts';
import { freshIdentity, random } from '../platform/ed25519.ts';
import { makeFolder } from '../platform/files.ts';
import { guardedClock } from '../platform/guarded-clock.ts';
import type { Log } from '../platform/log.ts';
import { logTail } from '../platform/log-tail.ts';
import { scope } from '../platform/scope.ts';
import type { Feeder } from '../platform/watchdog-feeder.ts';
import { activeAlarm } from './alarm-commands.ts';
import { type AlarmDesk, alarmDesk } from './alarms/alarm-desk.ts';
import { certificateDesk } from './claims/certificate-desk.ts';
import { claimDesk } from './claims/claim-desk.ts';
import { clockDesk } from './clock/clock-desk.ts';
import { type CommandDesk, commandDesk } from './commands/command-desk.ts';
import { commandRules } from './commands/command-rules.ts';
import { executed } from './commands/executed.ts';
import { openProofs } from './commands/open-proofs.ts';
import { receiptKey } from './commands/receipt-key.ts';
import type { Site, SiteDevice } from './config/site.ts';
import { deliveryDesk } from './delivery/delivery-desk.ts';
import { alarmNotReceived } from './delivery/receipt-rule.ts';
import { configPage, localChange } from './desired/answers.ts';
import { desiredDesk } from './desired/desired-desk.ts';
import { deviceList } from './device-list.ts';
import { busScans } from './diagnostics/bus-scans.ts';
import { type FieldDesk, fieldDesk } from './field/field-desk.ts';
import { gatewayState } from './gateway-state.ts';
import { gatewayStatus } from './gateway-status.ts';
import { handlers } from './handlers.ts';
import { historyAnswer } from './history-answer.ts';
import { endRule, followRule } from './linkage-actor.ts';
import { serveLocal } from './local/serve-local.ts';
import { openUplinks, type UplinkSet } from './open-uplinks.ts';
import { presentMessages } from './present-messages.ts';
import { auditTrail } from './records/audit-trail.ts';
import { linkageTrail } from './records/linkage-trail.ts';
import { recordStore } from './records/record-store.ts';
import { recordsAnswer } from './records/records-answer.ts';
import { atRisk, riskDesk } from './risk/risk-desk.ts';
import { type Check, journalCheck, selfTest, selfTestFailed } from './self-test.ts';
import { stateReporter } from './state-reporter.ts';
import { supervise, walkTestRunning, watchItself } from './watch-itself.ts';
import { fedWhile } from './watchdog/fed-while.ts';
import { runWatchdog } from './watchdog/watchdog.ts';
import { wearDesk } from './wear/wear-desk.ts';

export type GatewayOptions = {
  readonly clock: Clock;
  readonly log: Log;
  /** The journal's worker, a JavaScript file beside the program. */
  readonly journalWorker: URL;
  readonly signal: AbortSignal;
  /** What restarts this process, or the board, unless it is fed; the caller closes them. */
  readonly watchdogs?: readonly Feeder[];
};

/**
 * Runs one gateway until the signal fires: opens in order, closes in reverse, on every way out. It joins the stages and
 * decides nothing.
 * @throws FengsuiError JOURNAL | DRIVER_MISSING when it cannot keep what it would have to keep.
 */
export async function runGateway(site: Site, options: GatewayOptions): Promise<void> {
  const { clock: system, signal, journalWorker: worker, watchdogs = [] } = options;
  const clock = guardedClock(system);
  const logs = logTail(options.log, clock);
  const { log } = logs;
  const { path: directory, maxBytes, maxDays, history, fsync } = site.journal;
  const started = clock.mono();
  await using held = scope();
  await makeFolder(directory);
  const journal = held.own(
    await fedWhile(watchdogs, { clock, log }, () =>
      openJournal({ directory, maxBytes, maxDays, history, fsync, worker, clock, log }),
    ),
  );
  const gateway = deviceId(site.address.gateway);
  const boot = freshIdentity();
  const shared = { journal, clock, log, boot };
  const devices = await deviceList(site, join(directory, 'devices.json'), log);
  const reporter = stateReporter();
  const identity = await bootIdentity(clock.mono());
  const wear = wearDesk(site.journal, clock);
  const record = recordStore({ ...shared, onStored: () => uplinks.wake('alarm') });
  const audit = held.own(await auditTrail({ ...shared, site, record }));
  const onStep = audit.clockStepped;
  const time = await clockDesk({ ...shared, system, identity, onChange: reporter.touch, onStep });

  const delivery = held.own(
    deliveryDesk({
      ...shared,
      within: site.receiptWithin,
      onUrgent: () => uplinks.wakeStandby('unless-connected'),
      onLate: (isLate) => {
        alarms.trouble(gateway, alarmNotReceived, isLate);
        if (isLate) uplinks.wakeStandby('now');
      },
    }),
  );
  const alarms = await alarmDesk({
    ...shared,
    zones: site.zones,
    onChange: (change) => {
      fields.alarmsChanged();
      delivery.judged(change);
      reporter.touch();
    },
    onStored: (seq, change) => {
      delivery.stored(seq, change);
      uplinks.wake('alarm');
    },
    onChirp: (condition) => fields.chirp(condition),
    onWalkTest: (isRunning) => alarms.trouble(gateway, walkTestRunning, isRunning),
  });
  const risk = await riskDesk({
    windows: site.riskCalendar,
    ...shared,
    clock: clock.calendar,
    onLevel: () => applyDevices(),
  });
  const fields: FieldDesk = held.own(
    fieldDesk(site, {
      ...shared,
      alarms,
      trail: linkageTrail({ clock, record }),
      onStored: () => uplinks.wake('telemetry'),
      onHealth: reporter.touch,
    }),
  );
  const scans = held.own(
    busScans({
      clock,
      log,
      look: fields.look,
      devicesAt: (bus, unit) => devices.devices.filter((d) => d.bus === bus && d.unit === unit).map(({ id }) => id),
    }),
  );
  const key = await receiptKey(directory, log);
  const deviceCommands: CommandDesk = held.own(
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
  const document = (channel: 'state' | 'points'): Uint8Array => {
    if (channel === 'points') return encodePointTable(fields.recorder.table());
    const { answered, problems } = fields;
    const { level: riskLevel } = risk.state();
    const parts = { site, boot, journal, devices, alarms, answered, problems, riskLevel, backlog: uplinks.backlog };
    return encodeGatewayState(
      gatewayState(parts, {
        at: clock.wall(),
        clock: clock.trust(),
        clocks: time.clocks(),
        clockSteps: time.status().steps,
        receiptKey: key.publicKey,
      }),
    );
  };
  const applyDevices = (removed?: { device: string; operator: string }): void => {
    if (removed) alarms.forget(deviceId(removed.device), removed.operator);
    const { level } = risk.state();
    const now = devices.devices.map((device) => atRisk(device, level));
    applyRules(site, now, level, alarms);
    fields.replace(now);
    uplinks.show('points');
    uplinks.show('state');
  };
  const status = (): StatusResult => ({
    ...gatewayStatus(journal, fields, uplinks.backlog, elapsed(started, clock.mono())),
    clock: time.status(),
    ...wear.figures(),
    delivery: { ...delivery.waiting(), uplinks: uplinks.status() },
  });
  const desired = held.own(
    desiredDesk({
      ...shared,
      devices,
      sight: () => fields,
      applyDevices,
      onChange: reporter.touch,
      forget: (device, operator) => alarms.forget(deviceId(device), operator),
      note: audit.note,
    }),
  );
  const certificates = certificateDesk(site, {
    ...shared,
    reconnect: (uplink) => uplinks.reconnect(uplink, 'to try another certificate'),
  });
  const claims = claimDesk(site, { ...shared, random });
  const uplinks: UplinkSet = await openUplinks(site, {
    ...shared,
    document,
    present: (seq) => presentMessages({ log: journal.id, seq, boot }, fields.recorder.table(), fields.points, clock),
    onCommand: audit.command,
    delivery,
    trialFor: certificates.trialFor,
    handlersFor: (resume) =>
      handlers({
        ...shared,
        alarms,
        devices,
        deviceCommands,
        site,
        desired,
        zones: site.zones,
        risk,
        points: () => fields.points,
        table: fields.recorder.table,
        flush: fields.recorder.flush,
        wallOf: (value) => clock.wall() - (clock.mono() - value.at),
        clocks: time.clocks,
        applyDevices,
        resume,
        status,
        logs,
        scans,
        certificates,
      }),
  });
  const standing = (): Data => ({ alarms: alarms.standing().map((change) => activeAlarm(change, time.clocks())) });
  const past = (p: Fields): Promise<Data> => historyAnswer({ journal, flush: fields.recorder.flush }, p);
  const recorded = (p: Fields): Promise<Data> => recordsAnswer({ journal, clocks: time.clocks() }, p);
  const config = (p: Fields): Data => ({ ...configPage(site, devices, p.has('after') ? p.text('after') : undefined) });
  const device = async (p: Fields): Promise<Data> => {
    await desired.changeOnSite(localChange(p));
    return { configVersion: devices.version };
  };
  const answers = { status, alarms: standing, history: past, records: recorded, config, device };
  held.own(await serveLocal(directory, answers, { clock, log }));

  audit.started(devices.version);
  applyDevices();
  watchItself(site, alarms);
  alarms.endUnwatched();
  await delivery.adopt(site.uplinks.map(({ id }) => id));
  fields.alarmsChanged(); // latched alarms of an earlier run switch their outputs on again
  log.info('gateway.started', { gateway: site.address.gateway, devices: devices.devices.length, boot });
  const testDaily = dailyTest([journalCheck(journal), ...fields.checks()], site, alarms, log);
  const report = {
    clock,
    backlog: () => uplinks.backlog('alarm') + uplinks.backlog('telemetry'),
    degraded: () => journal.status().degraded,
    report: () => uplinks.show('state'),
  };
  await allUntil(signal, (inner) => [
    uplinks.run(inner),
    time.run(inner),
    fields.run(inner),
    deviceCommands.run(inner),
    supervise(
      {
        site,
        alarms,
        problems: fields.problems,
        journal,
        isWorn: wear.isWorn,
        isClaimRefused: claims.isRefused,
        clock,
      },
      inner,
    ),
    wear.run(inner),
    runWatchdog(watchdogs, { site, devices: () => devices.devices, fields, alarms, journal, clock, log }, inner),
    reporter.run(report, inner),
    daily(site.selfTest, testDaily, { clock: clock.calendar, log }, inner),
    risk.run(inner),
    claims.run(inner),
  ]);
  await alarms.save();
  await audit.stopped(describeError(signal.reason));
  log.info('gateway.stopped', { gateway: site.address.gateway });
}

function applyRules(site: Site, devices: readonly SiteDevice[], level: RiskLevel, alarms: AlarmDesk): void {
  const rules = ruleBook();
  for (const device of devices) {
    const own = rules(device, level);
    alarms.watch(device.id, [...own, ...outputRules(site, device.id), ...commandRules(device)], device.bus);
  }
}

/** What is told of a device that linkage switches. */
function outputRules(site: Site, device: string): readonly Rule[] {
  const linked = site.linkage.filter((rule) => rule.output === device);
  const [within] = linked.flatMap(({ proof }) => (proof ? [proof.within] : [])).toSorted((a, b) => b - a);
  return [...(linked.length > 0 ? [followRule] : []), ...(within === undefined ? [] : [endRule(within)])];
}

function dailyTest(checks: readonly Check[], site: Site, alarms: AlarmDesk, log: Log): () => void {
  const gateway = deviceId(site.address.gateway);
  return () => {
    selfTest(checks, log)
      .then((passed) => alarms.trouble(gateway, selfTestFailed, !passed))
      .catch((e: unknown) => log.warn('self-test.bug', { why: describeError(e) }));
  };
}
