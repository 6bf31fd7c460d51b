import { describeError, FengsuiError } from '../model/errors.ts';
import type { SequenceGap } from './alarm-sequence.ts';
import type { HeardConflict } from './desired/conflict-desk.ts';
import { type Listeners, listeners } from './listeners.ts';

export type Status = 'connected' | 'reconnecting' | 'closed';

/** Numbers `from` to `to` of one lane of a gateway; (gateway, log, lane, number) names an entry for ever. */
type Numbers = { readonly gateway: string; readonly log: number; readonly from: number; readonly to: number };

/** Alarm changes that were passed over; see `reason`. */
export type AlarmGap = Numbers & { readonly lane: 'alarm'; readonly reason: SequenceGap['reason'] };

/**
 * Why entries of telemetry do not come as they were recorded:
 * - `missing`: neither heard nor to be had from the gateway just now. They may still come late, or be read by `history`.
 * - `summarised`: the gateway had no room for them during an outage. What is left of them comes by `telemetry.summaries`.
 * - `evicted`: it had no room for that either. They are gone from its lane; `history` may still have them.
 * - `unreadable`: they came in a form that this version of the SDK does not know.
 *
 * The readings lay between `since` and `until`, as far as the gateway's clock was right. Part of what a `summarised` or
 * `evicted` message stands for may have come before; the numbers are those that did not.
 */
export type LaneGap =
  | { readonly reason: 'missing' | 'unreadable' }
  | { readonly reason: 'evicted'; readonly since: Date; readonly until: Date }
  | {
      readonly reason: 'summarised';
      readonly since: Date;
      readonly until: Date;
      /** Length of a span, ms. */
      readonly every: number;
    };

export type TelemetryGap = Numbers & { readonly lane: 'telemetry' } & LaneGap;

/** Numbered messages of one gateway that did not come as they were recorded. `lane` and `reason` tell what else is known. */
export type Gap = AlarmGap | TelemetryGap;

/** A gateway has come to this client, or gone to another of its group: see `share` of `connect`. */
export type OwnershipChange = { readonly gateway: string; readonly town: string; readonly isOwned: boolean };

export type ClientEvents = {
  readonly status: Status;
  readonly ownership: OwnershipChange;
  readonly gap: Gap;
  /** With a store: somebody on site and the platform have changed the same of a device. */
  readonly conflict: HeardConflict;
  /** What went wrong where no call could tell: `details.topic` names the message that was refused. */
  readonly error: FengsuiError;
};

/** What the client tells without being asked. */
export type EventDesk = {
  readonly status: Status;
  readonly refused: number;
  readonly on: <E extends keyof ClientEvents>(event: E, listener: (event: ClientEvents[E]) => void) => () => void;
  /** Tells when the status is another. */
  readonly turn: (status: Status) => void;
  readonly gap: (gap: Gap) => void;
  readonly conflict: (conflict: HeardConflict) => void;
  readonly ownership: (change: OwnershipChange) => void;
  readonly problem: (error: unknown) => void;
  /** Counts and tells of a message that makes no sense. */
  readonly refuse: (topic: string, error: unknown) => void;
  readonly clear: () => void;
};

export function eventDesk(): EventDesk {
  const events = {
    status: listeners<Status>(),
    gap: listeners<Gap>(),
    conflict: listeners<HeardConflict>(),
    ownership: listeners<OwnershipChange>(),
    error: listeners<FengsuiError>(),
  };
  let status: Status = 'reconnecting';
  let refused = 0;
  return {
    get status() {
      return status;
    },
    get refused() {
      return refused;
    },
    on: (event, listener) => listenersOf(events, event).add(listener),
    turn(next) {
      if (status === next) return;
      status = next;
      events.status.emit(next);
    },
    gap: events.gap.emit,
    conflict: events.conflict.emit,
    ownership: events.ownership.emit,
    problem: (e) =>
      events.error.emit(FengsuiError.is(e) ? e : new FengsuiError('PROTOCOL', describeError(e), { cause: e })),
    refuse(topic, cause) {
      refused++;
      const code = FengsuiError.is(cause) ? cause.code : 'PROTOCOL';
      events.error.emit(
        new FengsuiError(code, `message on ${topic} refused: ${describeError(cause)}`, { cause, details: { topic } }),
      );
    },
    clear() {
      for (const list of Object.values(events)) list.clear();
    },
  };
}

type EventLists = { readonly [E in keyof ClientEvents]: Listeners<ClientEvents[E]> };

const listenersOf = <E extends keyof ClientEvents>(lists: EventLists, event: E): EventLists[E] => lists[event];
