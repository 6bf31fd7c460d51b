import type { ConditionChanges, SiteChange } from '../../model/condition-at.ts';
import { FengsuiError } from '../../model/errors.ts';
import type { ConditionChange } from '../../model/profile.ts';
import {
  type ApplyResult,
  type ConfigPage,
  type DesiredConflict,
  type DesiredProblem,
  type ListedDevice,
  syncs,
} from '../../wire/desired.ts';
import type { DeviceSpec } from '../../wire/methods.ts';
import { type Fields, fieldsOf, isNumber } from '../../wire/parse.ts';
import type { Data } from '../../wire/request.ts';
import { named } from '../results.ts';

/** @throws FengsuiError PROTOCOL, like all of these */
export function parseApply(raw: Data): ApplyResult {
  const fields = fieldsOf(raw, 'apply');
  return {
    version: fields.count('version'),
    sync: named(fields.raw('sync'), syncs, 'apply.sync'),
    problems: fields.list('problems').map((one, i) => parseProblem(one, `apply.problems[${i}]`)),
    conflicts: fields.list('conflicts').map((one, i) => parseConflict(one, `apply.conflicts[${i}]`)),
    ...(fields.has('leftOut') && { leftOut: fields.count('leftOut') }),
  };
}

export function parseConfigPage(raw: Data): ConfigPage {
  const fields = fieldsOf(raw, 'config');
  const desired = fields.fields('desired');
  return {
    configVersion: fields.count('configVersion'),
    desired: {
      version: desired.count('version'),
      sync: named(desired.raw('sync'), syncs, 'config.desired.sync'),
      localVersion: desired.count('localVersion'),
      ...(desired.has('problem') && { problem: desired.text('problem') }),
    },
    devices: fields.list('devices').map((one, i) => parseListed(one, `config.devices[${i}]`)),
    conflicts: fields.list('conflicts').map((one, i) => parseConflict(one, `config.conflicts[${i}]`)),
    ...(fields.has('next') && { next: fields.text('next') }),
  };
}

function parseProblem(raw: unknown, where: string): DesiredProblem {
  const fields = fieldsOf(raw, where);
  return {
    ...(fields.has('device') && { device: fields.text('device') }),
    path: fields.text('path'),
    message: fields.text('message'),
  };
}

function parseConflict(raw: unknown, where: string): DesiredConflict {
  const fields = fieldsOf(raw, where);
  return {
    device: fields.text('device'),
    ...(fields.has('field') && { field: fields.text('field') }),
    onSite: dataOf(fields.raw('onSite')),
    platform: dataOf(fields.raw('platform')),
    kept: named(fields.raw('kept'), ['on-site', 'platform'] as const, `${where}.kept`),
    version: fields.count('version'),
  };
}

const listedOrigins = ['file', 'platform', 'local'] as const;

const parseListed = (raw: unknown, where: string): ListedDevice => ({
  ...parseSpec(raw, where),
  origin: named(fieldsOf(raw, where).raw('origin'), listedOrigins, `${where}.origin`),
});

/** Every field: one that is not read here is dropped by the next change of the device. */
function parseSpec(raw: unknown, where: string): DeviceSpec {
  const spec = fieldsOf(raw, where);
  return {
    bus: spec.text('bus'),
    id: spec.text('id'),
    profile: spec.text('profile'),
    ...(spec.has('unit') && { unit: spec.count('unit') }),
    ...(spec.has('line') && { line: spec.count('line') }),
    ...(spec.has('activeLow') && { activeLow: spec.flag('activeLow') }),
    name: spec.text('name'),
    ...(spec.has('place') && { place: spec.text('place') }),
    ...(spec.has('settings') && { settings: numbersOf(spec.raw('settings'), `${where}.settings`) }),
    ...(spec.has('pollMs') && { pollMs: spec.count('pollMs') }),
    ...(spec.has('conditions') && { conditions: conditionsOf(spec.raw('conditions'), `${where}.conditions`) }),
    ...(spec.has('commands') && { commands: commandsOf(spec.raw('commands'), `${where}.commands`) }),
    ...(spec.has('verifyMs') && { verifyMs: spec.count('verifyMs') }),
  };
}

const entriesOf = (raw: unknown, where: string): readonly (readonly [string, unknown])[] => {
  fieldsOf(raw, where); // refuses what is no map
  return Object.entries(raw ?? {});
};

function numbersOf(raw: unknown, where: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    entriesOf(raw, where).map(([name, value]) => {
      if (isNumber(value)) return [name, value];
      throw new FengsuiError('PROTOCOL', `${where}.${name}: expected a number`);
    }),
  );
}

const conditionsOf = (raw: unknown, where: string): ConditionChanges =>
  Object.fromEntries(entriesOf(raw, where).map(([name, value]) => [name, siteChangeOf(value, `${where}.${name}`)]));

function siteChangeOf(raw: unknown, where: string): SiteChange {
  const fields = fieldsOf(raw, where);
  return {
    ...changeOf(fields),
    ...(fields.has('heightened') && { heightened: changeOf(fields.fields('heightened')) }),
    ...(fields.has('severe') && { severe: changeOf(fields.fields('severe')) }),
  };
}

const changeOf = (fields: Fields): ConditionChange => ({
  ...(fields.has('limit') && { limit: fields.number('limit') }),
  ...(fields.has('deadband') && { deadband: fields.number('deadband') }),
  ...(fields.has('onDelayMs') && { onDelayMs: fields.number('onDelayMs') }),
  ...(fields.has('offDelayMs') && { offDelayMs: fields.number('offDelayMs') }),
});

const commandsOf = (raw: unknown, where: string): NonNullable<DeviceSpec['commands']> =>
  Object.fromEntries(
    entriesOf(raw, where).map(([name, value]) => {
      const fields = fieldsOf(value, `${where}.${name}`);
      const within = fields.has('proofWithinMs') && { proofWithinMs: fields.count('proofWithinMs') };
      return [name, { proof: fields.text('proof'), ...within }];
    }),
  );

const isData = (x: unknown): x is Data => x !== undefined;
/** Replies are plain data all the way down; what was left out there is null here. */
const dataOf = (x: unknown): Data => (isData(x) ? x : null);
