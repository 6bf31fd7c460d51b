import { FengsuiError } from '../../../sdk/model/errors.ts';
import { type Millis, millis } from '../../../sdk/model/time.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Words } from '../reading.ts';
import { busDown, endpointName } from './bus-down.ts';
import { deviceException, isException } from './device-exception.ts';
import type { Line, LineListener, Link, LinkListener } from './link.ts';
import type { ModbusEndpoint, ModbusTiming } from './modbus-bus.ts';
import { type ModbusClient, modbusClient } from './modbus-client.ts';
import { describeRequest, type Request } from './request.ts';
import { rtuLink } from './rtu-link.ts';
import { openSerial } from './serial-line.ts';
import { openSocket } from './socket-line.ts';
import { tcpLink } from './tcp-link.ts';

/** An open connection to a bus. Serves one request at a time. */
export type Session = {
  /** As `settle` of {@link Link}. */
  settle(signal: AbortSignal): Promise<void> | undefined;
  /** Settles within the time of a request, also when the connection is lost or closed meanwhile. */
  exchange(request: Request): Promise<Words>;
  close(reason: FengsuiError): Promise<void>;
};

export type SessionOptions = {
  readonly endpoint: ModbusEndpoint;
  readonly timing: ModbusTiming;
  readonly clock: Clock;
  /** Bytes came that nobody asked for. */
  readonly stray: () => void;
  /** The session is over: with a reason when the bus is down, with none when it is merely to be opened anew. */
  readonly over: (why: FengsuiError | undefined) => void;
};

/**
 * After so many requests in a row with not a byte received, a socket is opened anew: when the other side vanished
 * without a word, the system would take a quarter of an hour to notice.
 */
const silentRequests = 3;

/** Opens the bus. Rejects with what the system says, or with `signal.reason`. */
export async function openSession(options: SessionOptions, signal: AbortSignal): Promise<Session> {
  const { endpoint, clock, timing } = options;
  const name = endpointName(endpoint);
  let current: ((error: Error | undefined, words: Words) => void) | undefined;
  let gone: FengsuiError | undefined;
  let silent = 0;
  let link: Link | undefined;

  const end = (why: FengsuiError, report: FengsuiError | undefined): void => {
    if (gone) return;
    gone = why;
    current?.(why, []);
    options.over(report);
  };
  const client = await modbusClient((frame) => link?.send(frame));
  const line = await openLine(endpoint, signal, {
    received: (chunk) => {
      silent = 0;
      link?.receive(chunk);
    },
    lost: (why) => {
      if (!link) return; // it was never open, and the opening has failed with this reason
      const error = busDown(name, 'the connection was lost', why);
      end(error, error);
    },
  });
  const opened = makeLink(line, options, {
    answered: (frame) => client.deliver(frame),
    failed: (error) => current?.(error, []),
    stray: options.stray,
    broken: (error) => {
      end(error, error);
      void line.close();
    },
  });
  link = opened;
  const timeUp = (): void => {
    silent++;
    current?.(opened.giveUp(), []);
    if (silent < silentRequests || endpoint.kind === 'serial') return;
    end(new FengsuiError('BUS_DOWN', `${name}: the connection is silent and was given up`), undefined);
    void line.close();
  };
  return {
    settle: (signal) => opened.settle(signal),
    exchange: (request) =>
      new Promise((resolve, reject) => {
        if (gone) return reject(gone);
        const cancel = clock.after(timing.timeout, timeUp);
        current = (error, words) => {
          cancel();
          current = undefined;
          if (error) reject(error);
          else resolve(words);
        };
        opened.expect(request);
        ask(client, request, { name, settle: current });
      }),
    close(reason) {
      end(reason, reason);
      return line.close();
    },
  };
}

type Asking = { readonly name: string; readonly settle: (error: Error | undefined, words: Words) => void };

function ask(client: ModbusClient, request: Request, { name, settle }: Asking): void {
  client.send(request, (error, words) => {
    if (!error) return settle(undefined, words);
    const asked = `${name}, ${describeRequest(request)}`;
    if (isException(error)) return settle(deviceException(asked, request, error.modbusCode), []);
    settle(new FengsuiError('BUS_REPLY', `${asked}: the answer makes no sense`, { cause: error }), []);
  });
}

function openLine(endpoint: ModbusEndpoint, signal: AbortSignal, listener: LineListener): Promise<Line> {
  return endpoint.kind === 'serial' ? openSerial(endpoint, listener, signal) : openSocket(endpoint, listener, signal);
}

function makeLink(line: Line, { endpoint, timing, clock }: SessionOptions, listener: LinkListener): Link {
  const name = endpointName(endpoint);
  if (endpoint.kind === 'tcp') return tcpLink(line, listener, { name, timeout: timing.timeout });
  return rtuLink(line, listener, { name, gap: frameGap(endpoint), timing, clock });
}

/** 3.5 characters; 1.75 ms above 19,200 baud (MODBUS over Serial Line V1.02, clause 2.5.1.1). Over TCP, none. */
function frameGap(endpoint: ModbusEndpoint): Millis {
  if (endpoint.kind !== 'serial') return millis(0);
  if (endpoint.baud > 19_200) return millis(1.75);
  const bits = 1 + 8 + (endpoint.parity === 'none' ? 0 : 1) + endpoint.stopBits;
  return millis((3.5 * bits * 1_000) / endpoint.baud);
}
