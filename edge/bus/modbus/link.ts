import type { FengsuiError } from '../../../sdk/model/errors.ts';
import type { Millis, MonoTime } from '../../../sdk/model/time.ts';
import type { Words } from '../reading.ts';
import type { ModbusEndpoint } from './modbus-bus.ts';
import type { Request } from './request.ts';

/** An open stream of bytes: a socket or a serial port. */
export interface Line {
  write(bytes: Uint8Array): void;
  /** Drops what the operating system has received and not yet handed over. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** What a line tells. After `lost` it is silent. */
export type LineListener = {
  /** The chunk is valid during the call only. */
  received(chunk: Buffer): void;
  lost(why: Error): void;
};

/** Rejects with what the system says, or with `signal.reason`; nothing stays open then. */
export type OpenLine = (endpoint: ModbusEndpoint, listener: LineListener, signal: AbortSignal) => Promise<Line>;

/** Framing on one line: what goes around a request, which bytes are its answer, and how long to wait for them. */
export interface Link {
  /**
   * `undefined` when this request may go out at once, else resolves when it is worth asking again.
   * @throws FengsuiError BUS_REPLY when the line does not fall silent.
   */
  settle(request: Request, signal: AbortSignal): Promise<void> | undefined;
  /** Until when this unit is left alone, though others may be asked; `undefined`: it may be asked. */
  barredUntil(unit: number): MonoTime | undefined;
  /** From now on only an answer to this request is handed over, and only one. */
  send(request: Request): void;
  receive(chunk: Buffer): void;
  /** When the request that is under way is to be given up unless more is received. */
  due(): MonoTime | undefined;
  /** The time of the request is over: fails it. A later answer will be dropped. */
  giveUp(): void;
  /** Until when the line is in use, as far as is known now; its silences included. */
  busyUntil(): MonoTime;
}

/** What a link tells. Turnarounds are from the end of a request to the first byte of its answer. */
export type LinkListener = {
  /** The request was answered. The link may be sent the next one within the call. */
  answered(words: Words, turnaround: Millis): void;
  /** The device refused the request with this exception. */
  refused(exception: number, turnaround: Millis): void;
  /** Nothing came in time, or something else, or something damaged. */
  failed(error: FengsuiError): void;
  /** An answer of this unit came after it was given up. */
  late(unit: number, turnaround: Millis): void;
  /** An intact frame that nobody asked for came from this unit. */
  foreign(unit: number): void;
  /** The stream cannot be understood any more and must be opened anew. */
  broken(error: FengsuiError): void;
};
