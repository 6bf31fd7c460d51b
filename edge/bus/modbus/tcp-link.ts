import { FengsuiError } from '../../../sdk/model/errors.ts';
import { elapsed, later, type Millis, type MonoTime } from '../../../sdk/model/time.ts';
import type { Clock } from '../../platform/clock.ts';
import { exceptionIn, putRequest, requestLength, wordsIn } from './codec.ts';
import type { Line, Link, LinkListener } from './link.ts';
import { answerLength, describeRequest, type Request } from './request.ts';

export type TcpOptions = {
  /** Names the connection in messages. */
  readonly name: string;
  readonly timeout: Millis;
  readonly clock: Pick<Clock, 'mono'>;
};

/** Transaction, protocol and length: what comes before the unit (Messaging on TCP/IP V1.0b, clause 3.1.3). */
const header = 6;
/** Unit, function and one byte. */
const shortest = 3;
/** Unit and the longest PDU of 253 bytes. */
const longest = 254;
/** Given-up requests whose answers are still known when they come. */
const mostOverdue = 16;

type Sent = { readonly request: Request; readonly transaction: number; readonly at: MonoTime };

/** Modbus TCP framing. The transaction number tells which request an answer belongs to, so no silence is needed. */
export function tcpLink(line: Line, listener: LinkListener, { name, timeout, clock }: TcpOptions): Link {
  const overdue = new Map<number, Sent>();
  let transaction = 0;
  let asked: Sent | undefined;
  let partial: Buffer | undefined;

  const unasked = (transaction: number, unit: number): void => {
    const sent = overdue.get(transaction);
    if (!overdue.delete(transaction) || sent?.request.unit !== unit) return listener.foreign(unit);
    listener.late(unit, elapsed(sent.at, clock.mono()));
  };
  const take = (data: Buffer, at: number, length: number): void => {
    const unit = at + header;
    const number = data.readUInt16BE(at);
    if (asked?.transaction !== number) return unasked(number, data[unit] ?? 0);
    const sent = asked;
    asked = undefined;
    if (answerLength(data, unit, sent.request) !== length + 2) {
      return listener.failed(misfit(name, sent.request, data.subarray(unit, unit + length)));
    }
    const turnaround = elapsed(sent.at, clock.mono());
    const exception = exceptionIn(data, unit);
    if (exception !== undefined) listener.refused(exception, turnaround);
    else listener.answered(wordsIn(data, unit, sent.request), turnaround);
  };

  return {
    settle: () => undefined,
    barredUntil: () => undefined,
    send(request) {
      transaction = (transaction + 1) & 0xffff;
      overdue.delete(transaction);
      asked = { request, transaction, at: clock.mono() };
      line.write(withHeader(request, transaction));
    },
    receive(chunk) {
      const data = partial ? Buffer.concat([partial, chunk]) : chunk;
      let at = 0;
      while (data.length - at >= header) {
        const length = data.readUInt16BE(at + 4);
        if (data.readUInt16BE(at + 2) !== 0 || length < shortest || length > longest) {
          partial = undefined;
          return listener.broken(notModbus(name, data.subarray(at, at + 16)));
        }
        if (data.length - at < header + length) break;
        take(data, at, length);
        at += header + length;
      }
      // A copy: a slice would keep the whole chunk in memory.
      partial = at < data.length ? Buffer.from(data.subarray(at)) : undefined;
    },
    due: () => asked && later(asked.at, timeout),
    giveUp() {
      if (!asked) return;
      const { request, transaction } = asked;
      overdue.set(transaction, asked);
      const [oldest] = overdue.keys();
      if (overdue.size > mostOverdue && oldest !== undefined) overdue.delete(oldest);
      asked = undefined;
      listener.failed(silent(name, request, timeout));
    },
    busyUntil: () => clock.mono(),
  };
}

function withHeader(request: Request, transaction: number): Buffer {
  const out = Buffer.allocUnsafe(header + requestLength);
  out.writeUInt16BE(transaction, 0);
  out.writeUInt16BE(0, 2);
  out.writeUInt16BE(requestLength, 4);
  putRequest(request, out, header);
  return out;
}

const silent = (name: string, request: Request, timeout: Millis): FengsuiError =>
  new FengsuiError(
    'BUS_TIMEOUT',
    `${name}, ${describeRequest(request)}: no answer within ${timeout} ms; ` +
      'check the unit number, and power and wiring of the device',
  );

function misfit(name: string, request: Request, answer: Buffer): FengsuiError {
  return new FengsuiError(
    'BUS_REPLY',
    `${name}, ${describeRequest(request)}: the answer does not fit: unit ${answer[0]}, function ${answer[1]}, ` +
      `${answer.length} bytes; the server answers wrongly, or a gateway behind it mixes up devices`,
    { details: { answer: answer.toString('hex') } },
  );
}

function notModbus(name: string, data: Buffer): FengsuiError {
  return new FengsuiError(
    'BUS_REPLY',
    `${name}: what comes is not Modbus TCP: check the port, and whether it speaks RTU over TCP instead`,
    { details: { bytes: data.toString('hex') } },
  );
}
