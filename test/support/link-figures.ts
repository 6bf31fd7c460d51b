import type { LinkCounts, UnitQuality } from '../../sdk/model/link-quality.ts';
import type { BusStatus, StatusResult } from '../../sdk/wire/methods.ts';

const counts: LinkCounts = {
  requests: 1_000,
  answers: 990,
  timeouts: 6,
  crcErrors: 3,
  exceptions: 1,
  foreign: 2,
  late: 4,
};

/** A unit that does well, but for what is given. */
export const unitFigures = (unit: number, but: Partial<UnitQuality> = {}): UnitQuality => ({
  unit,
  state: 'answering',
  ...counts,
  turnaround: { p50Ms: 4.2, p99Ms: 12.5 },
  ...but,
});

export const busFigures = (id: string, units: readonly UnitQuality[], but: Partial<BusStatus> = {}): BusStatus => ({
  id,
  ...counts,
  utilisation: 0.34,
  turnaround: { p50Ms: 4.2, p99Ms: 12.5 },
  units,
  ...but,
});

export const statusOf = (...buses: readonly BusStatus[]): StatusResult => ({
  uptimeMs: 7_980_000,
  rssBytes: 60_000_000,
  alarmLast: 7,
  alarmBacklog: 0,
  telemetryLast: 300,
  telemetryBacklog: 2,
  telemetryEvicted: 0,
  buses,
});
