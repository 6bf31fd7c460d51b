import { FengsuiError } from '../../../sdk/model/errors.ts';
import { later, type MonoTime } from '../../../sdk/model/time.ts';
import type { Clock } from '../../platform/clock.ts';
import { withDeadline } from '../../platform/deadline.ts';
import { type Log, onChange } from '../../platform/log.ts';
import { busDown, endpointName } from './bus-down.ts';
import type { ModbusEndpoint, ModbusTiming } from './modbus-bus.ts';
import { openSession, type Session } from './session.ts';

export type ConnectionOptions = {
  readonly endpoint: ModbusEndpoint;
  readonly timing: ModbusTiming;
  readonly clock: Clock;
  readonly log: Log;
  readonly stray: () => void;
};

/** Opens the bus when it is needed, and again when it was lost; attempts are `timing.reconnect` apart. */
export interface Connection extends AsyncDisposable {
  /** The open session, or a promise of it. Not to be called again before that has settled. */
  session(): Session | Promise<Session>;
  /** Fires when the connection is disposed. */
  readonly signal: AbortSignal;
}

export function connection(options: ConnectionOptions): Connection {
  const { endpoint, timing, clock } = options;
  const name = endpointName(endpoint);
  const life = new AbortController();
  const report = healthReport(options.log, name);
  let session: Session | undefined;
  let problem: FengsuiError | undefined;
  let notBefore: MonoTime | undefined;

  const open = async (): Promise<Session> => {
    life.signal.throwIfAborted();
    if (problem && notBefore !== undefined && clock.mono() < notBefore) throw problem;
    // Counted from the attempt on: a server that accepts and closes at once must not be called without a pause.
    notBefore = later(clock.mono(), timing.reconnect);
    const over = (why: FengsuiError | undefined): void => {
      session = undefined;
      problem = why;
      if (why && !life.signal.aborted) report(why.message);
    };
    try {
      const { stray } = options;
      session = await withDeadline({ clock, ms: timing.timeout, signal: life.signal, what: name }, (signal) =>
        openSession({ endpoint, timing, clock, stray, over }, signal),
      );
    } catch (cause) {
      life.signal.throwIfAborted();
      problem = openingProblem(name, timing, cause);
      notBefore = later(clock.mono(), timing.reconnect);
      report(problem.message);
      throw problem;
    }
    problem = undefined;
    report(undefined);
    return session;
  };

  return {
    signal: life.signal,
    session: () => session ?? open(),
    async [Symbol.asyncDispose]() {
      const closed = new FengsuiError('BUS_DOWN', `${name}: the bus was closed by the gateway`);
      const open = session;
      life.abort(closed);
      await open?.close(closed);
    },
  };
}

function openingProblem(name: string, timing: ModbusTiming, cause: unknown): FengsuiError {
  if (FengsuiError.is(cause, 'DRIVER_MISSING')) return cause;
  if (!FengsuiError.is(cause, 'TIMEOUT')) return busDown(name, 'cannot be opened', cause);
  const what = `${name}: cannot be opened within ${timing.timeout} ms; check address, cable and power of the device`;
  return new FengsuiError('BUS_DOWN', what, { cause });
}

function healthReport(log: Log, endpoint: string): (problem: string | undefined) => void {
  return onChange((problem) => {
    if (problem === undefined) log.info('connection.up', { endpoint });
    else log.warn('connection.down', { endpoint, why: problem });
  });
}
