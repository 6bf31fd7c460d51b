/** Entries of a telemetry lane that are stored, first and last, and the time that their readings take up (Unix ms). */
export type Stretch = { readonly from: number; readonly to: number; readonly since: number; readonly until: number };

/** Up to there nothing is missing. */
export type Mark = { readonly log: number; readonly seq: number; readonly at: number };

/** What of a gateway's telemetry is stored. */
export type LaneRecord = {
  /** Identity of the gateway's journal. */
  readonly log: number;
  /** In order, none touching another. It begins where the store began with this gateway. Never empty. */
  readonly stored: readonly [Stretch, ...Stretch[]];
  /** The journal before this one: what came in it behind there is not stored. */
  readonly earlier?: Mark;
};

/** Entries that are missing, and the time in which their readings may lie. */
export type Hole = Stretch;

/** A new journal, none of which is stored. */
const nothing: Stretch = {
  from: 0,
  to: 0,
  since: Number.POSITIVE_INFINITY,
  until: Number.NEGATIVE_INFINITY,
};

/** A record that begins with an entry that was heard. Without a mark the store begins with it: what was before is history. Pure. */
export function begun(mark: Mark | undefined, log: number, first: Stretch): LaneRecord {
  if (!mark) return { log, stored: [first] };
  const { seq, at } = mark;
  if (mark.log !== log) return noted({ log, stored: [nothing], earlier: mark }, first);
  return noted({ log, stored: [{ from: seq, to: seq, since: at, until: at }] }, first);
}

/** A record with one more stretch. Pure. */
export function noted(record: LaneRecord, stretch: Stretch): LaneRecord {
  const { stored } = record;
  const last = stored.at(-1) ?? stored[0];
  if (last.to === stretch.from - 1) return { ...record, stored: replacedLast(stored, joined(last, stretch)) };
  const from = Math.max(stretch.from, stored[0].from);
  if (from > stretch.to) return record; // before the store began
  const one = { ...stretch, from };
  const before = stored.filter(({ to }) => to < from - 1);
  const after = stored.filter((s) => s.from > one.to + 1);
  const touching = stored.slice(before.length, stored.length - after.length);
  const [first = one, ...rest] = [...before, touching.reduce(joined, one), ...after];
  return { ...record, stored: [first, ...rest] };
}

/** The oldest entries that are missing; undefined when none is. */
export function firstHole({ stored: [whole, beyond], earlier }: LaneRecord): Hole | undefined {
  if (!beyond) return undefined;
  const since = Number.isFinite(whole.until) ? whole.until : (earlier?.at ?? beyond.since);
  return { from: whole.to + 1, to: beyond.from - 1, ...inOrder(since, beyond.since) };
}

/** The time in which the end of the journal before this one lies; undefined when nothing of it is missing. */
export const endOfEarlier = ({ stored: [whole], earlier }: LaneRecord) =>
  earlier && inOrder(earlier.at, Number.isFinite(whole.since) ? whole.since : earlier.at);

/** The end of the journal before this one is done with. Pure. */
export const withoutEarlier = ({ log, stored }: LaneRecord): LaneRecord => ({ log, stored });

/** Undefined while the end of an earlier journal is missing: its mark still holds. */
export const markOf = ({ log, stored: [whole], earlier }: LaneRecord): Mark | undefined =>
  earlier ? undefined : { log, seq: whole.to, at: whole.until };

/** A clock that was set back puts what came later before what came earlier. */
const inOrder = (a: number, b: number) => ({ since: Math.min(a, b), until: Math.max(a, b) });

/** Times are those of its ends: one stamp of a wrong clock in between must not stay for ever. */
function joined(a: Stretch, b: Stretch): Stretch {
  const [low, high] = [a.from <= b.from ? a : b, a.to >= b.to ? a : b];
  const since = Number.isFinite(low.since) ? low.since : Math.min(a.since, b.since);
  return { from: low.from, to: high.to, since, until: high.until };
}

function replacedLast(stored: LaneRecord['stored'], last: Stretch): LaneRecord['stored'] {
  const [first, ...rest] = stored;
  return rest.length === 0 ? [last] : [first, ...rest.slice(0, -1), last];
}
