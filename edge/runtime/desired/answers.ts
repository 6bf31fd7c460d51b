import { FengsuiError } from '../../../sdk/model/errors.ts';
import {
  type ApplyResult,
  type ConfigPage,
  type DesiredConflict,
  type DesiredProblem,
  type ListedDevice,
  leastTrialMs,
  mostTrialMs,
  type Sync,
} from '../../../sdk/wire/desired.ts';
import type { DeviceSpec } from '../../../sdk/wire/methods.ts';
import type { Fields } from '../../../sdk/wire/parse.ts';
import type { Site } from '../config/site.ts';
import type { DeviceList } from '../device-list.ts';
import type { DeviceEntry } from './device-entry.ts';
import { type LocalChange, localActs } from './local-change.ts';
import type { ApplyRequest } from './plan-apply.ts';

/** @throws FengsuiError INVALID | PROTOCOL */
export function applyRequest(p: Fields): ApplyRequest {
  const version = p.count('version');
  if (version < 1) throw new FengsuiError('INVALID', 'version: expected a whole number from 1');
  const trialMs = p.has('trialMs') ? p.count('trialMs') : undefined;
  if (trialMs !== undefined && (trialMs < leastTrialMs || trialMs > mostTrialMs))
    throw new FengsuiError('INVALID', `trialMs: expected ${leastTrialMs} to ${mostTrialMs}, got ${trialMs}`);
  return {
    version,
    devices: p.list('devices'),
    dryRun: p.has('dryRun') && p.flag('dryRun'),
    ...(p.has('ifBase') && { ifBase: p.count('ifBase') }),
    ...(trialMs !== undefined && { trialMs }),
  };
}

/** @throws FengsuiError INVALID | PROTOCOL */
export function localChange(p: Fields): LocalChange {
  const name = p.text('act');
  const act = localActs.find((each) => each === name);
  const id = p.text('id');
  if (act === undefined)
    throw new FengsuiError('INVALID', `there is no change “${name.slice(0, 40)}”; there are ${localActs.join(', ')}`);
  if (act === 'remove') return { act, id };
  const fields = p.raw('fields');
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
    throw new FengsuiError('INVALID', 'fields: expected keys and values');
  return { act, id, fields: Object.fromEntries(Object.entries(fields)) };
}

/** A reply holds 64 KiB; as JSON what is in it is longer than as CBOR, but for small numbers. */
const room = 40_000;

/** What does not fit a reply is told as a number. Pure. */
export function applyResult(told: {
  readonly version: number;
  readonly sync: Sync;
  readonly problems: readonly DesiredProblem[];
  readonly leftOut: number;
  readonly conflicts: readonly DesiredConflict[];
}): ApplyResult {
  const conflicts = fitting(told.conflicts, room - size(told.problems));
  const leftOut = told.leftOut + told.conflicts.length - conflicts.length;
  const { version, sync, problems } = told;
  return { version, sync, problems, conflicts, ...(leftOut > 0 && { leftOut }) };
}

/** The devices after `after`, by their ids, as many as fit a reply, each with its conflicts. Pure but for reading the list. */
export function configPage(site: Site, list: DeviceList, after = ''): ConfigPage {
  const all: readonly ListedDevice[] = [
    ...site.buses.flatMap((bus) =>
      bus.config.devices.map((device): ListedDevice => ({ ...specOf({ ...device, bus: bus.id }), origin: 'file' })),
    ),
    ...list.entries.map((entry): ListedDevice => ({ ...specOf(entry), origin: list.originOf(entry.id) })),
  ];
  const rest = all.filter(({ id }) => id > after).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const of = ({ id, origin }: ListedDevice): readonly DesiredConflict[] =>
    origin === 'file' ? [] : list.conflicts.filter(({ device }) => device === id);
  const shown = fitting(
    rest.map((device) => ({ device, conflicts: of(device) })),
    room,
  );
  const last = shown.at(-1);
  return {
    configVersion: list.version,
    desired: list.desired(),
    devices: shown.map(({ device }) => device),
    conflicts: shown.flatMap(({ conflicts }) => conflicts),
    ...(last && shown.length < rest.length && { next: last.device.id }),
  };
}

function specOf(entry: DeviceEntry): DeviceSpec {
  const { bus, id, profile, name, unit, line, activeLow, place, settings, pollMs, conditions, verifyMs } = entry;
  return {
    bus,
    id,
    profile,
    name,
    ...(unit !== undefined && { unit }),
    ...(line !== undefined && { line }),
    ...(activeLow !== undefined && { activeLow }),
    ...(place !== undefined && { place }),
    ...(settings && { settings }),
    ...(pollMs !== undefined && { pollMs }),
    ...(conditions && { conditions }),
    ...(verifyMs !== undefined && { verifyMs }),
  };
}

/** As many from the beginning as there is room for, and always one. */
function fitting<T>(list: readonly T[], bytes: number): readonly T[] {
  let left = bytes;
  const end = list.findIndex((each, i) => {
    left -= size(each);
    return i > 0 && left < 0;
  });
  return end < 0 ? list : list.slice(0, end);
}

const size = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
