import { type AlarmChange, alarmEvents, alarmKinds, alarmPhases } from '../model/alarm.ts';
import { deviceId } from '../model/ids.ts';
import { millis } from '../model/time.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';
import { fieldsOf, mapOf } from './parse.ts';
import { readStamp, stampFields } from './stamp.ts';

/** An alarm change with its place in the gateway's alarm lane. (log, seq) names it for ever. */
export type AlarmMessage = {
  /** Identity of the gateway's journal: numbers of another journal mean nothing. */
  readonly log: number;
  readonly seq: number;
  readonly change: AlarmChange;
};

/** A number, once published, is never reused. 0 tells what the entry is, so that later kinds can be skipped. */
const key = {
  type: 0,
  log: 1,
  seq: 2,
  device: 3,
  condition: 4,
  kind: 5,
  event: 6,
  phase: 7,
  occurrence: 8,
  stamp: 9, // to 13
  point: 14,
  value: 15,
  rule: 16,
  held: 17,
  source: 18,
  operator: 19,
} as const;

const alarmType = 1;

export const encodeAlarm = ({ log, seq, change }: AlarmMessage): Uint8Array =>
  encodeCbor(
    mapOf([
      [key.type, alarmType],
      [key.log, log],
      [key.seq, seq],
      [key.device, change.device],
      [key.condition, change.condition],
      [key.kind, alarmKinds.indexOf(change.kind)],
      [key.event, alarmEvents.indexOf(change.event)],
      [key.phase, alarmPhases.indexOf(change.phase)],
      [key.occurrence, change.occurrence],
      ...stampFields(key.stamp, change.at),
      [key.point, change.cause.point],
      [key.value, change.cause.value],
      [key.rule, change.cause.rule],
      [key.held, Math.round(change.cause.held)],
      [key.source, change.cause.source],
      [key.operator, change.operator],
    ]),
  );

/** @throws FengsuiError PROTOCOL */
export function decodeAlarm(bytes: Uint8Array): AlarmMessage {
  const fields = fieldsOf(decodeCbor(bytes), 'alarm');
  const change = {
    device: deviceId(fields.text(key.device)),
    condition: fields.text(key.condition),
    kind: fields.one(key.kind, alarmKinds),
    event: fields.one(key.event, alarmEvents),
    phase: fields.one(key.phase, alarmPhases),
    occurrence: fields.count(key.occurrence),
    at: readStamp(fields, key.stamp),
    cause: {
      point: fields.text(key.point),
      ...(fields.has(key.value) && { value: fields.scalar(key.value) }),
      rule: fields.text(key.rule),
      held: millis(fields.count(key.held)),
      source: fields.text(key.source),
    },
    ...(fields.has(key.operator) && { operator: fields.text(key.operator) }),
  };
  return { log: fields.count(key.log), seq: fields.count(key.seq), change };
}
