import { join } from 'node:path';
import { describeError } from '../../sdk/model/errors.ts';
import { deviceId } from '../../sdk/model/ids.ts';
import { seconds } from '../../sdk/model/time.ts';
import { encodeGatewayState } from '../../sdk/wire/gateway-state.ts';
import { encodePointTable } from '../../sdk/wire/point-table.ts';
import { rulesOf, troubleRule } from '../alarm/rule.ts';
import type { Journal, Lane } from '../journal/journal.ts';
import { openJournal } from '../journal/open-journal.ts';
import { daily } from '../platform/calendar.ts';
import type { Clock } from '../platform/clock.ts';
import { freshIdentity, random } from '../platform/ed25519.ts';
import { makeFolder, readBytes } from '../platform/files.ts';
import { type Log, onChange } from '../platform/log.ts';
import { scope } from '../platform/scope.ts';
import { stopper } from '../platform/stop.ts';
import { requestDesk } from '../uplink/request-desk.ts';
import { type Uplink, uplink } from '../uplink/uplink.ts';
import { type AlarmDesk, alarmDesk } from './alarm-desk.ts';
import type { Site } from './config/check-site.ts';
import type { UplinkConfig } from './config/config-schema.ts';
import { type DeviceList, deviceList } from './device-list.ts';
import { type FieldDesk, fieldDesk } from './field/field-desk.ts';
import { gatewayState } from './gateway-state.ts';
import { gatewayStatus } from './gateway-status.ts';
import { handlers } from './handlers.ts';
import { followRule } from './linkage-actor.ts';
import { journalCheck, selfTest, selfTestFailed, selfTestRule } from './self-test.ts';

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
  const { clock, log, signal } = options;
  await using held = scope();
  await makeFolder(site.journal.path);
  const journal = held.own(
    await openJournal({
      directory: site.journal.path,
      maxBytes: site.journal.maxBytes,
      worker: options.journalWorker,
      clock,
      log,
    }),
  );
  const boot = freshIdentity();
  const uplinks: Uplink[] = [];
  const wake = (lane: Lane): void => {
    for (const up of uplinks) up.wake(lane);
  };
  const backlog = (lane: Lane): number => Math.max(0, ...uplinks.map((up) => up.backlog(lane)));
  const reporter = reportOnce();
  const noteBacklog = onChange<number>(reporter.touch);
  const alarms = await alarmDesk({
    journal,
    clock,
    log,
    boot,
    onChange: () => {
      fields.alarmsChanged();
      reporter.touch();
    },
    onStored: () => wake('alarm'),
  });
  const devices = await deviceList(site, join(site.journal.path, 'devices.json'), log);
  const fields: FieldDesk = held.own(
    fieldDesk(site, { journal, alarms, clock, log, boot, onStored: () => wake('telemetry'), onHealth: reporter.touch }),
  );
  const state = (): Uint8Array => {
    const parts = {
      site,
      boot,
      journal,
      devices,
      alarms,
      answered: fields.answered,
      problems: fields.problems,
      backlog,
    };
    return encodeGatewayState(gatewayState(parts, { at: clock.wall(), clock: clock.trust() }));
  };
  const points = (): Uint8Array => encodePointTable(fields.recorder.table());
  const applyDevices = (removed?: { device: string; operator: string }): void => {
    if (removed) alarms.forget(deviceId(removed.device), removed.operator);
    applyRules(site, devices, alarms);
    fields.replace(devices.devices);
    for (const up of uplinks) {
      up.show('points', points());
      up.show('state', state());
    }
  };
  for (const config of site.uplinks) {
    const up: Uplink = uplink(
      {
        id: config.id,
        url: config.url,
        credentials: await credentialsOf(config),
        site: site.address,
        boot,
        awaitsReceipts: site.operators.size > 0,
      },
      {
        journal,
        clock,
        log,
        random,
        documents: () => [
          ['points', points()],
          ['state', state()],
        ],
        desk: requestDesk(
          site.operators,
          handlers({
            journal,
            alarms,
            devices,
            points: () => fields.points,
            table: fields.recorder.table,
            wallOf: (value) => clock.wall() - (clock.mono() - value.at),
            flush: fields.recorder.flush,
            commitMs: site.journal.commitMs,
            applyDevices,
            resume: () => up.resume(),
            status: () => gatewayStatus(journal, fields, backlog, clock),
          }),
          clock,
        ),
      },
    );
    uplinks.push(up);
  }
  applyDevices();
  watchItself(site, alarms);
  alarms.endUnwatched();
  fields.alarmsChanged(); // latched alarms of an earlier run switch their outputs on again
  log.info('gateway.started', { gateway: site.address.gateway, devices: devices.devices.length, boot });

  const testDaily = (): void => {
    const checks = [journalCheck(journal), ...fields.checks()];
    selfTest(checks, log)
      .then((passed) => alarms.trouble(deviceId(site.address.gateway), selfTestFailed, !passed))
      .catch((e: unknown) => log.warn('self-test.bug', { why: describeError(e) }));
  };
  await allUntil(signal, (inner) => [
    ...uplinks.map((up) => up.run(inner)),
    fields.run(inner),
    supervise({ site, alarms, fields, journal, clock }, inner),
    reporter.run(clock, inner, {
      look: () => noteBacklog(backlogBand(backlog('alarm') + backlog('telemetry'))),
      report: () => {
        for (const up of uplinks) up.show('state', state());
      },
    }),
    daily(site.selfTest, testDaily, { clock, log }, inner),
  ]);
  log.info('gateway.stopped', { gateway: site.address.gateway });
}

/** Runs all until the signal fires; one that fails stops the others, so that nothing is left half alive. */
async function allUntil(signal: AbortSignal, start: (inner: AbortSignal) => readonly Promise<void>[]): Promise<void> {
  const inner = stopper();
  const stop = (): void => inner.abort(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const running = start(inner.signal);
  try {
    await Promise.all(running);
  } finally {
    inner.abort(new Error('another part of the gateway failed'));
    await Promise.allSettled(running);
    signal.removeEventListener('abort', stop);
  }
}

const busDown = 'bus-down';
const journalDegraded = 'journal-degraded';

const busRule = troubleRule({
  condition: busDown,
  onDelay: seconds(5),
  offDelay: seconds(0),
  text: 'the bus cannot be reached for 5 s',
  source: 'a dead bus is one fault, and not one of each device on it',
});
const journalRule = troubleRule({
  condition: journalDegraded,
  onDelay: seconds(0),
  offDelay: seconds(10),
  text: 'the journal cannot write to its disk',
  source: 'entries wait in memory meanwhile and would not survive a power cut',
});

function watchItself(site: Site, alarms: AlarmDesk): void {
  alarms.watch(deviceId(site.address.gateway), [journalRule, selfTestRule]);
  for (const bus of site.buses) alarms.watch(deviceId(bus.id), [busRule]);
}

function applyRules(site: Site, devices: DeviceList, alarms: AlarmDesk): void {
  const outputs = new Set<string>(site.linkage.map((rule) => rule.output));
  for (const device of devices.devices) {
    const own = rulesOf(device.profile, device.settings, device.pollMs);
    alarms.watch(device.id, outputs.has(device.id) ? [...own, followRule] : own);
  }
}

type Supervised = {
  readonly site: Site;
  readonly alarms: AlarmDesk;
  readonly fields: FieldDesk;
  readonly journal: Journal;
  readonly clock: Clock;
};

/** Once a second: what is wrong with the gateway itself is judged by the same rules as everything else. */
async function supervise({ site, alarms, fields, journal, clock }: Supervised, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const bus of site.buses) alarms.trouble(deviceId(bus.id), busDown, fields.problems.has(bus.id));
    alarms.trouble(deviceId(site.address.gateway), journalDegraded, journal.status().degraded !== undefined);
    await clock.sleep(seconds(1), signal).catch(() => undefined); // the loop sees the abort
  }
}

/** A backlog is told when it appears, doubles, halves and is gone; one or two entries are just on their way. */
const backlogBand = (entries: number): number => (entries <= 2 ? 0 : Math.floor(Math.log2(entries)));

const reportEvery = seconds(1);
const reportAnyway = 60;

/** Tells of changes at most once a second, and once a minute in any case. */
function reportOnce() {
  let changed = false;
  return {
    touch: (): void => {
      changed = true;
    },
    async run(
      clock: Clock,
      signal: AbortSignal,
      { look, report }: { look: () => void; report: () => void },
    ): Promise<void> {
      for (let tick = 1; !signal.aborted; tick++) {
        await clock.sleep(reportEvery, signal).catch(() => undefined); // the loop sees the abort
        look();
        if (!changed && tick % reportAnyway !== 0) continue;
        changed = false;
        report();
      }
    },
  };
}

async function credentialsOf(config: UplinkConfig) {
  return {
    ...(config.username !== undefined && { username: config.username }),
    ...(config.password !== undefined && { password: config.password }),
    ...(config.ca !== undefined && { ca: await readBytes(config.ca) }),
    ...(config.cert !== undefined && { cert: await readBytes(config.cert) }),
    ...(config.key !== undefined && { key: await readBytes(config.key) }),
  };
}
