import { describeError } from '../../sdk/model/errors.ts';
import { allUntil } from '../platform/all-until.ts';
import { daily } from '../platform/calendar.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { scope } from '../platform/scope.ts';
import type { Feeder } from '../platform/watchdog-feeder.ts';
import { type DesiredSide, openDesiredSide } from './assembly/desired-side.ts';
import { type FieldSide, openFieldSide } from './assembly/field-side.ts';
import { type Ground, openGround } from './assembly/ground.ts';
import { type Judgement, openJudgement } from './assembly/judgement.ts';
import type { Later } from './assembly/later.ts';
import { openLocalSide } from './assembly/local-side.ts';
import { openUplinkSide, type UplinkSide } from './assembly/uplink-side.ts';
import type { Site } from './config/site.ts';
import { dailyTest, journalCheck } from './self-test.ts';
import { supervise, watchItself } from './watch-itself.ts';
import { runWatchdog } from './watchdog/watchdog.ts';

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
  await using held = scope();
  const later: Later = {
    fields: () => field.fields,
    uplinks: () => uplink.uplinks,
    applyDevices: () => desired.applyDevices(),
  };
  const ground = await openGround(site, options, held, later);
  const judgement = await openJudgement(ground, later);
  const field = await openFieldSide(ground, judgement, later);
  const desired = openDesiredSide({ ground, judgement, field }, later);
  const uplink = await openUplinkSide({ ground, judgement, field, desired });
  const parts = { ground, judgement, field, desired, uplink };
  await openLocalSide(parts);

  await takeUpWork(parts);
  await work(parts, options);
  await judgement.alarms.save();
  await ground.audit.stopped(describeError(options.signal.reason));
  ground.shared.log.info('gateway.stopped', { gateway: ground.gateway });
}

type Parts = {
  readonly ground: Ground;
  readonly judgement: Judgement;
  readonly field: FieldSide;
  readonly desired: DesiredSide;
  readonly uplink: UplinkSide;
};

/** Puts the devices to work and goes on with what an earlier run has left. */
async function takeUpWork({ ground, judgement, field, desired }: Parts): Promise<void> {
  const { site, gateway, shared, devices, audit } = ground;
  const { alarms, delivery } = judgement;
  audit.started(devices.version);
  desired.applyDevices();
  watchItself(site, alarms);
  alarms.endUnwatched();
  await delivery.adopt(site.uplinks.map(({ id }) => id));
  field.fields.alarmsChanged(); // latched alarms of an earlier run switch their outputs on again
  shared.log.info('gateway.started', { gateway, devices: devices.devices.length, boot: shared.boot });
}

/** All that goes on at the same time, until the signal fires or one of it fails. */
async function work({ ground, judgement, field, uplink }: Parts, options: GatewayOptions): Promise<void> {
  const { site, gateway, shared, devices, reporter, wear, time } = ground;
  const { alarms, risk } = judgement;
  const { fields, commands } = field;
  const { uplinks, claims } = uplink;
  const { journal, clock, log } = shared;
  const common = { ...shared, site, alarms };
  const supervised = { ...common, problems: fields.problems, isWorn: wear.isWorn, isClaimRefused: claims.isRefused };
  const watched = { ...common, fields, devices: () => devices.devices };
  const report = {
    clock,
    backlog: () => uplinks.backlog('alarm') + uplinks.backlog('telemetry'),
    degraded: () => journal.status().degraded,
    report: () => uplinks.show('state'),
  };
  const testDaily = dailyTest([journalCheck(journal), ...fields.checks()], gateway, alarms, log);
  await allUntil(options.signal, (inner) => [
    uplinks.run(inner),
    time.run(inner),
    fields.run(inner),
    commands.run(inner),
    supervise(supervised, inner),
    wear.run(inner),
    runWatchdog(options.watchdogs ?? [], watched, inner),
    reporter.run(report, inner),
    daily(site.selfTest, testDaily, { clock: clock.calendar, log }, inner),
    risk.run(inner),
    claims.run(inner),
  ]);
}
