import { type AlarmPhase, alarmPhases } from '../model/alarm.ts';
import { FengsuiError } from '../model/errors.ts';
import { type LinkCounts, type Turnaround, type UnitQuality, unitStates } from '../model/link-quality.ts';
import { doubts, losses, type PointValue } from '../model/point.ts';
import { type RiskLevel, riskLevels } from '../model/profile.ts';
import { clockTrusts, isWall, monoTime } from '../model/time.ts';
import type { BusStatus, ClockStatus, ConfigResult, ResumeResult, StatusPage, WearStatus } from '../wire/methods.ts';
import { type Fields, fieldsOf, isBytes, isList, isNumber, isScalar, isText } from '../wire/parse.ts';
import type { Data } from '../wire/request.ts';
import { parseDelivery } from './delivery-status.ts';

/** A value as a gateway tells it in a reply, at a wall time in Unix ms. */
export type Row = { readonly point: string; readonly wall: number; readonly value: PointValue };

/** @throws FengsuiError PROTOCOL, like all of these */
export const parseChallenge = (raw: Data): Uint8Array => fieldsOf(raw, 'challenge').bytes('nonce');

export function parseResume(raw: Data): ResumeResult {
  const fields = fieldsOf(raw, 'resume');
  return { log: fields.count('log'), next: fields.count('next') };
}

export const parseConfig = (raw: Data): ConfigResult => ({
  configVersion: fieldsOf(raw, 'configuration').count('configVersion'),
});

export const parsePhase = (raw: Data): AlarmPhase =>
  named(fieldsOf(raw, 'alarm').raw('phase'), alarmPhases, 'alarm.phase');

export const parseTable = (raw: Data): Uint8Array => fieldsOf(raw, 'table').bytes('table');

export const parseBatches = (raw: Data): readonly Uint8Array[] =>
  fieldsOf(raw, 'batches').list('batches').filter(isBytes);

export function parseLatest(raw: Data): {
  readonly devices: readonly { readonly device: string; readonly rows: readonly Row[] }[];
  readonly next?: string;
} {
  const fields = fieldsOf(raw, 'latest');
  return {
    devices: fields.list('devices').map((one, i) => {
      const device = fieldsOf(one, `latest.devices[${i}]`);
      return { device: device.text('device'), rows: device.list('points').map((row) => parseRow(row, 'latest')) };
    }),
    ...(fields.has('next') && { next: fields.text('next') }),
  };
}

export function parseHistory(raw: unknown): { readonly rows: readonly Row[]; readonly next?: number } {
  const fields = fieldsOf(raw, 'history');
  return {
    rows: fields.list('rows').map((row) => parseRow(row, 'history')),
    ...(fields.has('next') && { next: fields.count('next') }),
  };
}

export function parseRiskLevel(raw: Data): RiskLevel {
  return named(fieldsOf(raw, 'risk level').raw('level'), riskLevels, 'level');
}

export function parseStatus(raw: unknown): StatusPage {
  const s = fieldsOf(raw, 'status');
  return {
    uptimeMs: s.count('uptimeMs'),
    rssBytes: s.count('rssBytes'),
    alarmLast: s.count('alarmLast'),
    alarmBacklog: s.count('alarmBacklog'),
    telemetryLast: s.count('telemetryLast'),
    telemetryBacklog: s.count('telemetryBacklog'),
    telemetryEvicted: s.count('telemetryEvicted'),
    ...(s.has('clock') && { clock: parseClock(s.fields('clock')) }),
    ...(s.has('wear') && { wear: parseWear(s.fields('wear')) }),
    ...(s.has('delivery') && { delivery: parseDelivery(s.fields('delivery')) }),
    buses: s.list('buses').map((one, i) => parseBus(one, `status.buses[${i}]`)),
    ...(s.has('next') && { next: s.text('next') }),
  };
}

const parseClock = (clock: Fields): ClockStatus => ({
  // A newer gateway may know ways to trust a clock that this version does not.
  trust: clockTrusts.find((known) => known === clock.text('trust')) ?? 'unknown',
  ...(clock.has('errorMs') && { errorMs: clock.number('errorMs') }),
  steps: clock.count('steps'),
  ...(clock.has('lastStepMs') && { lastStepMs: clock.number('lastStepMs') }),
});

const parseWear = (wear: Fields): WearStatus => ({
  overMs: wear.count('overMs'),
  ...(wear.has('ownPerDay') && { ownPerDay: wear.number('ownPerDay') }),
  ...(wear.has('cardPerDay') && { cardPerDay: wear.number('cardPerDay') }),
  cardYears: wear.number('cardYears'),
});

function parseBus(raw: unknown, where: string): BusStatus {
  const bus = fieldsOf(raw, where);
  return {
    id: bus.text('id'),
    ...linkCounts(bus),
    utilisation: fromZero(bus.number('utilisation'), `${where}[utilisation]`),
    ...parseTurnaround(bus, where),
    units: bus.list('units').map((one, i) => parseUnit(one, `${where}.units[${i}]`)),
  };
}

function parseUnit(raw: unknown, where: string): UnitQuality {
  const unit = fieldsOf(raw, where);
  const state = unit.text('state');
  return {
    unit: unit.count('unit'),
    // A newer gateway may know states that this version does not.
    state: unitStates.find((known) => known === state) ?? 'unknown',
    ...linkCounts(unit),
    ...parseTurnaround(unit, where),
  };
}

const linkCounts = (of: Fields): LinkCounts => ({
  requests: of.count('requests'),
  answers: of.count('answers'),
  timeouts: of.count('timeouts'),
  crcErrors: of.count('crcErrors'),
  exceptions: of.count('exceptions'),
  foreign: of.count('foreign'),
  late: of.count('late'),
});

function parseTurnaround(of: Fields, where: string): { readonly turnaround?: Turnaround } {
  if (!of.has('turnaround')) return {};
  const times = of.fields('turnaround');
  const time = (key: 'p50Ms' | 'p99Ms'): number => fromZero(times.number(key), `${where}[turnaround][${key}]`);
  return { turnaround: { p50Ms: time('p50Ms'), p99Ms: time('p99Ms') } };
}

function fromZero(x: number, where: string): number {
  if (x >= 0) return x;
  throw new FengsuiError('PROTOCOL', `${where}: expected a number from 0, got ${x}`);
}

/** @throws FengsuiError PROTOCOL when it is no time that a date can hold. */
export function wallOf(raw: unknown, where: string): number {
  if (isNumber(raw) && isWall(raw)) return raw;
  throw noTime(where);
}

export const noTime = (where: string): FengsuiError =>
  new FengsuiError('PROTOCOL', `${where}: expected Unix milliseconds`);

function parseRow(raw: unknown, where: string): Row {
  const [point, wall, value, why] = isList(raw) ? raw : [];
  if (!isText(point)) throw new FengsuiError('PROTOCOL', `${where}: expected rows of [point, time, value, why]`);
  return {
    point,
    wall: wallOf(wall, `${where}: ${point}`),
    value: parseValue(value, why ?? undefined, `${where}: ${point}`),
  };
}

/** Monotonic times do not travel. */
const at = monoTime(0);

function parseValue(value: unknown, why: unknown, where: string): PointValue {
  if (why !== undefined && !isText(why))
    throw new FengsuiError('PROTOCOL', `${where}: the reason of its quality is not a text`);
  if (why !== undefined && !why.startsWith('~'))
    return { quality: 'lost', at, why: losses.find((l) => l === why) ?? 'bad-reply' };
  if (!isScalar(value)) throw new FengsuiError('PROTOCOL', `${where}: expected a number, text, true or false`);
  if (why === undefined) return { quality: 'good', at, value };
  return { quality: 'doubtful', at, value, why: doubts.find((d) => d === why.slice(1)) ?? 'unconfirmed' };
}

/** Replies name choices in words, unlike streams. @throws FengsuiError PROTOCOL */
export function named<T extends string>(raw: unknown, of: readonly T[], where: string): T {
  const found = of.find((name) => name === raw);
  if (found === undefined) throw new FengsuiError('PROTOCOL', `${where}: expected one of ${of.join(', ')}`);
  return found;
}
