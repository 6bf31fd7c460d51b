import { describeError } from '../../sdk/model/errors.ts';
import { elapsed, type Millis, type MonoTime, millis } from '../../sdk/model/time.ts';
import type { Entry, Seq } from '../journal/journal.ts';
import { type DrainContext, retryAfter, unreadLog } from './alarm-drain.ts';
import { presentState } from './present-state.ts';
import { sendRate } from './send-rate.ts';
import { admits, firstWindow, resized } from './send-window.ts';

export interface TelemetryDrain {
  wake(): void;
  /** A connection has come up: everything not taken is sent, behind the present state of all points. */
  linkUp(): void;
  linkDown(): void;
  /** Highest number up to which the broker has taken everything. */
  readonly cursor: Seq;
  run(signal: AbortSignal): Promise<void>;
}

export type TelemetryDrainContext = DrainContext & {
  /** Whether nothing more urgent is waiting or under way. */
  readonly mayUse: () => boolean;
  /** The present value of every point, as messages; `seq`: the last entry before them. */
  readonly present: (seq: Seq) => readonly Uint8Array[];
  /** What a small packet takes to the broker and back while nothing else is on the line. */
  readonly roundTrip: () => Millis | undefined;
};

/** Read from the journal at once: few enough for an alarm that is to be stored meanwhile. */
const pageEntries = 64;

/** However small they are: some brokers part with a client that has more than a hundred unacknowledged. */
const mostUnderWay = 64;

/** One without a number is no entry. */
type Message = { readonly seq?: Seq; readonly body: Uint8Array };
type UnderWay = { readonly seq?: Seq; readonly bytes: number; readonly at: MonoTime; isTaken: boolean };

const nobodyWaits = (): void => {};

/**
 * Sends the telemetry lane to one destination, oldest first, whenever no alarm is waiting, and no more at a time than
 * {@link resized} lets wait on the line and {@link sendRate} allows. The cursor moves by the broker's acknowledgement:
 * losing a reading to a broker's crash is bearable, losing an alarm is not.
 */
export function telemetryDrain(ctx: TelemetryDrainContext): TelemetryDrain {
  const { journal, destination, log, clock } = ctx;
  let wake: () => void = nobodyWaits;
  const stop = (): void => wake();
  let cursor: Seq = 0;
  let ahead: Entry[] = []; // read, not sent
  let next: Message | undefined; // waits for room in the window
  let sent: Seq = 0; // highest number read or sent
  let underWay: UnderWay[] = [];
  let window = firstWindow;
  let isPaused = false;
  const noteUnread = unreadLog(ctx, 'telemetry');
  const lastOf = (): Seq => journal.status().lanes.telemetry.last;
  const rate = sendRate(clock, () => wake());
  const present = presentState({
    clock,
    last: lastOf,
    cursor: () => cursor,
    make: ctx.present,
    wake: () => wake(),
  });

  /** What is under way is given up: whatever is heard of it after this concerns nobody. */
  const rewind = (): void => {
    underWay = [];
    ahead = [];
    next = undefined;
    sent = cursor;
    window = firstWindow;
  };
  const bytesUnderWay = (): number => underWay.reduce((sum, { bytes, isTaken }) => sum + (isTaken ? 0 : bytes), 0);
  const taken = (message: UnderWay): void => {
    if (!underWay.includes(message)) return;
    const delay = elapsed(message.at, clock.mono());
    const base = millis(Math.min(ctx.roundTrip() ?? delay, delay));
    window = resized(window, { bytes: message.bytes, delay, base, underWay: bytesUnderWay() });
    message.isTaken = true;
    if (message.seq === undefined) present.done();
    const before = cursor;
    while (underWay[0]?.isTaken) cursor = underWay.shift()?.seq ?? cursor;
    if (cursor > before) {
      journal
        .acknowledge(destination, 'telemetry', cursor)
        .catch((e: unknown) => log.warn('uplink.cursor-not-stored', { destination, why: describeError(e) }));
    }
    wake();
  };
  const notTaken = (message: UnderWay, e: unknown): void => {
    if (!underWay.includes(message)) return;
    log.warn('uplink.telemetry-not-taken', { destination, after: cursor, why: describeError(e) });
    rewind();
    present.begin();
    pause();
  };
  const pause = (): void => {
    isPaused = true;
    clock.after(retryAfter, () => {
      isPaused = false;
      wake();
    });
  };
  const send = ({ body, seq }: Message): void => {
    const message: UnderWay = {
      bytes: body.length,
      at: clock.mono(),
      isTaken: false,
      ...(seq !== undefined && { seq }),
    };
    underWay.push(message);
    ctx
      .publish(body)
      .then(() => taken(message))
      .catch((e: unknown) => notTaken(message, e));
  };
  const mayUse = (): boolean => ctx.isUp() && !isPaused && ctx.mayUse();
  const readAhead = async (): Promise<void> => {
    const from = sent;
    const page = await journal.read('telemetry', from, pageEntries, destination).catch((e: unknown) => {
      noteUnread(describeError(e));
      pause();
    });
    if (!page || sent !== from) return; // not to be had just now, or begun anew while reading
    noteUnread('');
    ahead = [...page];
    sent = page.at(-1)?.seq ?? sent;
  };
  const nextMessage = async (): Promise<Message | undefined> => {
    const now = present.next();
    if (now) return { body: now };
    if (ahead.length === 0 && sent < lastOf()) await readAhead();
    return ahead.shift();
  };
  /** Sends one message; false when there is none, or none may be sent now. */
  const step = async (): Promise<boolean> => {
    if (!mayUse()) return false;
    next ??= await nextMessage();
    if (!next || !mayUse() || underWay.length >= mostUnderWay) return false;
    if (!admits(window, bytesUnderWay(), next.body.length) || !rate.allows()) return false;
    rate.spend(next.body.length);
    send(next);
    next = undefined;
    return true;
  };

  return {
    wake: () => wake(),
    linkUp() {
      rewind();
      isPaused = false;
      present.begin();
      wake();
    },
    linkDown() {
      rewind();
      present.end();
    },
    get cursor() {
      return cursor;
    },
    async run(signal) {
      cursor = await journal.cursor(destination, 'telemetry');
      rewind();
      signal.addEventListener('abort', stop, { once: true });
      while (!signal.aborted) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        while (!signal.aborted && (await step()));
        if (!signal.aborted) await woken;
      }
      rewind();
      present.end();
      signal.removeEventListener('abort', stop);
    },
  };
}
