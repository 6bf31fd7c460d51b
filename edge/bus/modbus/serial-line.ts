import type { SerialPort } from 'serialport';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { baudAdvice, isBaudRate } from './baud-rates.ts';
import { busDown } from './bus-down.ts';
import type { Line, LineListener } from './link.ts';
import type { ModbusEndpoint } from './modbus-bus.ts';

export type SerialEndpoint = Extract<ModbusEndpoint, { kind: 'serial' }>;
/** The class of the driver's ports. */
export type SerialDriver = typeof SerialPort;

/** The one import of the native driver: it is optional, and who has no serial port needs none. */
export async function loadSerialDriver(): Promise<SerialDriver> {
  return (await import('serialport')).SerialPort;
}

/**
 * Opens a serial port for this process alone. A path below /dev/serial/by-id is looked up anew each time, so that it
 * finds its adapter wherever that is plugged in. Rejects with the driver's error, or with `signal.reason`.
 * @throws FengsuiError DRIVER_MISSING | INVALID for a speed that no serial device has
 */
export async function openSerial(
  endpoint: SerialEndpoint,
  listener: LineListener,
  signal: AbortSignal,
  load: () => Promise<SerialDriver> = loadSerialDriver,
): Promise<Line> {
  checkBaud(endpoint);
  const Port = await load().catch((cause: unknown) => {
    throw new FengsuiError(
      'DRIVER_MISSING',
      `${endpoint.path}: the driver for serial ports is not installed: npm install serialport`,
      { cause, details: { driver: 'serialport' } },
    );
  });
  signal.throwIfAborted();
  const { path, baud, parity, stopBits } = endpoint;
  const port = new Port({ path, baudRate: baud, dataBits: 8, parity, stopBits, lock: true, autoOpen: false });
  listen(port, listener);
  await opened(port, signal);
  return {
    write: (bytes) => {
      port.write(bytes);
    },
    flush: () =>
      new Promise((done, fail) =>
        port.flush((error) => (error ? fail(busDown(path, 'cannot be used', error)) : done())),
      ),
    close: () =>
      new Promise((done, fail) => {
        if (!port.isOpen) return done();
        port.close((error) => (error ? fail(error) : done()));
      }),
  };
}

function checkBaud({ path, baud }: SerialEndpoint): void {
  if (!isBaudRate(baud))
    throw new FengsuiError('INVALID', `${path}: ${baud} baud ${baudAdvice}`, { details: { baud } });
}

function listen(port: SerialPort, listener: LineListener): void {
  let failure: Error | undefined;
  port.on('data', (chunk: Buffer) => listener.received(chunk));
  port.on('error', (error) => {
    failure = error;
    if (port.isOpen) port.close();
  });
  // A read of zero bytes: the line hung up.
  port.once('end', () => {
    if (port.isOpen) port.close();
  });
  port.once('close', (error: Error | null) =>
    listener.lost(error ?? failure ?? new Error('the port was closed; is the adapter still plugged in?')),
  );
}

function opened(port: SerialPort, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    port.open((error) => {
      signal.removeEventListener('abort', abort);
      if (error) return reject(error);
      if (signal.aborted) port.close();
      else resolve();
    });
  });
}
