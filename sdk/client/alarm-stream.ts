import type { HeardEvent } from '../model/alarm.ts';
import { describeError, FengsuiError } from '../model/errors.ts';
import { correctedTimes, type RunClock } from '../model/run-clock.ts';
import type { ClockTrust } from '../model/time.ts';
import type { HeardAlarm } from '../wire/alarm-message.ts';
import type { LaneEntry } from '../wire/lane-entry.ts';
import { type Site, siteKey } from '../wire/topics.ts';
import { type Alarm, alarmOf } from './alarm.ts';
import { decodeCursor, encodeCursor, type Position } from './alarm-cursor.ts';
import type { SequenceGap, SequenceStep } from './alarm-sequence.ts';
import { type AlarmTrack, alarmTrack } from './alarm-track.ts';
import type { Directory } from './gateway-directory.ts';
import type { Listeners } from './listeners.ts';
import { checkedBuffer, iteration } from './live-stream.ts';
import { passedEntries } from './passed-entries.ts';
import { pullQueue } from './pull-queue.ts';
import type { Receipts } from './receipts.ts';
import { type GatewayRecord, recordOf } from './record.ts';
import type { Ownership } from './share/ownership.ts';
import { abortError } from './time-limit.ts';

/**
 * One step in the life of an alarm. **Where the alarm stands is told by `alarm`, not by the name of the change**: show it
 * while `alarm.isActive && !alarm.isHidden`, and changes of later versions do no harm. By name:
 *
 * - `raised`: a new occurrence.
 * - `repeated`: it came back so soon after it had cleared that it is the same occurrence; **it is active again**, and
 *   `alarm.count` has grown. Who only knows `raised` and `cleared` takes it for `raised`.
 * - `cleared`: the condition is gone; `reset`: a person let a latched alarm go; `acked`: a person has seen it.
 * - `silenced`: its sounders are quiet until the next occurrence; it is as active as before.
 * - `suppressed`, `unsuppressed`: whether it is announced has changed; `alarm.isActive` says whether anything is behind it.
 *   One of each condition when a device goes out of service, or comes back.
 * - `tested`: a device of a walk test was tripped. No alarm: its kind is `test`, and it is not active.
 * - `other`: something that this version has no name for.
 */
export type AlarmUpdate = {
  readonly change: HeardEvent;
  readonly alarm: Alarm;
  /** How far `alarm.at` may be trusted. */
  readonly clock: ClockTrust;
  /** Who acknowledged, reset, silenced or suppressed it, or let it be announced again. */
  readonly operator?: string;
} & LanePlace;

/** A record in its place among the alarm changes: see {@link RecordStreamOptions}. */
export type RecordUpdate = { readonly record: GatewayRecord } & LanePlace;

/** Where an update stands in the alarm lane of its gateway, and how it is taken for good. */
export type LanePlace = {
  readonly gateway: string;
  /** (gateway, log, seq) names this change for ever. */
  readonly log: number;
  readonly seq: number;
  /** When this client had it, by the clock of its own host. */
  readonly heardAt: Date;
  /**
   * Where to go on after a restart, once this change is dealt with: store it together with what was made of the change.
   * It never passes over a change that is not committed.
   */
  readonly cursor: string;
  /**
   * This change is dealt with for good. Its gateway is told within 50 ms, and again whenever it turns out not to know.
   * @throws FengsuiError FORBIDDEN without a signer; ABORTED when the client is closed.
   */
  readonly commit: () => Promise<void>;
};

/** Every change of every alarm, each once, in order per gateway. Nothing is let go: what a slow reader has no room for, the gateway sends again. */
export type AlarmStream<T = AlarmUpdate> = AsyncIterableIterator<T, undefined> &
  AsyncDisposable & {
    /** Copies that came over the wire and were let go. */
    readonly repeated: number;
    readonly close: () => void;
  };

export type AlarmStreamOptions = {
  /** Ends the stream quietly. */
  readonly signal?: AbortSignal | undefined;
  /** The `cursor` of the last change that an earlier run has dealt with. Without it the stream begins with what no application has committed. */
  readonly from?: string | undefined;
  /** How many changes wait for a slow reader; 10,000 unless given. */
  readonly buffer?: number | undefined;
};

export type RecordStreamOptions = AlarmStreamOptions & {
  /**
   * Also hands over what gateways write for the record, in its place among the alarm changes: the way to store it for
   * good. Each is an update with `record` in the place of `alarm`, and is committed as an alarm is. Without it records are
   * passed over: as soon as this stream takes alarms over, which is from its first `commit` on, or at once with `from`,
   * it tells the gateways that they need not keep them either. A stream that only watches tells them nothing.
   */
  readonly records: true;
};

export type AlarmStreamContext = {
  readonly directory: Directory;
  readonly ownership: Ownership;
  /** A gateway whose alarms this client takes is there, or there again. */
  readonly arrivals: Listeners<Site>;
  readonly receipts: Receipts;
  readonly incoming: Listeners<{ readonly site: Site; readonly message: LaneEntry }>;
  readonly resume: (site: Site) => Promise<{ readonly log: number; readonly next: number }>;
  readonly isUp: () => boolean;
  readonly gap: (site: Site, gap: SequenceGap) => void;
  readonly problem: (error: FengsuiError) => void;
  readonly canSign: boolean;
  readonly closed: AbortSignal;
};

/** @throws FengsuiError INVALID (cursor, buffer) | ABORTED */
export function alarmStream(
  ctx: AlarmStreamContext,
  options: RecordStreamOptions,
): AlarmStream<AlarmUpdate | RecordUpdate>;
export function alarmStream(ctx: AlarmStreamContext, options: AlarmStreamOptions): AlarmStream;
export function alarmStream(
  ctx: AlarmStreamContext,
  options: AlarmStreamOptions | RecordStreamOptions,
): AlarmStream<AlarmUpdate | RecordUpdate> {
  const takesRecords = 'records' in options && options.records;
  const buffer = checkedBuffer(options.buffer);
  const start = new Map<string, Position>(options.from === undefined ? [] : decodeCursor(options.from));
  for (const signal of [options.signal, ctx.closed]) if (signal?.aborted) throw abortError(signal.reason);
  const queue = pullQueue<{ readonly site: Site; readonly update: AlarmUpdate | RecordUpdate }>();
  const tracks = new Map<string, AlarmTrack>();
  const passed = passedEntries(ctx.receipts, options.from !== undefined);
  let repeated = 0;
  let full = false;

  const cursorWith = (site: Site, also: Position): string => {
    const positions = new Map(start);
    for (const [key, { sequence }] of tracks) {
      const position = sequence.position(key === siteKey(site) ? also : undefined);
      if (position) positions.set(key, position);
    }
    return encodeCursor(positions);
  };
  const placeOf = (site: Site, track: AlarmTrack, { log, seq }: LaneEntry, heard: number): LanePlace => ({
    gateway: site.gateway,
    log,
    seq,
    heardAt: new Date(),
    get cursor() {
      return cursorWith(site, { log, seq });
    },
    async commit() {
      if (!ctx.canSign)
        throw new FengsuiError(
          'FORBIDDEN',
          'commit: this client can only watch; give connect() a signer, e.g. ed25519Signer({ keyId, privateKey }), whose key the gateway knows',
        );
      if (ctx.closed.aborted) throw abortError(ctx.closed.reason);
      track.sequence.commit({ log, seq });
      ctx.receipts.note(site, log, [[seq, seq]], performance.now() - heard);
      passed.takeOver();
    },
  });
  const deliver = (site: Site, track: AlarmTrack, entry: LaneEntry): void => {
    const clocks = ctx.directory.at(site)?.state?.clocks ?? [];
    const place = placeOf(site, track, entry, performance.now());
    if ('change' in entry) queue.push({ site, update: merged(describe(site, entry.change, clocks), place) });
    else if ('record' in entry && takesRecords)
      queue.push({ site, update: merged({ record: recordOf(site.gateway, entry.record, clocks) }, place) });
    else {
      track.sequence.commit(entry);
      passed.note(site, entry);
    }
  };
  const room = (): number => buffer - queue.size;
  const carryOut = (site: Site, track: AlarmTrack, step: SequenceStep): void => {
    repeated += step.repeated;
    for (const gap of step.gaps) ctx.gap(site, gap);
    for (const entry of step.deliver) deliver(site, track, entry);
    const log = track.sequence.position()?.log;
    if (log !== undefined && passed.isTaker()) ctx.receipts.note(site, log, step.receipt);
    if (step.foreign.length > 0) {
      ctx.problem(
        new FengsuiError(
          'PROTOCOL',
          `${step.foreign.length} entries let go: gateway ${site.gateway} says that journal ${step.foreign[0]?.log} is not its own`,
        ),
      );
    }
    if (room() > 0 || full) return;
    full = true;
    ctx.problem(
      new FengsuiError(
        'OVERLOADED',
        `the reader of an alarm stream is ${buffer} changes behind; the gateways keep the rest and send it again when it has caught up`,
      ),
    );
  };
  const trackOf = (site: Site): AlarmTrack => {
    const known = tracks.get(siteKey(site));
    if (known) return known;
    const track = alarmTrack({
      start: start.get(siteKey(site)),
      room,
      carryOut: (step) => carryOut(site, track, step),
      resume: () => ctx.resume(site),
      reachable: () => ctx.isUp() && ctx.directory.at(site)?.presence?.online === true,
      problem: (e) =>
        ctx.problem(
          new FengsuiError(
            'UNAVAILABLE',
            `gateway ${site.gateway} does not tell from where it sends its alarms; it is asked again (${describeError(e)})`,
            { cause: e },
          ),
        ),
    });
    tracks.set(siteKey(site), track);
    return track;
  };
  const relieved = (): void => {
    if (!full || queue.size > buffer / 2) return;
    full = false;
    for (const track of tracks.values()) track.drain();
  };
  const pull = async (): Promise<IteratorResult<AlarmUpdate | RecordUpdate, undefined>> => {
    const got = await queue.pull();
    relieved();
    return got.done ? got : { done: false, value: got.value.update };
  };
  /** What the consumer has not begun with goes to whoever takes the gateway over: it was not committed. */
  const letGo = (site: Site): void => {
    const track = tracks.get(siteKey(site));
    if (!track) return;
    const position = track.sequence.position();
    if (position) start.set(siteKey(site), position);
    track.close();
    tracks.delete(siteKey(site));
    queue.remove((waiting) => siteKey(waiting.site) === siteKey(site));
    relieved();
  };

  const undo = [
    ctx.incoming.add(({ site, message }) => trackOf(site).receive(message)),
    ctx.arrivals.add((site) => trackOf(site).arrived()),
    ctx.ownership.lost.add(letGo),
  ];
  const close = (): void => {
    for (const off of undo) off();
    for (const signal of [options.signal, ctx.closed]) signal?.removeEventListener('abort', close);
    for (const track of tracks.values()) track.close();
    queue.end();
  };
  for (const signal of [options.signal, ctx.closed]) signal?.addEventListener('abort', close, { once: true });
  for (const { site, presence } of ctx.directory.entries())
    if (presence?.online && ctx.ownership.hears(site)) trackOf(site).arrived();
  return {
    get repeated() {
      return repeated;
    },
    close,
    ...iteration(pull, close),
  };
}

/** Not spread: the cursor is worked out when it is asked for. */
const merged = <T extends object>(what: T, place: LanePlace): T & LanePlace => Object.assign(place, what);

function describe(
  { gateway }: Site,
  change: HeardAlarm['change'],
  clocks: readonly RunClock[],
): Pick<AlarmUpdate, 'change' | 'alarm' | 'clock' | 'operator'> {
  const { event, at: _stamped, raised: _raised, operator, ...rest } = change;
  const { at, since } = correctedTimes(change, clocks);
  const times = {
    at: at.wall,
    ...(since !== undefined && { since }),
    ...(at.isCorrected && { isCorrected: true as const }),
  };
  return {
    change: event,
    alarm: alarmOf({ ...rest, gateway, ...times }),
    clock: at.trust,
    ...(operator !== undefined && { operator }),
  };
}
