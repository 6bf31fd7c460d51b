import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Words } from '../reading.ts';
import { connection } from './connection.ts';
import type { LinkStats, ModbusBus, ModbusEndpoint, ModbusTiming } from './modbus-bus.ts';
import { type Request, readRequest, writeRequest } from './request.ts';
import { type Job, requestQueue } from './request-queue.ts';
import type { Session } from './session.ts';

export type ModbusContext = { readonly clock: Clock; readonly log: Log };

/**
 * A bus that is opened by its first request, and again after it was lost. Opening counts with `timing.timeout`, apart
 * from the request. While the bus is down and for `timing.reconnect` after an attempt, requests fail at once.
 *
 * A request whose signal fires while it waits rejects with the signal's reason. One that is on the line already is
 * carried through: whether a write was done must not stay unknown.
 *
 * Over Modbus TCP a time-out is followed by no silence: the transaction number keeps late answers apart.
 */
export function openModbus(endpoint: ModbusEndpoint, timing: ModbusTiming, ctx: ModbusContext): ModbusBus {
  const counts = linkCounts();
  const queue = requestQueue();
  const bus = connection({ endpoint, timing, ...ctx, stray: counts.stray });
  let busy = false;

  const exchange = async (session: Session, job: Job): Promise<void> => {
    counts.asked();
    try {
      const words = await session.exchange(job.request);
      counts.answered();
      job.resolve(words);
    } catch (error) {
      counts.failed(error);
      job.reject(error);
    }
  };
  /** Serves the queue until it is empty. The line is made ready first: who is most urgent then goes first. */
  const serve = async (): Promise<void> => {
    busy = true;
    while (!queue.empty()) {
      try {
        const session = await bus.session();
        await session.settle(bus.signal);
        const job = queue.next();
        if (job) await exchange(session, job);
      } catch (error) {
        queue.next()?.reject(error);
      }
    }
    busy = false;
  };
  const submit = (request: () => Request, signal: AbortSignal): Promise<Words> =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      queue.add({ request: request(), resolve, reject, signal });
      if (!busy) void serve();
    });

  return {
    read: (block, signal) => submit(() => readRequest(block, endpoint.kind), signal),
    async write(write, signal) {
      await submit(() => writeRequest(write, endpoint.kind), signal);
    },
    stats: counts.stats,
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  };
}

type Counts = {
  readonly asked: () => void;
  readonly answered: () => void;
  readonly failed: (error: unknown) => void;
  readonly stray: () => void;
  readonly stats: () => LinkStats;
};

function linkCounts(): Counts {
  const stats = { requests: 0, answers: 0, timeouts: 0, crcErrors: 0, exceptions: 0, strays: 0 };
  return {
    asked: () => {
      stats.requests++;
    },
    answered: () => {
      stats.answers++;
    },
    failed(error) {
      if (FengsuiError.is(error, 'BUS_TIMEOUT')) stats.timeouts++;
      else if (FengsuiError.is(error, 'BUS_CRC')) stats.crcErrors++;
      else if (FengsuiError.is(error, 'BUS_EXCEPTION')) stats.exceptions++;
    },
    stray: () => {
      stats.strays++;
    },
    stats: () => ({ ...stats }),
  };
}
