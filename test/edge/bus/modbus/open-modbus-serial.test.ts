import { describe, expect, it } from 'vitest';
import type { ModbusBus } from '../../../../edge/bus/modbus/modbus-bus.ts';
import { openSerial, type SerialEndpoint } from '../../../../edge/bus/modbus/serial-line.ts';
import { millis } from '../../../../sdk/model/time.ts';
import { closeLater, failure, holding, never, realBus } from '../../../support/bus-under-test.ts';
import { debian } from '../../../support/debian.ts';
import { type PtySlave, ptySlave } from '../../../support/pty-slave.ts';
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
    expect(bus.stats().strays).toBeGreaterThan(0);
  });

  it('noise and a split answer are read right; a damaged one fails and the next succeeds', async () => {
    const { bus, slave } = await plugged();
    const value = bus.read(holding(55), never);
    await slave.asked();
    slave.send(Buffer.from([0, 255, 1, 3]));
    const answer = rtu(...registers(1, 3, 55));
    slave.send(answer.subarray(0, 3));
    await new Promise((turn) => setImmediate(turn));
    slave.send(answer.subarray(3));
    expect(await value).toEqual([55]);
    const damaged = failure(bus.read(holding(56), never));
    await slave.asked();
    answer.writeUInt8(answer.readUInt8(4) ^ 1, 4);
    slave.send(answer);
    expect(await damaged).toMatchObject({ code: 'BUS_CRC' });
    slave.answer((asked) => rtu(...registers(1, 3, asked.address)));
    expect(await bus.read(holding(57), never)).toEqual([57]);
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
    slave.send(Buffer.alloc(300, 1));
    await until(() => bus.stats().strays > 0);
    await bus[Symbol.asyncDispose]();
    slave.send(Buffer.alloc(300, 1));
    expect(await failure(bus.read(holding(1), never))).toMatchObject({ code: 'BUS_DOWN' });
  });
});

const noDriver = (): Promise<never> => Promise.reject(new Error("Cannot find package 'serialport'"));

describe('a serial port that cannot be used', () => {
  it.each([
    ['/dev/fengsui-no-such-port', 'ENOENT'],
    ['/dev/null', 'ENOTTY'],
  ])('%s is told with %s and what to do', async (path, reason) => {
    const error = await failure(realBus(serial(path)).read(holding(1), never));
    expect(error).toMatchObject({ code: 'BUS_DOWN', details: { reason } });
    expect(error.message).toContain('/dev/serial/by-id');
  });

  it('a missing driver is told with the command that installs it', async () => {
    const listener = { received: () => {}, lost: () => {} };
    expect(await failure(openSerial(serial('/dev/ttyUSB0'), listener, never, noDriver))).toMatchObject({
      code: 'DRIVER_MISSING',
      message: expect.stringContaining('npm install serialport'),
    });
  });
});
