import { type ErrorCode, FengsuiError } from '../../../sdk/model/errors.ts';
import type { Millis, MonoTime } from '../../../sdk/model/time.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Words } from '../reading.ts';
import { busDown, endpointName } from './bus-down.ts';
import { deviceException } from './device-exception.ts';
import { lazyDeadline } from './lazy-deadline.ts';
import type { Line, Link, LinkListener, OpenLine } from './link.ts';
import type { LinkQuality, UnitAccount } from './link-quality.ts';
import type { ModbusEndpoint, ModbusTiming } from './modbus-bus.ts';
import { describeRequest, type Request } from './request.ts';
import { rtuLink } from './rtu-link.ts';
import { tcpLink } from './tcp-link.ts';
import { answerLimit, noteAnswer, noteTimeOut } from './unit-habits.ts';
import { wireTime } from './wire-time.ts';

/** How a request ended: with an error, or with the words of its answer. */
export type Outcome = (error: FengsuiError | undefined, words: Words) => void;

/** An open connection to a bus. Serves one request at a time. */
export type Session = {
  /** As `settle` of {@link Link}. */
  settle(request: Request, signal: AbortSignal): Promise<void> | undefined;
  /** As `barredUntil` of {@link Link}. */
  barredUntil(unit: number): MonoTime | undefined;
  /** Ends within the time of a request, also when the connection is lost or closed meanwhile. */
  exchange(request: Request, outcome: Outcome): void;
  close(reason: FengsuiError): Promise<void>;
};

export type SessionOptions = {
  readonly endpoint: ModbusEndpoint;
  readonly timing: ModbusTiming;
  readonly clock: Clock;
  readonly openLine: OpenLine;
  readonly quality: LinkQuality;
  /** The session is over: with a reason when the bus is down, with none when it is merely to be opened anew. */
  readonly over: (why: FengsuiError | undefined) => void;
};

/**
 * After so many requests in a row with not a byte received, a socket is opened anew: when the other side vanished
 * without a word, the system would take a quarter of an hour to notice.
 */
const silentRequests = 3;

type Current = {
  readonly request: Request;
  readonly account: UnitAccount;
  readonly outcome: Outcome;
  readonly began: MonoTime;
};

const failures: Partial<Record<ErrorCode, 'timeouts' | 'crcErrors' | 'foreign'>> = {
  BUS_TIMEOUT: 'timeouts',
  BUS_CRC: 'crcErrors',
  BUS_REPLY: 'foreign',
};

/** Opens the bus. Rejects with what the system says, or with `signal.reason`. */
export async function openSession(options: SessionOptions, signal: AbortSignal): Promise<Session> {
  const { endpoint, timing, clock, quality } = options;
  const name = endpointName(endpoint);
  let current: Current | undefined;
  let gone: FengsuiError | undefined;
  let silent = 0;
  let link: Link | undefined;

  const conclude = (error: FengsuiError | undefined, words: Words): void => {
    if (!current) return;
    const { outcome, began } = current;
    current = undefined;
    if (link) quality.used(began, link.busyUntil());
    outcome(error, words);
  };
  const leave = (why: FengsuiError, report: FengsuiError | undefined): void => {
    gone = why;
    deadline.stop();
    options.over(report);
  };
  const end = (why: FengsuiError): void => {
    if (gone) return;
    leave(why, why);
    conclude(why, []);
  };
  const deadline = lazyDeadline({
    clock,
    due: () => link?.due(),
    missed() {
      silent++;
      const hasVanished = silent >= silentRequests && endpoint.kind !== 'serial';
      if (hasVanished)
        leave(new FengsuiError('BUS_DOWN', `${name}: the connection is silent and was given up`), undefined);
      link?.giveUp();
      if (hasVanished) void line.close();
    },
  });
  const line = await options.openLine(
    endpoint,
    {
      received(chunk) {
        silent = 0;
        link?.receive(chunk);
        deadline.watch();
      },
      lost(why) {
        if (!link) return; // it was never open, and the opening has failed with this reason
        end(busDown(name, 'the connection was lost', why));
      },
    },
    signal,
  );
  const opened = makeLink(line, options, {
    answered(words, turnaround) {
      if (!current) return;
      current.account.counts.answers++;
      noteAnswer(current.account.habits, turnaround);
      conclude(undefined, words);
    },
    refused(exception, turnaround) {
      if (!current) return;
      const { request, account } = current;
      account.counts.exceptions++;
      noteAnswer(account.habits, turnaround);
      conclude(deviceException(`${name}, ${describeRequest(request)}`, request, exception), []);
    },
    failed(error) {
      if (!current) return;
      const { counts, habits } = current.account;
      const what = failures[error.code];
      if (what) counts[what]++;
      if (what === 'timeouts') noteTimeOut(habits, timing.timeout);
      conclude(error, []);
    },
    late(unit, turnaround) {
      const { counts, habits } = quality.of(unit);
      counts.late++;
      habits.turnarounds.add(turnaround);
    },
    foreign: (unit) => quality.foreign(unit),
    broken(error) {
      end(error);
      void line.close();
    },
  });
  link = opened;
  return {
    settle: (request, signal) => opened.settle(request, signal),
    barredUntil: (unit) => opened.barredUntil(unit),
    exchange(request, outcome) {
      if (gone) return outcome(gone, []);
      const account = quality.of(request.unit);
      account.counts.requests++;
      current = { request, account, outcome, began: clock.mono() };
      opened.send(request);
      deadline.watch();
    },
    close(reason) {
      end(reason);
      return line.close();
    },
  };
}

function makeLink(line: Line, { endpoint, timing, clock, quality }: SessionOptions, listener: LinkListener): Link {
  const name = endpointName(endpoint);
  if (endpoint.kind === 'tcp') return tcpLink(line, listener, { name, timeout: timing.timeout, clock });
  // The time of the answer on a line behind a converter is not known, so nothing can be concluded from it.
  const limit = (unit: number): Millis =>
    endpoint.kind === 'serial' ? answerLimit(quality.of(unit).habits, timing.timeout) : timing.timeout;
  return rtuLink(line, listener, { name, wire: wireTime(endpoint), timing, clock, limit });
}
