import {
  type AlarmCause,
  type AlarmChange,
  alarmEvents,
  alarmKinds,
  alarmPhases,
  causeTests,
  type HeardChange,
  type Suppression,
  suppressionKinds,
} from '../model/alarm.ts';
import { FengsuiError } from '../model/errors.ts';
import { deviceId } from '../model/ids.ts';
import { clockTrusts, millis, monoTime, type Stamp, type WallTime } from '../model/time.ts';
import { type Cbor, decodeCbor, encodeCbor } from './cbor.ts';
import { type Fields, fieldsOf, isCount, mapOf } from './parse.ts';
import { joinWall, readStamp, splitWall, stampFields } from './stamp.ts';

/** An alarm change with its place in the gateway's alarm lane. (log, seq) names it for ever. */
export type AlarmMessage = {
  /** Identity of the gateway's journal: numbers of another journal mean nothing. */
  readonly log: number;
  readonly seq: number;
  readonly change: AlarmChange;
};

/** An alarm message as a reader takes it, who may be older than who wrote it. */
export type HeardAlarm = Omit<AlarmMessage, 'change'> & { readonly change: HeardChange };

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
  test: 20,
  limit: 21,
  unit: 22,
  within: 23,
  onDelay: 24,
  samples: 25,
  count: 26,
  silenced: 27,
  suppression: 28, // a map with keys of its own
  sinceS: 29,
  sinceMs: 30,
  sinceBoot: 31,
  sinceMono: 32,
  sinceTrust: 33,
} as const;

const suppressionKey = { how: 1, why: 2, operator: 3, untilS: 4, untilMs: 5 } as const;

/** Checked against docs/contract/fengsui.cddl. */
export { key as alarmKeys, suppressionKey as suppressionKeys };

/** What an entry of the alarm lane is, at key 0: an alarm change. */
export const alarmType = 1;

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
      [key.test, causeTests.indexOf(change.cause.test)],
      [key.limit, change.cause.limit],
      [key.unit, change.cause.unit],
      [key.within, change.cause.within === undefined ? undefined : Math.round(change.cause.within)],
      [key.onDelay, Math.round(change.cause.onDelay)],
      [key.samples, change.cause.samples && [...change.cause.samples]],
      [key.count, change.count],
      [key.silenced, change.silenced],
      [key.suppression, change.suppression && encodeSuppression(change.suppression)],
      ...sinceFields(change.since),
      ...raisedFields(change.raised),
    ]),
  );

/** For who wrote it: nothing in it may be new. @throws FengsuiError PROTOCOL */
export function decodeAlarm(bytes: Uint8Array): AlarmMessage {
  const { change, ...place } = hearAlarm(bytes);
  const { kind, event } = change;
  if (kind === 'other' || event === 'other')
    throw new FengsuiError('PROTOCOL', 'alarm: its kind or its event is of a later version');
  return { ...place, change: { ...change, kind, event } };
}

/**
 * For readers that may be older than the writer: a kind, an event, a way of testing or of suppressing that they do not
 * know must not keep the alarm from them.
 * @throws FengsuiError PROTOCOL
 */
export const hearAlarm = (bytes: Uint8Array): HeardAlarm => readAlarm(fieldsOf(decodeCbor(bytes), 'alarm'));

/** As {@link hearAlarm}, of a map that is decoded. @throws FengsuiError PROTOCOL */
export function readAlarm(fields: Fields): HeardAlarm {
  const change = {
    device: deviceId(fields.text(key.device)),
    condition: fields.text(key.condition),
    kind: fields.oneOr(key.kind, alarmKinds, 'other'),
    event: fields.oneOr(key.event, alarmEvents, 'other'),
    phase: fields.one(key.phase, alarmPhases),
    occurrence: fields.count(key.occurrence),
    at: readStamp(fields, key.stamp),
    ...(fields.has(key.count) && { count: fields.count(key.count) }),
    cause: readCause(fields),
    ...(fields.has(key.operator) && { operator: fields.text(key.operator) }),
    ...(fields.has(key.silenced) && fields.flag(key.silenced) && { silenced: true as const }),
    ...(fields.has(key.sinceS) && { since: joinWall(fields.count(key.sinceS), fields.count(key.sinceMs)) }),
    ...(fields.has(key.sinceS) && fields.has(key.sinceBoot) && { raised: readRaised(fields) }),
    ...(fields.has(key.suppression) && { suppression: readSuppression(fields.fields(key.suppression)) }),
  };
  return { log: fields.count(key.log), seq: fields.count(key.seq), change };
}

function readCause(fields: Fields): AlarmCause {
  const samples = fields.has(key.samples) ? fields.list(key.samples).filter(isCount) : [];
  const [atLeast, of] = samples;
  return {
    point: fields.text(key.point),
    ...(fields.has(key.value) && { value: fields.scalar(key.value) }),
    // Written before rules had facts, or by a later version: `rule` says it in words.
    test: fields.has(key.test) ? fields.oneOr(key.test, causeTests, 'trouble') : 'trouble',
    ...(fields.has(key.limit) && { limit: fields.scalar(key.limit) }),
    ...(fields.has(key.unit) && { unit: fields.text(key.unit) }),
    ...(fields.has(key.within) && { within: millis(fields.count(key.within)) }),
    onDelay: millis(fields.has(key.onDelay) ? fields.count(key.onDelay) : 0),
    ...(atLeast !== undefined && of !== undefined && { samples: [atLeast, of] as const }),
    rule: fields.text(key.rule),
    held: millis(fields.count(key.held)),
    source: fields.text(key.source),
  };
}

function sinceFields(since: WallTime | undefined): readonly (readonly [number, number])[] {
  if (since === undefined) return [];
  const [s, ms] = splitWall(since);
  return [
    [key.sinceS, s],
    [key.sinceMs, ms],
  ];
}

/** The wall time of the raising is `since`. */
const raisedFields = (raised: Stamp | undefined): readonly (readonly [number, number])[] =>
  raised
    ? [
        [key.sinceBoot, raised.boot],
        [key.sinceMono, Math.round(raised.mono)],
        [key.sinceTrust, clockTrusts.indexOf(raised.trust)],
      ]
    : [];

const readRaised = (fields: Fields): Stamp => ({
  boot: fields.count(key.sinceBoot),
  mono: monoTime(fields.count(key.sinceMono)),
  wall: joinWall(fields.count(key.sinceS), fields.count(key.sinceMs)),
  trust: fields.one(key.sinceTrust, clockTrusts),
});

function encodeSuppression({ how, why, operator, until }: Suppression): ReadonlyMap<Cbor, Cbor> {
  const [seconds, ms] = until === undefined ? [] : splitWall(until);
  return mapOf([
    [suppressionKey.how, suppressionKinds.indexOf(how)],
    [suppressionKey.why, why],
    [suppressionKey.operator, operator],
    [suppressionKey.untilS, seconds],
    [suppressionKey.untilMs, ms],
  ]);
}

function readSuppression(fields: Fields): Suppression {
  return {
    how: fields.oneOr(suppressionKey.how, suppressionKinds, 'disabled'),
    why: fields.text(suppressionKey.why),
    ...(fields.has(suppressionKey.operator) && { operator: fields.text(suppressionKey.operator) }),
    ...(fields.has(suppressionKey.untilS) && {
      until: joinWall(fields.count(suppressionKey.untilS), fields.count(suppressionKey.untilMs)),
    }),
  };
}
