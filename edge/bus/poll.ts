import { describeError, FengsuiError } from '../../sdk/model/errors.ts';
import type { Loss } from '../../sdk/model/point.ts';
import { later, type Millis, type MonoTime, millis } from '../../sdk/model/time.ts';
import type { Clock } from '../platform/clock.ts';
import type { ModbusBus } from './modbus/modbus-bus.ts';
import type { Block, Reading } from './reading.ts';

/** What one unit is asked for, and how often. */
export type PollGroup = {
  readonly unit: number;
  readonly every: Millis;
  /** While the unit does not answer it is tried less and less often, but at least this often. */
  readonly probe: Millis;
  readonly blocks: readonly Block[];
};

export type PollOptions = {
  readonly clock: Clock;
  /**
   * Answers carry no transaction number (RTU): after trouble with a unit its next answer is read twice, and is
   * doubtful unless both agree.
   */
  readonly confirm: boolean;
  /** One answer per block of the group, in the same order. */
  readonly deliver: (group: PollGroup, answers: readonly Reading[]) => void;
};

export interface Poller {
  /** Takes effect at once, without touching the connection; units that stay keep their rhythm. */
  replace(groups: readonly PollGroup[]): void;
  /** Polls until the signal fires. Field failures are readings; anything else is a bug and is thrown. */
  run(signal: AbortSignal): Promise<void>;
}

type Turn = { readonly group: PollGroup; due: MonoTime; failures: number };

const nobodyWaits = (): void => {};

export function poller(bus: ModbusBus, options: PollOptions): Poller {
  let turns: Turn[] = [];
  let wake: () => void = nobodyWaits;
  const stop = (): void => wake();

  return {
    replace(groups) {
      const before = new Map(turns.map((turn) => [turnKey(turn.group), turn]));
      const now = options.clock.mono();
      turns = groups.map((group) => {
        const old = before.get(turnKey(group));
        return { group, due: old?.due ?? now, failures: old?.failures ?? 0 };
      });
      wake();
    },
    async run(signal) {
      signal.addEventListener('abort', stop, { once: true });
      while (!signal.aborted) {
        const turn = earliest(turns);
        const wait = turn ? turn.due - options.clock.mono() : Number.POSITIVE_INFINITY;
        if (turn && wait <= 0) {
          await takeTurn(bus, turn, options, signal);
          continue;
        }
        await new Promise<void>((resolve) => {
          const cancel = Number.isFinite(wait) ? options.clock.after(millis(wait), resolve) : () => {};
          wake = () => {
            cancel();
            resolve();
          };
        });
      }
      signal.removeEventListener('abort', stop);
    },
  };
}

const turnKey = (group: PollGroup): string => `${group.unit}/${group.every}`;

function earliest(turns: readonly Turn[]): Turn | undefined {
  let first: Turn | undefined;
  for (const turn of turns) if (!first || turn.due < first.due) first = turn;
  return first;
}

async function takeTurn(bus: ModbusBus, turn: Turn, options: PollOptions, signal: AbortSignal): Promise<void> {
  const { group } = turn;
  const began = options.clock.mono();
  const answers: Reading[] = [];
  let failure: Extract<Reading, { ok: false }> | undefined;
  for (const block of group.blocks) {
    // A unit that just stayed silent costs one time-out a turn, not one per block.
    const answer = failure ?? (await readBlock(bus, block, { options, again: turn.failures > 0 }, signal));
    if (signal.aborted) return;
    if (!answer.ok && answer.why !== 'refused') failure = answer;
    answers.push(answer);
  }
  turn.failures = failure && failure.why !== 'bus-down' ? turn.failures + 1 : 0;
  // Kept on the grid of its period, so that a slow answer does not shift the next one.
  const missed = Math.max(1, Math.ceil((options.clock.mono() - turn.due) / group.every));
  turn.due = later(turn.due, millis(missed * group.every));
  if (turn.failures > 1) turn.due = later(began, backOff(group, turn.failures));
  options.deliver(group, answers);
}

const backOff = (group: PollGroup, failures: number): Millis =>
  millis(Math.max(group.every, Math.min(group.probe, group.every * 2 ** Math.min(failures - 1, 16))));

type Attempt = { readonly options: PollOptions; readonly again: boolean };

async function readBlock(bus: ModbusBus, block: Block, attempt: Attempt, signal: AbortSignal): Promise<Reading> {
  const { options, again } = attempt;
  const first = await readOnce(bus, block, options.clock, signal);
  if (!first.ok || !again || !options.confirm) return first;
  const second = await readOnce(bus, block, options.clock, signal);
  if (!second.ok) return second; // the trouble is not over
  const agree = second.words.every((word, i) => word === first.words[i]);
  return agree ? second : { ...first, doubt: 'unconfirmed' };
}

async function readOnce(bus: ModbusBus, block: Block, clock: Clock, signal: AbortSignal): Promise<Reading> {
  try {
    const words = await bus.read(block, signal);
    return { ok: true, at: clock.mono(), words };
  } catch (e) {
    return { ok: false, at: clock.mono(), why: signal.aborted ? 'never-read' : lossOf(e), detail: describeError(e) };
  }
}

/** What the field can do to us. Anything else is a bug and keeps flying. */
const lossByCode = {
  BUS_TIMEOUT: 'timeout',
  BUS_CRC: 'bad-crc',
  BUS_EXCEPTION: 'refused',
  BUS_REPLY: 'bad-reply',
  BUS_DOWN: 'bus-down',
} as const satisfies Record<string, Loss>;

function lossOf(e: unknown): Loss {
  if (FengsuiError.is(e, 'BUS_TIMEOUT', 'BUS_CRC', 'BUS_EXCEPTION', 'BUS_REPLY', 'BUS_DOWN')) return lossByCode[e.code];
  throw e;
}
