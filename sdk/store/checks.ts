import { alarmEvents, alarmKinds, alarmPhases } from '../model/alarm.ts';
import { FengsuiError } from '../model/errors.ts';
import { districtCode, gatewayId, townCode } from '../model/ids.ts';
import {
  type AlarmEntry,
  type AuditEntry,
  type DesiredChange,
  desiredSyncs,
  gatewayStates,
  type HistoryMark,
  type HistoryRange,
  type NewGatewayRecord,
  type PageQuery,
  type ReportedState,
  type Sample,
} from './platform-store.ts';

export const defaultLimit = 1_000;
const mostAtOnce = 10_000;
const mostDevices = 5_000;
const mostPoints = 1_000;
export const mostJsonBytes = 64 * 1024;
const mostDesiredBytes = 2 * 1024 * 1024;
const mostNesting = 64;
export const nameLength = 200;
export const textLength = 2_000;
/** The end of the year 9999: beyond it neither databases nor people agree on how to write a date. */
const lastTime = Date.UTC(10_000, 0) - 1;

const invalid = (message: string): FengsuiError => new FengsuiError('INVALID', message);

/** @throws FengsuiError INVALID naming `what` */
export function checkText(what: string, text: unknown, most = textLength): void {
  if (typeof text !== 'string') throw invalid(`${what} must be a text`);
  if (text.length > most) throw invalid(`${what} has ${text.length} characters; at most ${most} can be stored`);
  if (text.includes('\0')) throw invalid(`${what} contains U+0000, which cannot be stored`);
  if (/\p{Surrogate}/u.test(text)) throw invalid(`${what} contains half a character (a lone surrogate)`);
}

const checkName = (what: string, text: unknown): void => checkText(what, text, nameLength);

export const isStorableTime = (at: Date): boolean => at.getTime() >= 0 && at.getTime() <= lastTime;

export function checkTime(what: string, at: unknown): void {
  if (!(at instanceof Date && isStorableTime(at))) throw invalid(`${what} must be a date from 1970 to 9999`);
}

function checkCount(what: string, n: unknown): void {
  if (typeof n !== 'number' || !Number.isSafeInteger(n) || n < 0)
    throw invalid(`${what} must be a whole number from 0`);
}

function checkOne(what: string, value: unknown, of: readonly string[]): void {
  if (typeof value !== 'string' || !of.includes(value)) throw invalid(`${what} must be one of ${of.join(', ')}`);
}

/** @throws FengsuiError INVALID when it is none, is nested too deeply or takes more than `most` bytes */
export function jsonText(what: string, value: unknown, most = mostJsonBytes): string {
  if (nesting(value, 0) > mostNesting) throw invalid(`${what} is nested more than ${mostNesting} deep`);
  let text: unknown;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new FengsuiError('INVALID', `${what} cannot be written as JSON`, { cause });
  }
  if (typeof text !== 'string') throw invalid(`${what} cannot be written as JSON`);
  const bytes = Buffer.byteLength(text);
  if (bytes > most) throw invalid(`${what} takes ${bytes} bytes as JSON; at most ${most} can be stored`);
  return text;
}

function nesting(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null || depth > mostNesting) return depth;
  return Object.values(value).reduce<number>((deepest, item) => Math.max(deepest, nesting(item, depth + 1)), depth + 1);
}

export function checkGatewayRecord(record: NewGatewayRecord): void {
  gatewayId(record.gateway);
  districtCode(record.district);
  townCode(record.town);
  if (record.village !== undefined) checkName('village', record.village);
  checkText('name', record.name);
  checkOne('state', record.state, gatewayStates);
}

export function checkDesiredChange(gateway: string, change: DesiredChange): void {
  gatewayId(gateway);
  checkCount('ifVersion', change.ifVersion);
  if (change.above !== undefined) checkCount('above', change.above);
  checkText('by', change.by);
  if (change.key !== undefined) checkName('key', change.key);
  if (!Array.isArray(change.devices) || change.devices.length > mostDevices)
    throw invalid(`devices must be a list of at most ${mostDevices}`);
  jsonText('devices', change.devices, mostDesiredBytes);
}

export function checkReported(gateway: string, reported: ReportedState): void {
  gatewayId(gateway);
  checkCount('reported.version', reported.version);
  checkOne('reported.sync', reported.sync, desiredSyncs);
  checkTime('reported.at', reported.at);
  if (!Array.isArray(reported.problems)) throw invalid('reported.problems must be a list');
  jsonText('reported.problems', reported.problems);
}

export function checkSamples(samples: readonly Sample[]): void {
  if (samples.length > mostAtOnce)
    throw invalid(`${samples.length} samples at once; at most ${mostAtOnce}: append them in parts`);
  for (const { gateway, device, point, at, value, why } of samples) {
    gatewayId(gateway);
    checkName('device', device);
    checkName('point', point);
    checkTime('at', at);
    if (why !== undefined) checkName('why', why);
    if (typeof value === 'string') checkText('value', value);
    else if (typeof value === 'number' ? !Number.isFinite(value) : typeof value !== 'boolean' && value !== null)
      throw invalid(`value of ${device}.${point} must be a number, text, true, false or null`);
  }
}

export function checkMarks(marks: readonly HistoryMark[]): void {
  checkGateways(marks.map(({ gateway }) => gateway));
  if (new Set(marks.map(({ gateway }) => gateway)).size < marks.length)
    throw invalid('marks: one a gateway, and not two');
  for (const { log, seq, at } of marks) {
    checkCount('log', log);
    checkCount('seq', seq);
    checkTime('at', at);
  }
}

export function checkGateways(gateways: readonly string[]): void {
  if (gateways.length > mostAtOnce) throw invalid(`${gateways.length} gateways at once; at most ${mostAtOnce}`);
  for (const gateway of gateways) gatewayId(gateway);
}

export function checkRange({ gateway, device, points, from, to }: HistoryRange): void {
  gatewayId(gateway);
  checkName('device', device);
  if (points && points.length > mostPoints) throw invalid(`points: at most ${mostPoints}`);
  for (const point of points ?? []) checkName('point', point);
  checkTime('from', from);
  checkTime('to', to);
}

export function checkAlarm(entry: AlarmEntry): void {
  gatewayId(entry.gateway);
  checkCount('log', entry.log);
  checkCount('seq', entry.seq);
  checkCount('occurrence', entry.occurrence);
  checkTime('at', entry.at);
  checkTime('receivedAt', entry.receivedAt);
  checkName('device', entry.device);
  checkName('condition', entry.condition);
  checkOne('kind', entry.kind, [...alarmKinds, 'other']);
  checkOne('event', entry.event, [...alarmEvents, 'other']);
  checkOne('phase', entry.phase, alarmPhases);
  jsonText('body', entry.body);
}

export function checkAudit(entry: AuditEntry): void {
  checkName('id', entry.id);
  if (entry.id === '') throw invalid('id must not be empty');
  checkTime('at', entry.at);
  checkText('who', entry.who);
  checkName('act', entry.act);
  checkName('outcome', entry.outcome);
  if (entry.gateway !== undefined) gatewayId(entry.gateway);
  if (entry.device !== undefined) checkName('device', entry.device);
  if (entry.detail !== undefined) jsonText('detail', entry.detail);
}

/** What a list is asked for: texts and dates of a filter, and the page. */
export function checkFilter(query: PageQuery & Readonly<Record<string, unknown>>): void {
  const { limit, after, ...filter } = query;
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= mostAtOnce))
    throw invalid(`limit must be 1 to ${mostAtOnce}, not ${limit}`);
  if (after !== undefined && typeof after !== 'string') throw invalid('after must be the `next` of a page');
  for (const [name, value] of Object.entries(filter)) {
    if (value instanceof Date) checkTime(name, value);
    else if (value !== undefined) checkName(name, value);
  }
}
