import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { Millis } from '../../../sdk/model/time.ts';
import type { Line, Link, LinkListener } from './link.ts';
import { answerLength, describeRequest, type Request } from './request.ts';
import { crc16 } from './rtu-frame.ts';

export type TcpOptions = {
  /** Names the connection in messages. */
  readonly name: string;
  readonly timeout: Millis;
};

/** Transaction, protocol and length: what comes before the unit (Messaging on TCP/IP V1.0b, clause 3.1.3). */
const header = 6;
/** Unit, function and one byte. */
const shortest = 3;
/** Unit and the longest PDU of 253 bytes. */
const longest = 254;

/** Modbus TCP framing. The transaction number tells which request an answer belongs to, so no silence is needed. */
export function tcpLink(line: Line, listener: LinkListener, options: TcpOptions): Link {
  const { name, timeout } = options;
  let transaction = 0;
  let want: Request | undefined;
  let partial: Buffer | undefined;

  const take = (data: Buffer, at: number, length: number): void => {
    if (!want || data.readUInt16BE(at) !== transaction) return listener.stray();
    const request = want;
    want = undefined;
    const unit = at + header;
    if (answerLength(data, unit, request) !== length + 2) {
      return listener.failed(misfit(name, request, data.subarray(unit, unit + length)));
    }
    listener.answered(asRtu(data, unit, length));
  };

  return {
    settle: () => undefined,
    expect: (request) => {
      want = request;
    },
    send(frame) {
      transaction = (transaction + 1) & 0xffff;
      line.write(withHeader(frame, transaction));
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
    giveUp() {
      const asked = want ? `${name}, ${describeRequest(want)}` : name;
      want = undefined;
      return new FengsuiError(
        'BUS_TIMEOUT',
        `${asked}: no answer within ${timeout} ms; check the unit number, and power and wiring of the device`,
      );
    },
  };
}

function withHeader(frame: Buffer, transaction: number): Buffer {
  const length = frame.length - 2;
  const out = Buffer.allocUnsafe(header + length);
  out.writeUInt16BE(transaction, 0);
  out.writeUInt16BE(0, 2);
  out.writeUInt16BE(length, 4);
  frame.copy(out, header, 0, length);
  return out;
}

/** modbus-serial takes RTU frames only, and checks their CRC. */
function asRtu(data: Buffer, at: number, length: number): Buffer {
  const frame = Buffer.allocUnsafe(length + 2);
  data.copy(frame, 0, at, at + length);
  frame.writeUInt16LE(crc16(frame, 0, length), length);
  return frame;
}

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
