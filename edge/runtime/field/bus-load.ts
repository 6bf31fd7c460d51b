import { alarmRank } from '../../../sdk/model/alarm.ts';
import { type Millis, millis, seconds } from '../../../sdk/model/time.ts';
import { analyse, type UnitReads } from '../../bus/plan/analyse.ts';
import type { LineCost } from '../../bus/plan/line-cost.ts';
import type { PlannedRead } from '../../bus/plan/planned-read.ts';
import type { Block } from '../../bus/reading.ts';
import { isLineBus, type SiteBus, type SiteDevice } from '../config/site.ts';
import { costOf } from './bus-endpoint.ts';
import type { Measured } from './measured.ts';
import { planBus } from './plan-bus.ts';

/** What the bus of a running gateway has shown. */
export type Learnt = {
  readonly measured: Measured;
  /** Ranges that units refuse to be read across. */
  readonly refused: readonly Block[];
};

/** What a Modbus bus has to carry, computed from its configuration and what was learnt. */
export type SiteLoad = {
  readonly bus: SiteBus;
  /** To read everything once. */
  readonly cycle: Millis;
  /** Share of the time that reads take while all units answer; above 1 they do not fit. */
  readonly utilisation: number;
  readonly units: readonly LoadOfUnit[];
};

/** How late a unit is read at most: from a read becoming due to its answer. `undefined`: there is no bound. */
export type LoadOfUnit = {
  readonly unit: number;
  readonly devices: readonly SiteDevice[];
  /** Shortest period of its reads. */
  readonly every: Millis;
  readonly late: Millis | undefined;
  readonly lateWithOneSilent: Millis | undefined;
  readonly lateWithOthersSilent: Millis | undefined;
  /**
   * Whether each of its reads is answered within its period while all units answer; and, with one of the others silent,
   * still is, or at least a change is seen so soon that its alarm is out within the 10 s that GB 26875.1-2011 4.1.2.1
   * leaves a wired alarm in all.
   */
  readonly isKept: boolean;
};

/** What a wired alarm may take in all: GB 26875.1-2011 4.1.2.1. */
const allowed = seconds(10);
/** Of that, what is kept for everything after the judgement: journal, uplink and broker. */
const forUplink = seconds(2);

/** @returns `undefined` for buses of GPIO lines, which nothing queues for */
export function loadOf(bus: SiteBus, devices: readonly SiteDevice[], learnt?: Learnt): SiteLoad | undefined {
  if (isLineBus(bus.kind)) return undefined;
  const cost = costOf(bus, learnt?.measured);
  const slowest = learnt ? costOf(bus, learnt.measured, 'p99Ms') : cost;
  const own = devices.filter((d) => d.bus === bus.id);
  const { units } = planBus(own, cost, learnt?.refused);
  const usual = analyse(units, cost);
  const { cycle, utilisation } = usual;
  const { worst } = slowest === cost ? usual : analyse(units, slowest);
  const isLate = latePeriods(units, slowest);
  return {
    bus,
    cycle,
    utilisation,
    units: units.map(({ unit, devices: together, reads }, i): LoadOfUnit => {
      const every = millis(Math.min(...reads.map((read) => read.every)));
      const found = worst[i];
      const withOneSilent = found?.withOneDead;
      const left = allowed - forUplink - Math.max(...together.map(({ device }) => alarmDelay(device)));
      const isInTime = withOneSilent !== undefined && every + withOneSilent <= left;
      return {
        unit,
        devices: together.map(({ device }) => device),
        every,
        late: found?.response,
        lateWithOneSilent: withOneSilent,
        lateWithOthersSilent: found?.withOthersDead,
        isKept: found?.meets === true || (isInTime && !reads.some(isLate)),
      };
    }),
  };
}

/**
 * How long the device's slowest alarm must hold before it is raised. Only what is as urgent as a pre-alarm has to be out
 * in time; a supervisory limit or a fault may be told late on purpose.
 */
function alarmDelay({ profile, settings }: SiteDevice): number {
  const alarms = Object.values(profile.conditions ?? {}).filter(
    ({ kind }) => alarmRank[kind] <= alarmRank['pre-alarm'],
  );
  return Math.max(0, ...alarms.map(({ onDelayMs: ms }) => (typeof ms === 'number' ? ms : (settings[ms] ?? 0))));
}

/**
 * Which reads are not answered within their period even while all units answer. It does not matter then who they belong
 * to, so that those of one period and urgency are looked at together.
 */
function latePeriods(units: readonly UnitReads[], cost: LineCost): (read: PlannedRead) => boolean {
  const kinds = new Map<string, { readonly every: Millis; readonly reads: PlannedRead[] }>();
  for (const read of units.flatMap(({ reads }) => reads)) {
    const kind = kinds.get(kindOf(read)) ?? { every: read.every, reads: [] };
    kinds.set(kindOf(read), kind);
    kind.reads.push(read);
  }
  const periods = [...kinds.values()].map(({ every, reads }, unit) => ({ unit, probe: every, reads }));
  const { worst } = analyse(periods, cost);
  const late = [...kinds].filter(([, { every }], i) => (worst[i]?.response ?? Number.POSITIVE_INFINITY) > every);
  const names = new Set(late.map(([name]) => name));
  return (read) => names.has(kindOf(read));
}

const kindOf = ({ every, urgency }: PlannedRead): string => `${every} ${urgency}`;
