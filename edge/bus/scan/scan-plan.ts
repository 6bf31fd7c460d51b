import type { ModbusEndpoint } from '../modbus/modbus-bus.ts';
import { type Finding, isIntact } from './judge-unit.ts';

/** How one frame of a serial line is sent. */
export type LineSetting = {
  readonly baud: number;
  readonly parity: 'none' | 'even' | 'odd';
  readonly stopBits: 1 | 2;
};

export type ScanStep = { readonly endpoint: ModbusEndpoint; readonly unit: number };

/** Every question of a scan, in order. */
export type ScanPlan = {
  readonly steps: readonly ScanStep[];
  /** Other settings of the line are tried also after somebody was found at one. */
  readonly all: boolean;
};

/** How far a scan has come: all that is needed to go on with it. */
export type ScanState = {
  /** Steps that are behind. */
  readonly done: number;
  readonly findings: readonly Finding[];
  /** Settings at which intact frames were heard that nobody had asked for: another master is talking. */
  readonly traffic: readonly string[];
};

export const freshScan: ScanState = { done: 0, findings: [], traffic: [] };

/** By how many devices leave the works with them (mostly 9,600, sensors 4,800, meters 2,400). */
export const usualBauds = [9_600, 4_800, 19_200, 2_400, 115_200] as const;
export const usualParities = ['none', 'even'] as const;

/** All speeds with the first parity, then all with the next. */
export function lineSettings(
  bauds: readonly number[] = usualBauds,
  parities: readonly LineSetting['parity'][] = usualParities,
): readonly LineSetting[] {
  return parities.flatMap((parity) => bauds.map((baud): LineSetting => ({ baud, parity, stopBits: 1 })));
}

/**
 * The likely units at every setting, then the others at every setting: a line with factory addresses is found in half a
 * minute, whatever its speed. `likely` may name units outside `units`; they are left out.
 */
export function scanSteps(
  endpoints: readonly ModbusEndpoint[],
  units: readonly number[],
  likely: readonly number[],
): readonly ScanStep[] {
  const first = units.filter((unit) => likely.includes(unit));
  const rest = units.filter((unit) => !likely.includes(unit));
  return [first, rest].flatMap((some) => endpoints.flatMap((endpoint) => some.map((unit) => ({ endpoint, unit }))));
}

/**
 * The steps still to be done, as places in `plan.steps`. Once a unit gave an intact frame, only those at its setting
 * remain, unless the plan wants all: one line has one speed, and rarely two.
 */
export function stepsLeft(plan: ScanPlan, state: ScanState): readonly number[] {
  const home = plan.all ? undefined : state.findings.find(isIntact)?.setting;
  return plan.steps.flatMap(({ endpoint }, index) =>
    index >= state.done && (home === undefined || home === settingName(endpoint)) ? [index] : [],
  );
}

/** `9600 8N1`, or `host:port`. */
export function settingName(endpoint: ModbusEndpoint): string {
  if (endpoint.kind !== 'serial') return `${endpoint.host}:${endpoint.port}`;
  return `${endpoint.baud} 8${endpoint.parity.charAt(0).toUpperCase()}${endpoint.stopBits}`;
}
