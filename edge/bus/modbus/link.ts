import type { FengsuiError } from '../../../sdk/model/errors.ts';
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
  received(chunk: Buffer): void;
  lost(why: Error): void;
};

/** Framing on one line: what goes around a request, and which bytes are its answer. */
export interface Link {
  /**
   * `undefined` when a request may go out at once, else resolves when it may.
   * @throws FengsuiError BUS_REPLY when the line does not fall silent.
   */
  settle(signal: AbortSignal): Promise<void> | undefined;
  /** From now on, only an answer to this request is handed over, and only one. */
  expect(request: Request): void;
  /** Puts a frame of modbus-serial (unit, function, data, CRC) on the line. */
  send(frame: Buffer): void;
  receive(chunk: Buffer): void;
  /** The time of the request is over. Returns what is to be said about it; a later answer will be dropped. */
  giveUp(): FengsuiError;
}

/** What a link tells about the request that it expects an answer to. */
export type LinkListener = {
  /** The answer, as unit, function, data and CRC. Valid only during the call. */
  answered(frame: Buffer): void;
  /** Something else came, or something damaged. */
  failed(error: FengsuiError): void;
  /** Bytes came that nobody asked for. */
  stray(): void;
  /** The stream cannot be understood any more and must be opened anew. */
  broken(error: FengsuiError): void;
};
