import { commandRisks } from '../model/command.ts';
import {
  type AuditAct,
  type HeardRecord,
  type LinkageRecord,
  linkageSteps,
  runEnds,
  type SeenRow,
  type WrittenRecord,
} from '../model/record.ts';
import type { Stamp } from '../model/time.ts';
import { type Cbor, encodeCbor } from './cbor.ts';
import { type Fields, isList, isScalar, isText, mapOf } from './parse.ts';
import { readStamp, stampFields } from './stamp.ts';

/** A record with its place in the gateway's alarm lane. (log, seq) names it for ever. */
export type RecordMessage = { readonly log: number; readonly seq: number; readonly record: WrittenRecord };

/** A record message as a reader takes it, who may be older than who wrote it. */
export type HeardRecordMessage = Omit<RecordMessage, 'record'> & { readonly record: HeardRecord };

/** What an entry of the alarm lane is, at key 0; alarm changes are 1. */
export const linkageType = 2;
export const auditType = 3;

/** A number, once published, is never reused. Up to 19 they are those of an alarm change. */
const key = {
  type: 0,
  log: 1,
  seq: 2,
  device: 3,
  condition: 4,
  stamp: 9, // to 13
  point: 14,
  operator: 19,
  step: 40,
  on: 41,
  causes: 42,
  after: 43,
  why: 44,
  isTest: 45,
  act: 50,
  method: 51,
  client: 52,
  outcome: 53,
  detail: 54,
  count: 55,
  version: 56,
  configVersion: 57,
  configHash: 58,
  ended: 59,
  added: 60,
  removed: 61,
  changed: 62,
  by: 63,
  audit: 64,
  risk: 65,
  before: 66,
  seenAfter: 67,
} as const;

/** Checked against docs/contract/fengsui.cddl. */
export { key as recordKeys };

/** Position is the wire value: append only. */
export const auditActs = [
  'command',
  'started',
  'stopped',
  'configured',
  'clock-stepped',
] as const satisfies AuditAct['act'][];

export function encodeRecord({ log, seq, record }: RecordMessage): Uint8Array {
  const isLinkage = record.kind === 'linkage';
  return encodeCbor(
    mapOf([
      [key.type, isLinkage ? linkageType : auditType],
      [key.log, log],
      [key.seq, seq],
      ...stampFields(key.stamp, record.at),
      ...(isLinkage
        ? linkageFields(record)
        : [[key.act, auditActs.indexOf(record.act)] as const, ...actFields(record)]),
    ]),
  );
}

type Entries = readonly (readonly [number, Cbor | undefined])[];

const linkageFields = (r: LinkageRecord): Entries => [
  [key.device, r.device],
  [key.point, r.point],
  [key.step, linkageSteps.indexOf(r.step)],
  [key.on, r.on],
  [key.causes, r.causes],
  [key.after, r.afterMs === undefined ? undefined : Math.max(0, Math.round(r.afterMs))],
  [key.why, r.why],
  [key.isTest, r.isTest],
];

function actFields(r: AuditAct): Entries {
  switch (r.act) {
    case 'command':
      return [
        [key.method, r.method],
        [key.outcome, r.outcome],
        [key.client, r.client],
        [key.operator, r.operator],
        [key.device, r.device],
        [key.condition, r.condition],
        [key.detail, r.detail],
        [key.count, r.count],
        [key.audit, r.audit],
        [key.risk, r.risk && commandRisks.indexOf(r.risk)],
        [key.before, r.before],
        [key.seenAfter, r.after],
      ];
    case 'started':
      return [
        [key.version, r.version],
        [key.configVersion, r.configVersion],
        [key.configHash, r.configHash],
        [key.ended, runEnds.indexOf(r.after)],
      ];
    case 'stopped':
      return [[key.why, r.why]];
    case 'configured':
      return [
        [key.configHash, r.configHash],
        [key.added, r.added],
        [key.removed, r.removed],
        [key.changed, r.changed],
      ];
    case 'clock-stepped':
      return [
        [key.by, Math.round(r.byMs)],
        [key.count, r.count],
      ];
  }
}

/**
 * A linkage record, of a map that is decoded. A step of a later version is `other`.
 * @throws FengsuiError PROTOCOL
 */
export const readLinkage = (fields: Fields): HeardRecordMessage => ({
  ...placeIn(fields),
  record: {
    kind: 'linkage',
    at: stampIn(fields),
    step: fields.oneOr(key.step, linkageSteps, 'other'),
    device: fields.text(key.device),
    point: fields.text(key.point),
    on: fields.flag(key.on),
    ...(fields.has(key.causes) && { causes: textsIn(fields, key.causes) }),
    ...(fields.has(key.after) && { afterMs: fields.count(key.after) }),
    ...(fields.has(key.why) && { why: fields.text(key.why) }),
    ...(fields.has(key.isTest) && fields.flag(key.isTest) && { isTest: true as const }),
  },
});

/** An audit record, of a map that is decoded. An act of a later version is `other`. @throws FengsuiError PROTOCOL */
export function readAudit(fields: Fields): HeardRecordMessage {
  const act = fields.oneOr(key.act, auditActs, 'other');
  const what = act === 'other' ? { act } : readAct(fields, act);
  return { ...placeIn(fields), record: { kind: 'audit', at: stampIn(fields), ...what } };
}

function readAct(fields: Fields, act: AuditAct['act']): AuditAct {
  switch (act) {
    case 'command':
      return {
        act,
        method: fields.text(key.method),
        outcome: fields.text(key.outcome),
        client: fields.text(key.client),
        ...(fields.has(key.operator) && { operator: fields.text(key.operator) }),
        ...(fields.has(key.device) && { device: fields.text(key.device) }),
        ...(fields.has(key.condition) && { condition: fields.text(key.condition) }),
        ...(fields.has(key.detail) && { detail: fields.text(key.detail) }),
        count: fields.count(key.count),
        ...(fields.has(key.audit) && { audit: fields.text(key.audit) }),
        // A risk of a later version is taken for the gravest.
        ...(fields.has(key.risk) && { risk: fields.oneOr(key.risk, commandRisks, 'life-safety') }),
        ...(fields.has(key.before) && { before: seenIn(fields, key.before) }),
        ...(fields.has(key.seenAfter) && { after: seenIn(fields, key.seenAfter) }),
      };
    case 'started':
      return {
        act,
        version: fields.text(key.version),
        configVersion: fields.count(key.configVersion),
        configHash: fields.text(key.configHash),
        after: fields.one(key.ended, runEnds),
      };
    case 'stopped':
      return { act, why: fields.text(key.why) };
    case 'configured':
      return {
        act,
        configHash: fields.text(key.configHash),
        added: textsIn(fields, key.added),
        removed: textsIn(fields, key.removed),
        changed: textsIn(fields, key.changed),
      };
    case 'clock-stepped':
      return { act, byMs: fields.number(key.by), count: fields.count(key.count) };
  }
}

const placeIn = (fields: Fields) => ({ log: fields.count(key.log), seq: fields.count(key.seq) });
const stampIn = (fields: Fields): Stamp => readStamp(fields, key.stamp);
const seenIn = (fields: Fields, of: number): readonly SeenRow[] =>
  fields.list(of).flatMap((row): SeenRow[] => {
    const [device, point, value] = isList(row) ? row : [];
    return isText(device) && isText(point) ? [[device, point, isScalar(value) ? value : null]] : [];
  });
const textsIn = (fields: Fields, of: number): readonly string[] => fields.list(of).filter(isText);
