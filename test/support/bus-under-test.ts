import { afterEach } from 'vitest';
import type { OpenLine } from '../../edge/bus/modbus/link.ts';
import type { ModbusBus, ModbusEndpoint, ModbusTiming } from '../../edge/bus/modbus/modbus-bus.ts';
import { openModbus } from '../../edge/bus/modbus/open-modbus.ts';
import type { Block } from '../../edge/bus/reading.ts';
import { systemClock } from '../../edge/platform/clock.ts';
import type { FengsuiError } from '../../sdk/model/errors.ts';
import { millis } from '../../sdk/model/time.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';
import { type RecordingLog, recordingLog } from './recording-log.ts';
import { type ScriptedSlave, scriptedSlave } from './scripted-slave.ts';

export const timing = { timeout: millis(200), quiet: millis(300), reconnect: millis(1000) } as const;
export const never = new AbortController().signal;
export const holding = (address: number, unit = 1, count = 1): Block => ({ unit, table: 'holding', address, count });

export type Bench = {
  readonly bus: ModbusBus;
  readonly slave: ScriptedSlave;
  readonly clock: FakeClock;
  readonly log: RecordingLog;
  readonly read: (address: number, unit?: number) => Promise<readonly number[]>;
};

const opened: AsyncDisposable[] = [];
export const closeLater = <T extends AsyncDisposable>(resource: T): T => {
  opened.push(resource);
  return resource;
};
afterEach(async () => {
  for (const resource of opened.splice(0).toReversed()) await resource[Symbol.asyncDispose]();
});

/** A bus on a fake clock with a scripted slave at its other end, both closed after the test. */
export async function bench(kind: 'tcp' | 'rtu-over-tcp'): Promise<Bench> {
  const slave = closeLater(await scriptedSlave(kind === 'tcp' ? 'tcp' : 'rtu'));
  const clock = fakeClock();
  const log = recordingLog();
  const bus = closeLater(openModbus({ kind, host: '127.0.0.1', port: slave.port }, timing, { clock, log }));
  return { bus, slave, clock, log, read: (address, unit) => bus.read(holding(address, unit), never) };
}

export type LineBench = {
  readonly bus: ModbusBus;
  readonly clock: FakeClock;
  readonly line: {
    /** Frames that the bus has written, with the time of each. */
    readonly written: readonly { readonly at: number; readonly frame: Buffer }[];
    /** What the line does with each frame from now on: bytes to give back, and after how many ms. */
    answer(script: (frame: Buffer) => readonly (readonly [afterMs: number, bytes: Uint8Array])[]): void;
    /** Breaks the connection off. */
    lose(): void;
  };
};

/** A serial bus of 9,600 baud, 8N1, on a fake clock and a line of this process; closed after the test. */
export function lineBench(times: ModbusTiming = timing): LineBench {
  const clock = fakeClock();
  const written: { at: number; frame: Buffer }[] = [];
  let script: Parameters<LineBench['line']['answer']>[0] = () => [];
  let lose = (): void => {};
  const openLine: OpenLine = (_, listener) => {
    lose = () => listener.lost(new Error('unplugged'));
    return Promise.resolve({
      write(bytes) {
        const frame = Buffer.from(bytes);
        written.push({ at: clock.mono(), frame });
        for (const [ms, reply] of script(frame)) {
          clock.after(millis(ms), () => listener.received(Buffer.from(reply)));
        }
      },
      flush: () => Promise.resolve(),
      close: () => Promise.resolve(),
    });
  };
  const endpoint = { kind: 'serial', path: '/dev/line', baud: 9_600, parity: 'none', stopBits: 1 } as const;
  const bus = closeLater(openModbus(endpoint, times, { clock, log: recordingLog(), openLine }));
  const answer: LineBench['line']['answer'] = (next) => {
    script = next;
  };
  return { bus, clock, line: { written, answer, lose: () => lose() } };
}

/** A bus on the system's clock, closed after the test. */
export const realBus = (endpoint: ModbusEndpoint, times: ModbusTiming = timing): ModbusBus =>
  closeLater(openModbus(endpoint, times, { clock: systemClock('synced'), log: recordingLog() }));

/** The error a request ends with; a value is a failed test. */
export async function failure(request: Promise<unknown>): Promise<FengsuiError> {
  const value = await request.then(
    (words) => ({ words }),
    (error: unknown) => error as FengsuiError,
  );
  if (value instanceof Error) return value;
  throw new Error(`it was expected to fail, but gave ${JSON.stringify(value)}`);
}
