import type { FengsuiError } from '../../../sdk/model/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Urgency, Words } from '../reading.ts';
import { connection } from './connection.ts';
import type { OpenLine } from './link.ts';
import { linkQuality } from './link-quality.ts';
import type { ModbusBus, ModbusEndpoint, ModbusTiming } from './modbus-bus.ts';
import { openLine } from './open-line.ts';
import { type Request, readRequest, writeRequest } from './request.ts';
import { type Job, requestQueue } from './request-queue.ts';
import type { Session } from './session.ts';

export type ModbusContext = {
  readonly clock: Clock;
  readonly log: Log;
  /** Opens the line that the endpoint names; the real one unless given. */
  readonly openLine?: OpenLine;
};

/**
 * A bus that is opened by its first request, and again after it was lost. Opening counts with `timing.timeout`, apart
 * from the request. While the bus is down and for `timing.reconnect` after an attempt, requests fail at once.
 *
 * A request whose signal fires while it waits rejects with the signal's reason. One that is on the line already is
 * carried through: whether a write was done must not stay unknown.
 *
 * On a serial line a unit that has answered some times is waited for as long as its answers take, which is less than
 * `timing.timeout`; after time-outs for longer again. It is then left alone until the whole time is over, and the line
 * serves others meanwhile. A read whose answer was damaged there is asked for once more if its unit usually answers and
 * nothing more of it can come: not after an answer that was cut off. Writes are never repeated.
 *
 * Over Modbus TCP a time-out is followed by no silence: the transaction number keeps late answers apart.
 */
export function openModbus(endpoint: ModbusEndpoint, timing: ModbusTiming, ctx: ModbusContext): ModbusBus {
  const { clock } = ctx;
  const queue = requestQueue();
  const quality = linkQuality(clock.mono());
  const bus = connection({ endpoint, timing, openLine, ...ctx, quality });
  let isServing = false;

  const isFree = (unit: number): boolean => bus.barredUntil(unit) === undefined;
  const mayRetry = ({ request, isRetry, signal }: Job, error: FengsuiError): boolean =>
    error.code === 'BUS_CRC' &&
    endpoint.kind === 'serial' &&
    request.bytes > 0 &&
    !isRetry &&
    !signal.aborted &&
    isFree(request.unit) &&
    quality.of(request.unit).habits.answersInARow > 0;
  const conclude = (job: Job, error: FengsuiError | undefined, words: Words): void => {
    if (!error) job.resolve(words);
    else if (mayRetry(job, error)) queue.addFirst({ ...job, isRetry: true });
    else job.reject(error);
    serve();
  };
  const send = (session: Session, job: Job): void =>
    session.exchange(job.request, (error, words) => conclude(job, error, words));
  /** The session, if this request may go out at once; else the queue is served when it is worth asking again. */
  const readyFor = (request: Request): Session | undefined => {
    const session = bus.session();
    if (session instanceof Promise) return void session.then(serve, refuse);
    const wait = session.settle(request, bus.signal);
    return wait ? void wait.then(serve, refuse) : session;
  };
  /** The most urgent request to a unit that may be asked; if there is none, the most urgent of all. */
  const nextJob = (): Job | undefined => queue.first(({ request }) => isFree(request.unit)) ?? queue.first();
  /** Sends the next request. Who is most urgent when the line is ready goes first. */
  const serve = (): void => {
    const first = nextJob();
    isServing = first !== undefined;
    const session = first && readyFor(first.request);
    if (!session) return;
    queue.take(first);
    send(session, first);
  };
  const refuse = (error: unknown): void => {
    const first = nextJob();
    if (first) queue.take(first);
    first?.reject(error);
    serve();
  };
  const take = (job: Job): void => {
    const session = isServing ? undefined : readyFor(job.request);
    isServing = true;
    if (session) send(session, job);
    else queue.add(job);
  };
  const submit = (request: () => Request, urgency: Urgency, signal: AbortSignal): Promise<Words> =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      take({ request: request(), urgency, resolve, reject, signal });
    });

  return {
    read: (block, signal, urgency = 'telemetry') => submit(() => readRequest(block, endpoint.kind), urgency, signal),
    async write(write, signal) {
      await submit(() => writeRequest(write, endpoint.kind), 'command', signal);
    },
    barredUntil: (unit) => bus.barredUntil(unit),
    opened: () => bus.opened(),
    quality: () => quality.read(clock.mono()),
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  };
}
