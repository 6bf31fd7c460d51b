import type { LaneEntry } from '../wire/lane-entry.ts';
import type { Position } from './alarm-cursor.ts';
import { type AlarmSequence, alarmSequence, type SequenceStep } from './alarm-sequence.ts';

/** One gateway's alarm lane as one stream sees it: the sequence, with time and the gateway itself. */
export type AlarmTrack = {
  readonly sequence: AlarmSequence;
  readonly receive: (message: LaneEntry) => void;
  /** The gateway has come, or come back: ask at once from where it sends. */
  readonly arrived: () => void;
  /** The consumer has made room. */
  readonly drain: () => void;
  readonly close: () => void;
};

export type TrackContext = {
  readonly start: Position | undefined;
  /** How many changes the consumer's buffer can take. */
  readonly room: () => number;
  readonly carryOut: (step: SequenceStep) => void;
  /** Asks the gateway to send again. Rejects with a FengsuiError. */
  readonly resume: () => Promise<{ readonly log: number; readonly next: number }>;
  /** Whether it makes sense to ask: otherwise `arrived` will be called. */
  readonly reachable: () => boolean;
  readonly problem: (error: unknown) => void;
};

/** Between two requests to send again. */
export const askAgainMs = 1_000;
/** An alarm that is here waits this long for one that is missing; well within the 10 s of GB 26875.1. */
export const giveUpMs = 5_000;

export function alarmTrack(ctx: TrackContext): AlarmTrack {
  const sequence = alarmSequence(ctx.start);
  let asking = false;
  let askAgain = false;
  let again: NodeJS.Timeout | undefined;
  let stalled: NodeJS.Timeout | undefined;
  let closed = false;

  const after = (step: SequenceStep): void => {
    ctx.carryOut(step);
    if (closed) return;
    if (!sequence.stuck() || step.deliver.length > 0) {
      clearTimeout(stalled);
      stalled = undefined;
    }
    if (sequence.stuck()) stalled ??= setTimeout(giveUp, giveUpMs);
    if (!sequence.wantsResume(ctx.room())) {
      clearTimeout(again);
      again = undefined;
    }
  };
  const giveUp = (): void => {
    stalled = undefined;
    after(sequence.giveUp(ctx.room()));
  };
  const ask = async (): Promise<void> => {
    if (closed) return;
    if (asking) {
      askAgain = true;
      return;
    }
    clearTimeout(again);
    again = undefined;
    asking = true;
    try {
      const from = await ctx.resume();
      if (!closed) after(sequence.resumed(from, ctx.room()));
    } catch (e) {
      if (!closed && ctx.reachable()) ctx.problem(e);
    }
    asking = false;
    if (askAgain) {
      askAgain = false;
      void ask(); // not awaited: one that arrives again and again would grow a chain
    } else {
      askLater();
    }
  };
  const askLater = (): void => {
    if (closed || asking || !ctx.reachable() || !sequence.wantsResume(ctx.room())) return;
    again ??= setTimeout(() => {
      again = undefined;
      if (ctx.reachable() && sequence.wantsResume(ctx.room())) void ask();
    }, askAgainMs);
  };

  return {
    sequence,
    receive(message) {
      after(sequence.receive(message, ctx.room()));
      askLater();
    },
    arrived: () => void ask(),
    drain() {
      after(sequence.drain(ctx.room()));
      askLater();
    },
    close() {
      closed = true;
      clearTimeout(again);
      clearTimeout(stalled);
    },
  };
}
