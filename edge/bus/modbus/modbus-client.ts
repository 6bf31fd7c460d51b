import type { Words } from '../reading.ts';
import type { Request } from './request.ts';

/** What the client reports: the decoded answer, or why there is none. */
export type Outcome = (error: Error | null | undefined, words: Words) => void;

/** Encodes requests and decodes answers. Knows nothing of time, lines or framing. */
export type ModbusClient = {
  /** Hands the frame of the request to `write` before it returns. */
  send(request: Request, outcome: Outcome): void;
  /** Takes the answer to the latest request as an RTU frame, and reports its outcome before it returns. */
  deliver(frame: Buffer): void;
};

/** The port that modbus-serial is given. It is open as long as it exists, and opens and closes nothing. */
type ClientPort = {
  readonly isOpen: true;
  open(done: () => void): void;
  on(event: string, listener: (frame: Buffer) => void): void;
  once(): void;
  removeListener(): void;
  write(frame: Buffer): void;
};

/**
 * The one import of modbus-serial. It patches `Buffer.prototype` (`readBit`, `writeBit`), matches answers by no more
 * than their length and function, and has a shared unit number and time-outs that may never settle. So it is given
 * one request at a time, with the unit in the call, only answers that fit, and no time-out.
 */
export async function modbusClient(write: (frame: Buffer) => void): Promise<ModbusClient> {
  const { default: ModbusRTU } = await import('modbus-serial');
  let deliver: ((frame: Buffer) => void) | undefined;
  const port: ClientPort = {
    isOpen: true,
    open: (done) => done(),
    on: (event, listener) => {
      if (event === 'data') deliver = listener;
    },
    once: () => {},
    removeListener: () => {},
    write,
  };
  const client = new ModbusRTU(port);
  client.open();
  return {
    send({ unit, code, address, amount }, outcome) {
      switch (code) {
        case 1:
          return client.writeFC1(unit, address, amount, (error, result) => outcome(error, bits(error, result, amount)));
        case 2:
          return client.writeFC2(unit, address, amount, (error, result) => outcome(error, bits(error, result, amount)));
        case 3:
          return client.writeFC3(unit, address, amount, (error, result) => outcome(error, error ? [] : result.data));
        case 4:
          return client.writeFC4(unit, address, amount, (error, result) => outcome(error, error ? [] : result.data));
        case 5:
          return client.writeFC5(unit, address, amount !== 0, (error) => outcome(error, []));
        case 6:
          return client.writeFC6(unit, address, amount, (error) => outcome(error, []));
      }
    },
    deliver: (frame) => deliver?.(frame),
  };
}

/** The client pads to whole bytes. */
const bits = (error: unknown, result: { readonly data: readonly boolean[] }, count: number): Words =>
  error ? [] : result.data.slice(0, count).map(Number);
