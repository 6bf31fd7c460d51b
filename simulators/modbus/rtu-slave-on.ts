import { closeSync, constants, openSync } from 'node:fs';
import { isatty, ReadStream } from 'node:tty';
import { FengsuiError } from '../../sdk/model/errors.ts';
import { type Slave, slave, type Units } from './slave.ts';

export type RtuSlave = AsyncDisposable & Slave;

/**
 * Field devices on a serial line that exists already: the path of a pty, or of an adapter whose speed was set before.
 * @throws FengsuiError NOT_FOUND when the path cannot be opened or is no terminal.
 */
export function rtuSlaveOn(path: string, units: Units): RtuSlave {
  const line = openLine(path);
  const devices = slave(units);
  const wire = devices.rtuWire((bytes) => void line.write(bytes));
  line.on('data', (bytes: Buffer) => void wire.receive(bytes));
  line.on('error', () => line.destroy()); // EIO: the other end was unplugged
  const closed = new Promise<void>((done) => {
    line.once('close', () => {
      wire.close();
      done();
    });
  });
  return {
    misbehave: (unit, fault) => devices.misbehave(unit, fault),
    behave: (unit) => devices.behave(unit),
    async [Symbol.asyncDispose]() {
      line.destroy();
      await closed;
    },
  };
}

function openLine(path: string): ReadStream {
  const fd = opened(path);
  if (!isatty(fd)) {
    closeSync(fd);
    throw new FengsuiError('NOT_FOUND', `${path} is no serial line: give the path of a pty or a serial port`);
  }
  const line = new ReadStream(fd);
  line.setRawMode(true); // no echo, no line ends, no control characters: bytes as they are
  return line;
}

function opened(path: string): number {
  try {
    return openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  } catch (e) {
    throw new FengsuiError('NOT_FOUND', `serial line ${path} cannot be opened: is it there, and may we use it?`, {
      cause: e,
    });
  }
}
