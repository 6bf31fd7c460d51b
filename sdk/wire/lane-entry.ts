import { alarmType, type HeardAlarm, readAlarm } from './alarm-message.ts';
import { decodeCbor } from './cbor.ts';
import { type Fields, fieldsOf } from './parse.ts';
import { auditType, type HeardRecordMessage, linkageType, readAudit, readLinkage } from './record-message.ts';

/** What stands in an alarm lane: an alarm change, a record, or something of a later version that has only its place. */
export type LaneEntry = HeardAlarm | HeardRecordMessage | { readonly log: number; readonly seq: number };

const key = { type: 0, log: 1, seq: 2 } as const;

/**
 * For readers that may be older than the writer: what they have no name for still has its place, so that nobody waits
 * for its number.
 * @throws FengsuiError PROTOCOL
 */
export function hearEntry(bytes: Uint8Array): LaneEntry {
  const fields = fieldsOf(decodeCbor(bytes), 'alarm');
  const type = fields.count(key.type);
  if (type === alarmType) return readAlarm(fields);
  if (type === linkageType) return readLinkage(fields);
  if (type === auditType) return readAudit(fields);
  return placeIn(fields);
}

const placeIn = (fields: Fields) => ({ log: fields.count(key.log), seq: fields.count(key.seq) });

/**
 * The place of an entry that {@link hearEntry} refused; undefined for an alarm change, which is never passed over.
 * @throws FengsuiError PROTOCOL
 */
export function placeOfRecord(bytes: Uint8Array): { readonly log: number; readonly seq: number } | undefined {
  const fields = fieldsOf(decodeCbor(bytes), 'alarm');
  return fields.count(key.type) === alarmType ? undefined : placeIn(fields);
}
