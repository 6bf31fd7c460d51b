import { FengsuiError } from '../../sdk/model/errors.ts';
import type { Millis } from '../../sdk/model/time.ts';
import type { StatusPage, StatusResult } from '../../sdk/wire/methods.ts';
import type { Journal, Lane } from '../journal/journal.ts';
import { residentBytes } from '../platform/process.ts';
import type { FieldDesk } from './field/field-desk.ts';

/** Figures for people and metrics, asked for when wanted. */
export function gatewayStatus(
  journal: Journal,
  fields: Pick<FieldDesk, 'quality'>,
  backlog: (lane: Lane) => number,
  uptime: Millis,
): StatusResult {
  const { lanes } = journal.status();
  return {
    uptimeMs: Math.round(uptime),
    rssBytes: residentBytes(),
    alarmLast: lanes.alarm.last,
    alarmBacklog: backlog('alarm'),
    telemetryLast: lanes.telemetry.last,
    telemetryBacklog: backlog('telemetry'),
    telemetryEvicted: lanes.telemetry.evicted,
    buses: fields.quality().map(([id, quality]) => ({ id, ...quality })),
  };
}

/** Buses and units of one reply. A bus takes at most 290 bytes and a unit 200: 200 of them together, or one bus with all its 247 units, are below 64 KB. */
const pageEntries = 200;

/**
 * What fits into one reply, beginning after the bus `after`.
 * @throws FengsuiError NOT_FOUND when there is no such bus
 */
export function statusPage(status: StatusResult, after?: string): StatusPage {
  const before = after === undefined ? -1 : status.buses.findIndex((bus) => bus.id === after);
  if (after !== undefined && before < 0)
    throw new FengsuiError('NOT_FOUND', `status: there is no bus “${after.slice(0, 64)}” to go on after`);
  const left = status.buses.slice(before + 1);
  let entries = 0;
  const tooMany = left.findIndex((bus) => (entries += 1 + bus.units.length) > pageEntries);
  const buses = tooMany < 0 ? left : left.slice(0, Math.max(1, tooMany));
  const last = buses.at(-1);
  return { ...status, buses, ...(buses.length < left.length && last && { next: last.id }) };
}
