import { join } from 'node:path';
import { type DeviceId, deviceId } from '../../../sdk/model/ids.ts';
import { elapsed, type Millis } from '../../../sdk/model/time.ts';
import type { Journal } from '../../journal/journal.ts';
import { openJournal } from '../../journal/open-journal.ts';
import { bootIdentity } from '../../platform/boot-identity.ts';
import type { Clock } from '../../platform/clock.ts';
import { freshIdentity } from '../../platform/ed25519.ts';
import { makeFolder } from '../../platform/files.ts';
import { type GuardedClock, guardedClock } from '../../platform/guarded-clock.ts';
import type { Log } from '../../platform/log.ts';
import { type LogTail, logTail } from '../../platform/log-tail.ts';
import type { Scope } from '../../platform/scope.ts';
import type { Feeder } from '../../platform/watchdog-feeder.ts';
import { type ClockDesk, clockDesk } from '../clock/clock-desk.ts';
import type { Site } from '../config/site.ts';
import { type DeviceList, deviceList } from '../device-list.ts';
import { type AuditTrail, auditTrail } from '../records/audit-trail.ts';
import { type RecordStore, recordStore } from '../records/record-store.ts';
import { type StateReporter, stateReporter } from '../state-reporter.ts';
import { fedWhile } from '../watchdog/fed-while.ts';
import { type WearDesk, wearDesk } from '../wear/wear-desk.ts';
import type { Later } from './later.ts';

/** What every part of the gateway stands on: what is kept, what time it is, and what is told of both. */
export type Ground = {
  readonly site: Site;
  /** The gateway as a device, of its own alarms. */
  readonly gateway: DeviceId;
  /** Closes what it is given when the gateway ends, what was opened last first. */
  readonly own: Scope['own'];
  readonly shared: {
    readonly journal: Journal;
    readonly clock: GuardedClock;
    readonly log: Log;
    readonly boot: number;
  };
  readonly logs: LogTail;
  readonly devices: DeviceList;
  readonly reporter: StateReporter;
  readonly wear: WearDesk;
  readonly record: RecordStore;
  readonly audit: AuditTrail;
  readonly time: ClockDesk;
  /** How long this run has lasted. */
  readonly uptime: () => Millis;
};

export type GroundOptions = {
  readonly clock: Clock;
  readonly log: Log;
  readonly journalWorker: URL;
  /** Fed while the journal is opened. */
  readonly watchdogs?: readonly Feeder[];
};

/** @throws FengsuiError JOURNAL | DRIVER_MISSING */
export async function openGround(site: Site, options: GroundOptions, { own }: Scope, later: Later): Promise<Ground> {
  const { clock: system, journalWorker: worker, watchdogs = [] } = options;
  const clock = guardedClock(system);
  const logs = logTail(options.log, clock);
  const { log } = logs;
  const { path: directory, maxBytes, maxDays, history, fsync } = site.journal;
  const started = clock.mono();
  await makeFolder(directory);
  const opening = { directory, maxBytes, maxDays, history, fsync, worker, clock, log };
  const journal = own(await fedWhile(watchdogs, { clock, log }, () => openJournal(opening)));
  const shared = { journal, clock, log, boot: freshIdentity() };
  const devices = await deviceList(site, join(directory, 'devices.json'), log);
  const reporter = stateReporter();
  const identity = await bootIdentity(clock.mono());
  const wear = wearDesk(site.journal, clock);
  const record = recordStore({ ...shared, onStored: () => later.uplinks().wake('alarm') });
  const audit = own(await auditTrail({ ...shared, site, record }));
  const onStep = audit.clockStepped;
  const time = await clockDesk({ ...shared, system, identity, onChange: reporter.touch, onStep });
  const gateway = deviceId(site.address.gateway);
  const uptime = (): Millis => elapsed(started, clock.mono());
  return { site, gateway, own, shared, logs, devices, reporter, wear, record, audit, time, uptime };
}
