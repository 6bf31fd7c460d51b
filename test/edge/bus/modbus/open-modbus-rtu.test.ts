import { describe, expect, it, vi } from 'vitest';
import { millis } from '../../../../sdk/model/time.ts';
import { bench, closeLater, failure, holding, never, realBus, timing } from '../../../support/bus-under-test.ts';
import { registers, rtu, scriptedSlave, until } from '../../../support/scripted-slave.ts';

/** A deadline that no machine is too slow for: what is measured here ends by itself. */
const patient = { ...timing, timeout: millis(10_000), quiet: millis(20) };

async function real() {
  const slave = closeLater(await scriptedSlave('rtu'));
  const bus = realBus({ kind: 'rtu-over-tcp', host: '127.0.0.1', port: slave.port }, patient);
  return { slave, bus, read: (address: number, unit = 1) => bus.read(holding(address, unit), never) };
}

describe('an RTU bus', () => {
  it('sends 01 03 00 04 00 01 C5 CB for holding 4 of unit 1', async () => {
    const { slave, read } = await bench('rtu-over-tcp');
    const value = read(4);
    expect((await slave.asked()).raw.toString('hex')).toBe('010300040001c5cb');
    slave.send(rtu(...registers(1, 3, 513)));
    expect(await value).toEqual([513]);
  });

  it('the late answer of one request never answers the next: the line is silent first', async () => {
    const { slave, clock, read, bus } = await bench('rtu-over-tcp');
    const first = failure(read(100));
    await slave.asked();
    await clock.advance(timing.timeout);
    expect(await first).toMatchObject({ code: 'BUS_TIMEOUT' });
    const second = read(200);
    await clock.advance(timing.quiet - 1);
    slave.send(rtu(...registers(1, 3, 100)));
    await until(() => bus.quality().late === 1);
    await clock.advance(timing.quiet - 1); // silence is counted from the last byte
    expect(slave.waiting()).toBe(0);
    await clock.advance(1);
    expect(await slave.asked()).toMatchObject({ address: 200 });
    slave.send(rtu(...registers(1, 3, 200)));
    expect(await second).toEqual([200]);
  });

  it('a write that comes in during the silence goes before the read that waited for its end', async () => {
    const { slave, clock, read, bus } = await bench('rtu-over-tcp');
    const first = failure(read(100));
    await slave.asked();
    await clock.advance(timing.timeout);
    await first;
    const second = read(200);
    const write = bus.write({ unit: 1, table: 'coil', address: 3, value: true }, never);
    await clock.advance(timing.quiet);
    const asked = await slave.asked();
    expect(asked.code).toBe(5);
    slave.send(asked.raw);
    await write;
    await slave.asked();
    slave.send(rtu(...registers(1, 3, 200)));
    expect(await second).toEqual([200]);
  });

  it('a request aborted during the silence leaves at once and is never sent', async () => {
    const { slave, clock, read, bus } = await bench('rtu-over-tcp');
    const first = failure(read(100));
    await slave.asked();
    await clock.advance(timing.timeout);
    await first;
    const abort = new AbortController();
    const second = failure(bus.read(holding(200), abort.signal));
    abort.abort(new Error('no longer wanted'));
    expect(await second).toMatchObject({ message: 'no longer wanted' });
    await clock.advance(timing.quiet);
    expect(bus.quality().requests).toBe(1);
  });

  it('a second answer to one request does not answer the next', async () => {
    const { slave, clock, read, bus } = await bench('rtu-over-tcp');
    const first = read(1);
    await slave.asked();
    slave.send(Buffer.concat([rtu(...registers(1, 3, 1)), rtu(...registers(1, 3, 2))]));
    expect(await first).toEqual([1]);
    const second = read(2);
    await clock.advance(timing.quiet - 1);
    expect(slave.waiting()).toBe(0);
    await clock.advance(1);
    await slave.asked();
    slave.send(rtu(...registers(1, 3, 7)));
    expect(await second).toEqual([7]);
    expect(bus.quality().foreign).toBe(1);
  });

  it('a glitch after the answer costs no silence', async () => {
    const { slave, read } = await bench('rtu-over-tcp');
    slave.answer(() => Buffer.concat([rtu(...registers(1, 3, 1)), Buffer.from([0, 255])]));
    for (let i = 0; i < 4; i++) expect(await read(1)).toEqual([1]);
  });

  it('concurrent reads of several units each get their own value', async () => {
    const { slave, read } = await bench('rtu-over-tcp');
    slave.answer((asked) => rtu(...registers(asked.unit, 3, asked.address + asked.unit)));
    expect(await Promise.all([read(10, 1), read(20, 2), read(30, 3)])).toEqual([[11], [22], [33]]);
  });

  it('noise before an answer that comes in pieces does not hide it', async () => {
    const { slave, read, bus } = await bench('rtu-over-tcp');
    const value = read(55);
    await slave.asked();
    slave.send(Buffer.from([0, 255, 1, 3]));
    for (const byte of rtu(...registers(1, 3, 55))) {
      slave.send(Buffer.from([byte]));
      await new Promise((turn) => setImmediate(turn));
    }
    expect(await value).toEqual([55]);
    expect(bus.quality()).toMatchObject({ foreign: 0, crcErrors: 0 });
  });

  it('an exception is told by number and name', async () => {
    const { slave, read } = await bench('rtu-over-tcp');
    slave.answer(() => rtu(1, 0x83, 6));
    expect((await failure(read(4))).message).toContain('exception 6, server device busy');
  });

  const damaged = rtu(...registers(1, 3, 56));
  damaged.writeUInt8(damaged.readUInt8(3) ^ 1, 3);
  it.each([
    ['a flipped bit', damaged, 'BUS_CRC', 1],
    ['garbage', Buffer.from('this is no Modbus at all'), 'BUS_CRC', 1],
    ['the answer of another function', rtu(...registers(1, 4, 56)), 'BUS_REPLY', 0],
    ['more registers than asked for', rtu(...registers(1, 3, 56, 57)), 'BUS_REPLY', 0],
  ])('%s fails long before the deadline, and the next unit is served', async (_, bytes, code, crcErrors) => {
    const { slave, read, bus } = await real();
    const value = failure(read(56));
    await slave.asked();
    slave.send(bytes);
    const error = await value;
    expect(error).toMatchObject({ code });
    expect(error.message).toContain('unit 1, holding 56');
    slave.answer((asked) => rtu(...registers(asked.unit, 3, 5)));
    expect(await read(1, 9)).toEqual([5]);
    expect(bus.quality()).toMatchObject({ requests: 2, answers: 1, crcErrors, timeouts: 0 });
  });

  it.each([
    ['half an answer', Buffer.from([1, 3, 2]), 'BUS_CRC'],
    ['a glitch', Buffer.from([0, 0]), 'BUS_TIMEOUT'],
    ['the answer of another unit', rtu(...registers(2, 3, 56)), 'BUS_TIMEOUT'],
    ['a short answer of another unit', rtu(2, 0x83, 2), 'BUS_TIMEOUT'],
  ])('of %s the deadline makes the right error', async (_, bytes, code) => {
    const slave = closeLater(await scriptedSlave('rtu'));
    const bus = realBus({ kind: 'rtu-over-tcp', host: '127.0.0.1', port: slave.port });
    slave.answer(() => bytes);
    expect(await failure(bus.read(holding(1), never))).toMatchObject({ code });
  });

  it('a write is done only when address and value come back', async () => {
    const { slave, bus } = await real();
    const wrong = failure(bus.write({ unit: 1, table: 'holding', address: 2, value: 513 }, never));
    expect((await slave.asked()).raw.toString('hex')).toBe(rtu(1, 6, 0, 2, 2, 1).toString('hex'));
    slave.send(rtu(1, 6, 0, 3, 2, 1));
    expect(await wrong).toMatchObject({ code: 'BUS_REPLY' });
    slave.answer((asked) => asked.raw);
    await bus.write({ unit: 1, table: 'holding', address: 2, value: 513 }, never);
  });

  it('a line that never falls silent fails each request in bounded time, and serves again when it does', async () => {
    const { slave, clock, read, bus } = await bench('rtu-over-tcp');
    slave.answer((asked) => rtu(...registers(1, 3, asked.address)));
    await read(1);
    const babble = async (): Promise<void> => {
      const { foreign } = bus.quality();
      slave.send(rtu(...registers(9, 3, 1)));
      await until(() => bus.quality().foreign > foreign);
    };
    await babble();
    const value = failure(read(2));
    const ended = vi.fn<() => void>();
    void value.then(ended);
    for (let i = 0; ended.mock.calls.length === 0 && i < 20; i++) {
      await clock.advance(100);
      await babble();
    }
    expect(await value).toMatchObject({ code: 'BUS_REPLY', message: expect.stringContaining('does not fall silent') });
    const next = read(3);
    await clock.advance(timing.quiet);
    expect(await next).toEqual([3]);
  });

  it('a flood of garbage during a request makes no wrong value, and the next request succeeds', async () => {
    const { slave, clock, read, bus } = await bench('rtu-over-tcp');
    const value = failure(read(1));
    await slave.asked();
    for (let i = 0; i < 100; i++) slave.send(Buffer.alloc(64 * 1024, i));
    await clock.advance(timing.timeout);
    expect((await value).code).toMatch(/BUS_(CRC|TIMEOUT|REPLY)/);
    slave.send(rtu(...registers(9, 3, 1)));
    await until(() => bus.quality().foreign > 0);
    const next = read(2);
    while (slave.waiting() === 0) await clock.advance(50);
    slave.send(rtu(...registers(1, 3, 2)));
    expect(await next).toEqual([2]);
  });

  it('all settle when the bus is closed during the silence', async () => {
    const { slave, clock, read, bus } = await bench('rtu-over-tcp');
    const first = failure(read(1));
    await slave.asked();
    await clock.advance(timing.timeout);
    await first;
    const waiting = [failure(read(2)), failure(read(3))];
    await clock.advance(1);
    await bus[Symbol.asyncDispose]();
    for (const error of await Promise.all(waiting)) expect(error).toMatchObject({ code: 'BUS_DOWN' });
  });
});
