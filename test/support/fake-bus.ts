import type { ModbusBus, Write } from '../../edge/bus/modbus/modbus-bus.ts';
import type { Block, Urgency, Words } from '../../edge/bus/reading.ts';
import { type ErrorCode, FengsuiError } from '../../sdk/model/errors.ts';
import { millis, monoTime } from '../../sdk/model/time.ts';
import type { FakeClock } from './fake-clock.ts';

/** What a unit does with one request: words after a moment, or a failure after its time. */
export type Answer =
  | { readonly after: number; readonly words: Words }
  | { readonly after: number; readonly fail: ErrorCode | Error };
export type Asked = Block & { readonly at: number; readonly urgency: Urgency | undefined };

export type FakeBus = ModbusBus & {
  readonly asked: Asked[];
  readonly written: Write[];
  readonly units: Map<number, (block: Block) => Answer>;
  /** Units that the bus leaves alone, and until when. */
  readonly barred: Map<number, number>;
  /** From here on the bus is one that was opened anew. */
  reopen(): void;
};

/**
 * A line in fake time: one request after the other, each answered by what stands in `units`, or after 10 ms with zeros.
 * Opened by its first request.
 */
export function fakeBus(clock: FakeClock): FakeBus {
  const asked: Asked[] = [];
  const written: Write[] = [];
  const units = new Map<number, (block: Block) => Answer>();
  const barred = new Map<number, number>();
  let isBusy = false;
  let opened = 0;
  return {
    asked,
    written,
    units,
    barred,
    reopen: () => {
      opened++;
    },
    async read(block, signal, urgency) {
      if (isBusy) throw new Error('two requests at once on one line');
      isBusy = true;
      opened ||= 1;
      asked.push({ ...block, at: clock.mono(), urgency });
      let answer: Answer;
      const zeros = { after: 10, words: Array.from({ length: block.count }, () => 0) };
      try {
        await Promise.resolve(); // so that a test may say what a unit answers just after it started the poller
        answer = units.get(block.unit)?.(block) ?? zeros;
        await clock.sleep(millis(answer.after), signal);
      } finally {
        isBusy = false;
      }
      if ('words' in answer) return answer.words;
      throw typeof answer.fail === 'string' ? new FengsuiError(answer.fail) : answer.fail;
    },
    async write(write) {
      written.push(write);
    },
    barredUntil(unit) {
      const until = barred.get(unit);
      return until !== undefined && until > clock.mono() ? monoTime(until) : undefined;
    },
    opened: () => opened,
    quality: () => ({
      ...noCounts,
      utilisation: 0,
      units: [...units.keys()].map((unit) => ({ ...noCounts, unit, state: 'unknown' })),
    }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

const noCounts = { requests: 0, answers: 0, timeouts: 0, crcErrors: 0, exceptions: 0, foreign: 0, late: 0 };

export const silent = (): Answer => ({ after: 1_000, fail: 'BUS_TIMEOUT' });
export const says =
  (...words: number[]) =>
  (): Answer => ({ after: 10, words });
