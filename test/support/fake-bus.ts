import type { ModbusBus } from '../../edge/bus/modbus/modbus-bus.ts';
import type { Block, Words } from '../../edge/bus/reading.ts';
import { type ErrorCode, FengsuiError } from '../../sdk/model/errors.ts';
import { millis } from '../../sdk/model/time.ts';
import type { FakeClock } from './fake-clock.ts';

/** What a unit does with one request: words after a moment, or a failure after its time. */
export type Answer =
  | { readonly after: number; readonly words: Words }
  | { readonly after: number; readonly fail: ErrorCode | Error };
export type Asked = Block & { readonly at: number };

/** A line in fake time: one request after the other, each answered by what stands in `units`, or after 10 ms with zeros. */
export function fakeBus(
  clock: FakeClock,
): ModbusBus & { readonly asked: readonly Asked[]; readonly units: Map<number, (block: Block) => Answer> } {
  const asked: Asked[] = [];
  const units = new Map<number, (block: Block) => Answer>();
  let isBusy = false;
  return {
    asked,
    units,
    async read(block, signal) {
      if (isBusy) throw new Error('two requests at once on one line');
      isBusy = true;
      asked.push({ ...block, at: clock.mono() });
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
    write: () => Promise.reject(new Error('nobody writes here')),
    stats: () => ({ requests: 0, answers: 0, timeouts: 0, crcErrors: 0, exceptions: 0, strays: 0 }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

export const silent = (): Answer => ({ after: 1_000, fail: 'BUS_TIMEOUT' });
export const says =
  (...words: number[]) =>
  (): Answer => ({ after: 10, words });
