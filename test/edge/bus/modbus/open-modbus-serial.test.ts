import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SerialPort } from 'serialport';
import { afterAll, describe, expect, it } from 'vitest';
import type { OpenLine } from '../../../../edge/bus/modbus/link.ts';
import type { ModbusBus } from '../../../../edge/bus/modbus/modbus-bus.ts';
import { openModbus } from '../../../../edge/bus/modbus/open-modbus.ts';
import { openSerial, type SerialDriver, type SerialEndpoint } from '../../../../edge/bus/modbus/serial-line.ts';
import { systemClock } from '../../../../edge/platform/clock.ts';
import { millis } from '../../../../sdk/model/time.ts';
import { closeLater, failure, holding, never, realBus } from '../../../support/bus-under-test.ts';
import { debian } from '../../../support/debian.ts';
import { type PtySlave, ptySlave } from '../../../support/pty-slave.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { registers, rtu, until } from '../../../support/scripted-slave.ts';

const socat = debian('socat');
const serial = (path: string, baud = 9600): SerialEndpoint => ({
  kind: 'serial',
  path,
  baud,
  parity: 'none',
  stopBits: 1,
});
/** Nothing below is to run into this deadline. */
const patient = { timeout: millis(10_000), quiet: millis(100), reconnect: millis(0) };
const brief = { ...patient, timeout: millis(150) };

async function plugged(timing = patient, baud = 9600): Promise<{ bus: ModbusBus; slave: PtySlave }> {
  const slave = closeLater(await ptySlave());
  return { slave, bus: realBus(serial(slave.path, baud), timing) };
}

describe.skipIf(!socat)(`a serial bus${socat ? '' : ' (skipped: socat is not installed)'}`, () => {
  it.each([9600, 115_200])('at %i baud sends 01 03 00 04 00 01 C5 CB and gives the register back', async (baud) => {
    const { bus, slave } = await plugged(patient, baud);
    const value = bus.read(holding(4), never);
    expect((await slave.asked()).raw.toString('hex')).toBe('010300040001c5cb');
    slave.send(rtu(...registers(1, 3, 513)));
    expect(await value).toEqual([513]);
  });

  it('keeps 3.5 characters of silence: ten reads at 1200 baud take at least nine times 29 ms', async () => {
    const { bus, slave } = await plugged(patient, 1200);
    slave.answer((asked) => rtu(...registers(1, 3, asked.address)));
    await bus.read(holding(0), never);
    const began = performance.now();
    for (let i = 1; i < 10; i++) expect(await bus.read(holding(i), never)).toEqual([i]);
    expect(performance.now() - began).toBeGreaterThan(9 * 28);
  });

  it('a late answer, and one of another unit, never answer the next request', async () => {
    const { bus, slave } = await plugged(brief);
    const first = failure(bus.read(holding(100), never));
    await slave.asked();
    expect(await first).toMatchObject({ code: 'BUS_TIMEOUT' });
    const second = bus.read(holding(200), never);
    slave.send(rtu(...registers(1, 3, 100)));
    slave.send(rtu(...registers(2, 3, 100)));
    slave.answer((asked) => rtu(...registers(asked.unit, 3, asked.address)));
    expect(await second).toEqual([200]);
    expect(bus.quality()).toMatchObject({ timeouts: 1, late: 1, foreign: 1, answers: 1 });
  });

  it('three concurrent reads each get their own registers', async () => {
    const { bus, slave } = await plugged();
    slave.answer((asked) => rtu(...registers(asked.unit, 3, asked.address, asked.unit)));
    const reads = [holding(100, 1, 2), holding(200, 2, 2), holding(300, 1, 2)].map((block) => bus.read(block, never));
    expect(await Promise.all(reads)).toEqual([
      [100, 1],
      [200, 2],
      [300, 1],
    ]);
  });

  it('unit 0 is refused before anything is written, and an answer of unit 0 is never taken', async () => {
    const { bus, slave } = await plugged(brief);
    expect(await failure(bus.read(holding(1, 0), never))).toMatchObject({ code: 'INVALID' });
    slave.answer((asked) => rtu(...registers(0, 3, asked.address)));
    expect(await failure(bus.read(holding(5), never))).toMatchObject({ code: 'BUS_TIMEOUT' });
    expect(bus.quality()).toMatchObject({ requests: 1, foreign: 1, timeouts: 1 });
    expect(slave.waiting()).toBe(0);
  });

  it('noise and a split answer are read right; after a damaged one it is asked again', async () => {
    const { bus, slave } = await plugged();
    const value = bus.read(holding(55), never);
    await slave.asked();
    slave.send(Buffer.from([0, 255, 1, 3]));
    const answer = rtu(...registers(1, 3, 55));
    slave.send(answer.subarray(0, 3));
    await new Promise((turn) => setImmediate(turn));
    slave.send(answer.subarray(3));
    expect(await value).toEqual([55]);
    answer.writeUInt8(answer.readUInt8(4) ^ 1, 4);
    let requests = 0;
    slave.answer((asked) => (requests++ === 0 ? answer : rtu(...registers(1, 3, asked.address))));
    expect(await bus.read(holding(57), never)).toEqual([57]);
    expect(bus.quality()).toMatchObject({ requests: 3, answers: 2, crcErrors: 1 });
  });

  it('an adapter that is unplugged during a request fails it at once, and serves again when it is back', async () => {
    const { bus, slave } = await plugged();
    const value = failure(bus.read(holding(1), never));
    await slave.asked();
    await slave.unplug();
    expect(await value).toMatchObject({ code: 'BUS_DOWN', message: expect.stringContaining(slave.path) });
    const gone = await failure(bus.read(holding(1), never));
    expect(gone).toMatchObject({ code: 'BUS_DOWN', details: { reason: 'ENOENT' } });
    expect(gone.message).toContain('plug the adapter in');
    await slave.plug();
    slave.answer((asked) => rtu(...registers(1, 3, asked.address)));
    expect(await bus.read(holding(9), never)).toEqual([9]);
    expect(bus.opened()).toBe(2);
  });

  it('an adapter that comes back elsewhere is found by the link that names it', async () => {
    const { bus, slave } = await plugged();
    const there = closeLater(await ptySlave());
    slave.answer((asked) => rtu(...registers(1, 3, asked.address)));
    there.answer(() => rtu(...registers(1, 3, 77)));
    expect(await bus.read(holding(9), never)).toEqual([9]);
    await slave.unplug();
    symlinkSync(realpathSync(there.path), slave.path);
    await until(() => bus.opened() === 1);
    while ((await bus.read(holding(9), never).catch(() => []))[0] !== 77);
    expect(bus.opened()).toBe(2);
  });

  it('a port that another program holds is told as such', async () => {
    const { bus, slave } = await plugged();
    slave.answer((asked) => rtu(...registers(1, 3, asked.address)));
    await bus.read(holding(1), never);
    const error = await failure(realBus(serial(slave.path), patient).read(holding(1), never));
    expect(error).toMatchObject({ code: 'BUS_DOWN', details: { reason: 'EBUSY' } });
  });

  it('a request settles when the bus is closed, and the port is free again', async () => {
    const { bus, slave } = await plugged();
    const value = failure(bus.read(holding(1), never));
    await slave.asked();
    await bus[Symbol.asyncDispose]();
    expect(await value).toMatchObject({ code: 'BUS_DOWN', message: expect.stringContaining('closed by the gateway') });
    slave.answer((asked) => rtu(...registers(1, 3, asked.address)));
    expect(await realBus(serial(slave.path), patient).read(holding(2), never)).toEqual([2]);
  });

  it('unasked bytes after the bus was closed harm nobody', async () => {
    const { bus, slave } = await plugged();
    slave.answer((asked) => rtu(...registers(1, 3, asked.address)));
    await bus.read(holding(1), never);
    slave.send(rtu(...registers(9, 3, 1)));
    await until(() => bus.quality().foreign > 0);
    await bus[Symbol.asyncDispose]();
    slave.send(Buffer.alloc(300, 1));
    expect(await failure(bus.read(holding(1), never))).toMatchObject({ code: 'BUS_DOWN' });
  });
});

const noDriver = (): Promise<never> => Promise.reject(new Error("Cannot find package 'serialport'"));
/** A driver whose ports do not open, for the reasons that this machine cannot give. */
const failing = (reason: string) => (): Promise<SerialDriver> =>
  Promise.resolve(
    class extends SerialPort {
      override open(done?: (error: Error | null) => void): void {
        done?.(new Error(reason));
      }
    } as SerialDriver,
  );

describe('a serial port that cannot be used', () => {
  const listener = { received: () => {}, lost: () => {} };
  const file = join(mkdtempSync(join(tmpdir(), 'fengsui-')), 'no-tty');
  writeFileSync(file, '');
  afterAll(() => rmSync(dirname(file), { recursive: true }));

  it.each([
    ['/dev/fengsui-no-such-port', 'ENOENT'],
    ['/dev/null', 'ENOTTY'],
    [file, 'ENOTTY'],
    [dirname(file), 'EISDIR'],
  ])('%s is told with %s and what to do', async (path, reason) => {
    const error = await failure(realBus(serial(path)).read(holding(1), never));
    expect(error).toMatchObject({ code: 'BUS_DOWN', details: { reason } });
    expect(error.message).toContain(`${path}: cannot be opened: `);
    expect(error.message).toContain('/dev/serial/by-id');
  });

  it.each([
    ['Error: Permission denied, cannot open /dev/line', 'EACCES', 'dialout'],
    ['Error: Invalid argument setting custom baud rate of 1000000', 'EINVAL', 'lower baud'],
    ['Error baud rate of 1000000 is not supported on your platform', 'EINVAL', 'lower baud'],
  ])('what the driver says as "%s" is told with %s and what to do', async (said, reason, advice) => {
    const openLine: OpenLine = (_, to, signal) => openSerial(serial('/dev/line', 1_000_000), to, signal, failing(said));
    const context = { clock: systemClock('synced'), log: recordingLog(), openLine };
    const bus = closeLater(openModbus(serial('/dev/line', 1_000_000), patient, context));
    const error = await failure(bus.read(holding(1), never));
    expect(error).toMatchObject({ code: 'BUS_DOWN', details: { reason } });
    expect(error.message).toContain(advice);
  });

  it.each([0, -1, 1234, 9600.5, 10_000_000, Number.NaN])(
    '%d baud is refused with those that there are',
    async (baud) => {
      const error = await failure(realBus(serial('/dev/fengsui-no-such-port', baud)).read(holding(1), never));
      expect(error).toMatchObject({ code: 'INVALID', message: expect.stringContaining('9600') });
    },
  );

  it('a missing driver is told with the command that installs it', async () => {
    expect(await failure(openSerial(serial('/dev/ttyUSB0'), listener, never, noDriver))).toMatchObject({
      code: 'DRIVER_MISSING',
      message: expect.stringContaining('npm install serialport'),
    });
  });
});
