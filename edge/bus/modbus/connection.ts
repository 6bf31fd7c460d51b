import { FengsuiError } from '../../../sdk/model/errors.ts';
import { later, type Millis, type MonoTime, millis } from '../../../sdk/model/time.ts';
import { withDeadline } from '../../platform/deadline.ts';
import { type Log, onChange } from '../../platform/log.ts';
import { busDown, endpointName } from './bus-down.ts';
import { openSession, type Session, type SessionOptions } from './session.ts';

export type ConnectionOptions = Omit<SessionOptions, 'over'> & { readonly log: Log };

/** The first serial port loads the driver, which takes a small computer longer than a device may take to answer. */
const serialPatience = millis(5_000);

/** Opens the bus when it is needed, and again when it was lost; attempts are `timing.reconnect` apart. */
export interface Connection extends AsyncDisposable {
  /** The open session, or a promise of it. Not to be called again before that has settled. */
  session(): Session | Promise<Session>;
  /** As `barredUntil` of {@link Session}; nobody is barred while there is none. */
  barredUntil(unit: number): MonoTime | undefined;
  /** How often it was opened. */
  opened(): number;
  /** Fires when the connection is disposed. */
  readonly signal: AbortSignal;
}

export function connection(options: ConnectionOptions): Connection {
  const { endpoint, timing, clock } = options;
  const name = endpointName(endpoint);
  const limit = endpoint.kind === 'serial' ? serialPatience : timing.timeout;
  const life = new AbortController();
  const report = healthReport(options.log, name);
  let session: Session | undefined;
  let problem: FengsuiError | undefined;
  let notBefore: MonoTime | undefined;
  let openings = 0;

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
      session = await withDeadline({ clock, ms: limit, signal: life.signal, what: name }, (signal) =>
        openSession({ ...options, over }, signal),
      );
    } catch (cause) {
      life.signal.throwIfAborted();
      problem = openingProblem(name, limit, cause);
      notBefore = later(clock.mono(), timing.reconnect);
      report(problem.message);
      throw problem;
    }
    problem = undefined;
    openings++;
    report(undefined);
    return session;
  };

  return {
    signal: life.signal,
    session: () => session ?? open(),
    barredUntil: (unit) => session?.barredUntil(unit),
    opened: () => openings,
    async [Symbol.asyncDispose]() {
      const closed = new FengsuiError('BUS_DOWN', `${name}: the bus was closed by the gateway`);
      const open = session;
      life.abort(closed);
      await open?.close(closed);
    },
  };
}

function openingProblem(name: string, limit: Millis, cause: unknown): FengsuiError {
  if (FengsuiError.is(cause, 'DRIVER_MISSING', 'INVALID')) return cause;
  if (!FengsuiError.is(cause, 'TIMEOUT')) return busDown(name, 'cannot be opened', cause);
  const what = `${name}: cannot be opened within ${limit} ms; check address, cable and power of the device`;
  return new FengsuiError('BUS_DOWN', what, { cause });
}

function healthReport(log: Log, endpoint: string): (problem: string | undefined) => void {
  return onChange((problem) => {
    if (problem === undefined) log.info('connection.up', { endpoint });
    else log.warn('connection.down', { endpoint, why: problem });
  });
}
