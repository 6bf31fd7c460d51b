import type { StatusResult } from '../../sdk/wire/methods.ts';
import type { Data } from '../../sdk/wire/request.ts';
import type { Journal, Lane } from '../journal/journal.ts';
import type { Clock } from '../platform/clock.ts';
import { residentBytes } from '../platform/process.ts';
import type { FieldDesk } from './field/field-desk.ts';

/** Figures for people and metrics, asked for when wanted. */
export function gatewayStatus(
  journal: Journal,
  fields: FieldDesk,
  backlog: (lane: Lane) => number,
  clock: Clock,
): Data {
  const { lanes } = journal.status();
  const status: StatusResult = {
    uptimeMs: Math.round(clock.mono()),
    rssBytes: residentBytes(),
    alarmLast: lanes.alarm.last,
    alarmBacklog: backlog('alarm'),
    telemetryLast: lanes.telemetry.last,
    telemetryBacklog: backlog('telemetry'),
    telemetryEvicted: lanes.telemetry.evicted,
    buses: fields.stats().map(([id, stats]) => ({ id, ...stats })),
  };
  return status;
}
