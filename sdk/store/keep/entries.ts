import type { AlarmUpdate, RecordUpdate } from '../../client/alarm-stream.ts';
import type { Gap } from '../../client/client-events.ts';
import type { PointReading } from '../../client/reading.ts';
import type { TelemetryEntry } from '../../client/telemetry-entries.ts';
import { isStorableTime, mostJsonBytes, nameLength, textLength } from '../checks.ts';
import type { AlarmEntry, AuditEntry, Json, Sample } from '../platform-store.ts';
import type { Stretch } from './lane-record.ts';
import type { SearchedHole } from './span-search.ts';

/** What cannot be stored of a text from a gateway becomes U+FFFD: nothing may be lost for it. */
const storable = (text: string, most = nameLength): string =>
  text.slice(0, most).replaceAll(/\p{Surrogate}|\0/gu, '\uFFFD');

/** A gateway's clock may be anywhere; then it is when the platform heard of it. */
const storableTime = (at: Date, otherwise: Date): Date => (isStorableTime(at) ? at : otherwise);

/** As JSON has it, times as texts. What is too large is left out, and how large it was is told. */
function storableJson(value: object, most = mostJsonBytes): Json {
  const text = JSON.stringify(value);
  const bytes = Buffer.byteLength(text);
  return bytes > most ? { leftOut: 'too large', bytes } : JSON.parse(text);
}

/** `body` is `{ change, alarm, clock, operator }` of the update. */
export function alarmEntryOf({ alarm, change, clock, operator, ...place }: AlarmUpdate, receivedAt: Date): AlarmEntry {
  const { gateway, log, seq } = place;
  return {
    gateway,
    log,
    seq,
    at: storableTime(alarm.at, receivedAt),
    receivedAt,
    device: storable(alarm.device),
    condition: storable(alarm.condition),
    kind: alarm.kind,
    event: change,
    phase: alarm.phase,
    occurrence: alarm.occurrence,
    body: storableJson({ change, alarm, clock, operator }),
  };
}

/** `act` is e.g. `linkage.switched`, `command.reset` or `gateway.started`; `detail` is the record. */
export function auditOfRecord({ record, gateway, log, seq }: RecordUpdate, receivedAt: Date): AuditEntry {
  const device = 'device' in record ? record.device : undefined;
  return {
    id: `${gateway}/${log}/${seq}`,
    at: storableTime(record.at, receivedAt),
    gateway,
    ...(device !== undefined && { device: storable(device) }),
    ...actOf(record, gateway),
    detail: storableJson(record),
  };
}

function actOf(record: RecordUpdate['record'], gateway: string): Pick<AuditEntry, 'who' | 'act' | 'outcome'> {
  if (record.kind === 'linkage')
    return { who: gateway, act: `linkage.${record.step}`, outcome: record.step === 'not-written' ? 'failed' : 'done' };
  if (record.act !== 'command') return { who: gateway, act: `gateway.${record.act}`, outcome: 'done' };
  return {
    who: storable(record.operator ?? record.client, textLength),
    act: storable(`command.${record.method}`),
    outcome: storable(record.outcome),
  };
}

/** Undefined for a point that was never read: that is no reading. */
export function sampleOf(reading: PointReading): Sample | undefined {
  const { gateway, device, point, at, value = null } = reading;
  if (at === undefined || !isStorableTime(at)) return undefined;
  return {
    gateway,
    device: storable(device),
    point: storable(point),
    at,
    value: typeof value === 'string' ? storable(value, textLength) : value,
    ...('why' in reading && { why: reading.why }),
  };
}

export const samplesOf = ({ readings }: TelemetryEntry): readonly Sample[] =>
  readings.flatMap((reading) => sampleOf(reading) ?? []);

/** @param otherwise the time of an entry that has no readings */
export function stretchOf(
  { from, to, readings }: Pick<TelemetryEntry, 'from' | 'to' | 'readings'>,
  otherwise: Pick<Stretch, 'since' | 'until'>,
): Stretch {
  let [since, until] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { at } of readings) {
    const wall = at?.getTime() ?? Number.NaN;
    if (wall < since) since = wall;
    if (wall > until) until = wall;
  }
  return since <= until ? { from, to, since, until } : { from, to, since: otherwise.since, until: otherwise.until };
}

export type UnfilledHole = SearchedHole & { readonly gateway: string; readonly log: number; readonly why: string };

/** Readings that the store does not have and nobody can give it. `from` and `to` are their numbers; absent for the end of an earlier journal. */
export function auditOfHole({ gateway, log, numbers, since, until, why }: UnfilledHole): AuditEntry {
  const place = numbers ? `${log}/${numbers.from}-${numbers.to}` : `before ${log}`;
  const [first, last] = [since, until].map((wall) => storableTime(new Date(wall), new Date()).toISOString());
  return {
    id: `hole/${gateway}/${place}`,
    at: new Date(),
    who: 'fengsui',
    act: 'history.hole',
    gateway,
    outcome: 'noted',
    detail: storableJson({ log, ...numbers, since: first, until: last, why }),
  };
}

/** The same gap, told again after a restart, is the same entry. */
export function auditOfGap(gap: Gap, at: Date): AuditEntry {
  const { gateway, lane, log, from, to, reason } = gap;
  return {
    id: `gap/${gateway}/${lane}/${log}/${from}-${to}/${reason}`,
    at,
    who: 'fengsui',
    act: `gap.${reason}`,
    gateway,
    outcome: 'noted',
    detail: storableJson(gap),
  };
}
