import { describe, expect, it } from 'vitest';
import { bench, closeLater, failure, holding, never, realBus, timing } from '../../../support/bus-under-test.ts';
import { mbap, refusedPort, registers, scriptedSlave, until } from '../../../support/scripted-slave.ts';

describe('a Modbus TCP bus', () => {
  it('sends the frame of the specification and gives the registers back', async () => {
    const { slave, read, bus } = await bench('tcp');
    const value = read(4);
    const asked = await slave.asked();
    expect(asked.raw.toString('hex', 2)).toBe('00000006010300040001');
    slave.send(mbap(asked.transaction, ...registers(1, 3, 513)));
    expect(await value).toEqual([513]);
    expect(bus.quality()).toMatchObject({ requests: 1, answers: 1, timeouts: 0, exceptions: 0, foreign: 0, late: 0 });
  });

  it.each([
    ['coil', 1],
    ['discrete', 2],
  ] as const)('gives exactly the wanted bits of a %s table', async (table, code) => {
    const { slave, bus } = await bench('tcp');
    const value = bus.read({ unit: 1, table, address: 0, count: 10 }, never);
    const asked = await slave.asked();
    expect(asked.code).toBe(code);
    slave.send(mbap(asked.transaction, 1, code, 2, 0b1000_0101, 0b1111_1110));
    expect(await value).toEqual([1, 0, 1, 0, 0, 0, 0, 1, 0, 1]);
  });

  it('reads input registers, and 125 of them at once', async () => {
    const { slave, bus } = await bench('tcp');
    const words = Array.from({ length: 125 }, (_, i) => 65_535 - i);
    slave.answer((asked) => mbap(asked.transaction, ...registers(1, asked.code, ...words)));
    expect(await bus.read({ unit: 1, table: 'input', address: 0, count: 125 }, never)).toEqual(words);
  });

  it.each([
    [{ unit: 1, table: 'coil', address: 2, value: true }, '01050002ff00'],
    [{ unit: 1, table: 'coil', address: 2, value: false }, '010500020000'],
    [{ unit: 1, table: 'holding', address: 2, value: 513 }, '010600020201'],
  ] as const)('writes %j and is content with its echo', async (write, hex) => {
    const { slave, bus } = await bench('tcp');
    const done = bus.write(write, never);
    const asked = await slave.asked();
    expect(asked.raw.toString('hex', 6)).toBe(hex);
    slave.send(asked.raw);
    await done;
  });

  it('a write that is echoed with another value has failed', async () => {
    const { slave, bus } = await bench('tcp');
    const done = failure(bus.write({ unit: 1, table: 'coil', address: 2, value: true }, never));
    const asked = await slave.asked();
    slave.send(mbap(asked.transaction, 1, 5, 0, 2, 0, 0));
    expect(await done).toMatchObject({ code: 'BUS_REPLY' });
  });

  it('the late answer of one request never answers the next', async () => {
    const { slave, clock, read, bus } = await bench('tcp');
    const first = failure(read(100));
    const late = await slave.asked();
    await clock.advance(timing.timeout);
    expect(await first).toMatchObject({ code: 'BUS_TIMEOUT', message: expect.stringContaining('unit 1, holding 100') });
    const second = read(200);
    const asked = await slave.asked();
    slave.send(mbap(late.transaction, ...registers(1, 3, 100)));
    slave.send(mbap(asked.transaction, ...registers(1, 3, 200)));
    expect(await second).toEqual([200]);
    expect(bus.quality()).toMatchObject({ requests: 2, answers: 1, timeouts: 1, late: 1, foreign: 0 });
  });

  it('a time-out is not a millisecond early', async () => {
    const { slave, clock, read } = await bench('tcp');
    const value = read(1);
    const asked = await slave.asked();
    await clock.advance(timing.timeout - 1);
    slave.send(mbap(asked.transaction, ...registers(1, 3, 7)));
    expect(await value).toEqual([7]);
  });

  it('concurrent reads of several units each get their own value, one on the line at a time', async () => {
    const { slave, read } = await bench('tcp');
    const values = Promise.all([read(10, 1), read(20, 2), read(30, 3)]);
    for (let i = 0; i < 3; i++) {
      const asked = await slave.asked();
      expect(slave.waiting()).toBe(0);
      slave.send(mbap(asked.transaction, ...registers(asked.unit, 3, asked.address + asked.unit)));
    }
    expect(await values).toEqual([[11], [22], [33]]);
  });

  it('an answer that comes in bytes is put together, and two at once are taken apart', async () => {
    const { slave, read, bus } = await bench('tcp');
    const value = read(1);
    const asked = await slave.asked();
    const answer = mbap(asked.transaction, ...registers(1, 3, 77));
    for (const byte of answer.subarray(0, -1)) {
      slave.send(Buffer.from([byte]));
      await new Promise((turn) => setImmediate(turn));
    }
    slave.send(Buffer.concat([answer.subarray(-1), mbap(9, ...registers(1, 3, 1))]));
    expect(await value).toEqual([77]);
    await until(() => bus.quality().foreign === 1);
  });

  it.each([
    ['another unit', registers(2, 3, 7)],
    ['another function', registers(1, 4, 7)],
    ['too many registers', registers(1, 3, 7, 8)],
    ['a byte count that lies', [1, 3, 4, 0, 7]],
    ['bytes too many', [...registers(1, 3, 7), 0]],
    ['an exception of another function', [1, 0x84, 2]],
    ['an exception without its code', [1, 0x83, 2, 2]],
  ])('an answer of %s is refused, and the next request succeeds', async (_, body) => {
    const { slave, read, bus } = await bench('tcp');
    const value = failure(read(1));
    slave.send(mbap((await slave.asked()).transaction, ...body));
    expect(await value).toMatchObject({ code: 'BUS_REPLY', message: expect.stringContaining('unit 1, holding 1') });
    slave.answer((asked) => mbap(asked.transaction, ...registers(1, 3, 5)));
    expect(await read(1)).toEqual([5]);
    expect(bus.quality()).toMatchObject({ requests: 2, answers: 1 });
  });

  it.each([
    [2, 'illegal data address'],
    [11, 'gateway target device failed to respond'],
    [99, 'unknown exception'],
    [0, 'unknown exception'],
  ])('exception %i is told by number and name', async (code, name) => {
    const { slave, read, bus } = await bench('tcp');
    slave.answer((asked) => mbap(asked.transaction, 1, 0x83, code));
    const error = await failure(read(4));
    expect(error).toMatchObject({ code: 'BUS_EXCEPTION', details: { unit: 1, exception: code } });
    expect(error.message).toMatch(new RegExp(`unit 1, holding 4: refused with exception ${code}, ${name}: .+`));
    expect(bus.quality()).toMatchObject({ exceptions: 1, answers: 0 });
  });

  it('a server that talks something else is dropped, and read again when it has come to its senses', async () => {
    const { slave, clock, read, log } = await bench('tcp');
    const value = failure(read(1));
    await slave.asked();
    slave.send(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(await value).toMatchObject({ code: 'BUS_REPLY', message: expect.stringContaining('not Modbus TCP') });
    expect((await failure(read(1))).message).toContain('not Modbus TCP');
    slave.answer((asked) => mbap(asked.transaction, ...registers(1, 3, 5)));
    await clock.advance(timing.reconnect);
    expect(await read(1)).toEqual([5]);
    expect(log.lines.map((line) => line.event)).toEqual(['connection.down', 'connection.up']);
  });

  it('a flood of unasked frames leaves the next answer right', async () => {
    const { slave, read, bus } = await bench('tcp');
    slave.answer((asked) => mbap(asked.transaction, ...registers(1, 3, 5)));
    await read(1);
    const flood = Buffer.concat(Array.from({ length: 10_000 }, () => mbap(9_999, ...registers(1, 3, 1, 2, 3))));
    for (let i = 0; i < 20; i++) slave.send(flood);
    await until(() => bus.quality().foreign === 200_000);
    expect(await read(1)).toEqual([5]);
  });
});

describe('a Modbus TCP connection', () => {
  it('is not opened before it is needed', async () => {
    const { slave } = await bench('tcp');
    await new Promise((turn) => setImmediate(turn));
    expect(slave.connections()).toBe(0);
  });

  it('that is refused fails at once with place, reason and advice, and is tried again after the pause', async () => {
    const port = await refusedPort();
    const bus = realBus({ kind: 'tcp', host: '127.0.0.1', port });
    const error = await failure(bus.read(holding(1), never));
    expect(error).toMatchObject({ code: 'BUS_DOWN', details: { reason: 'ECONNREFUSED' } });
    expect(error.message).toContain(`127.0.0.1:${port}: cannot be opened: ECONNREFUSED: nothing listens there; check`);
    expect(await failure(bus.read(holding(1), never))).toBe(error);
    expect(bus.quality().requests).toBe(0);
  });

  it('that is lost during a request fails it at once; the next attempt waits for the pause', async () => {
    const { slave, clock, read, log } = await bench('tcp');
    const value = failure(read(1));
    await slave.asked();
    slave.hangUp();
    expect(await value).toMatchObject({
      code: 'BUS_DOWN',
      message: expect.stringContaining('the connection was lost'),
    });
    await clock.advance(timing.reconnect - 1);
    expect(await failure(read(1))).toMatchObject({ code: 'BUS_DOWN' });
    expect(slave.connections()).toBe(1);
    slave.answer((asked) => mbap(asked.transaction, ...registers(1, 3, 5)));
    await clock.advance(1);
    expect(await read(1)).toEqual([5]);
    expect(log.lines.map((line) => line.event)).toEqual(['connection.down', 'connection.up']);
  });

  it('that an idle server closed is opened again by the next request', async () => {
    const { slave, clock, read, log } = await bench('tcp');
    slave.answer((asked) => mbap(asked.transaction, ...registers(1, 3, 5)));
    await read(1);
    await clock.advance(60_000);
    slave.hangUp();
    await until(() => log.lines.length === 1);
    expect(await read(1)).toEqual([5]);
    expect(slave.connections()).toBe(2);
  });

  it('that vanished without a word is opened anew after three silent requests', async () => {
    const { slave, clock, read } = await bench('tcp');
    for (let i = 0; i < 3; i++) {
      const value = failure(read(1));
      await slave.asked();
      await clock.advance(timing.timeout);
      expect(await value).toMatchObject({ code: 'BUS_TIMEOUT' });
    }
    slave.answer((asked) => mbap(asked.transaction, ...registers(1, 3, 5)));
    expect(await read(1)).toEqual([5]);
    expect(slave.connections()).toBe(2);
  });

  it('of which one unit is dead stays, for its neighbour answers', async () => {
    const { slave, clock, read } = await bench('tcp');
    for (let i = 0; i < 4; i++) {
      const dead = failure(read(1, 2));
      await slave.asked();
      await clock.advance(timing.timeout);
      expect(await dead).toMatchObject({ code: 'BUS_TIMEOUT' });
      const alive = read(1, 1);
      slave.send(mbap((await slave.asked()).transaction, ...registers(1, 3, 5)));
      expect(await alive).toEqual([5]);
    }
    expect(slave.connections()).toBe(1);
  });
});

describe('waiting requests', () => {
  it('a write goes before the reads that wait', async () => {
    const { slave, read, bus } = await bench('tcp');
    const first = read(1);
    const asked = await slave.asked();
    const rest = [read(2), read(3), bus.write({ unit: 1, table: 'coil', address: 9, value: true }, never)];
    slave.send(mbap(asked.transaction, ...registers(1, 3, 1)));
    await first;
    const order: number[] = [];
    for (const _ of rest) {
      const next = await slave.asked();
      order.push(next.address);
      slave.send(next.code === 5 ? next.raw : mbap(next.transaction, ...registers(1, 3, 1)));
    }
    await Promise.all(rest);
    expect(order).toEqual([9, 2, 3]);
  });

  it('one that is aborted leaves with the reason, and is never sent; one on the line is carried through', async () => {
    const { slave, bus, read } = await bench('tcp');
    const [onLine, waiting] = [new AbortController(), new AbortController()];
    const first = bus.read(holding(1), onLine.signal);
    const asked = await slave.asked();
    const second = failure(bus.read(holding(2), waiting.signal));
    const third = read(3);
    const reason = new Error('shut down');
    waiting.abort(reason);
    onLine.abort(reason);
    expect(await second).toBe(reason);
    slave.answer((next) => mbap(next.transaction, ...registers(1, 3, next.address)));
    slave.send(mbap(asked.transaction, ...registers(1, 3, 1)));
    expect(await first).toEqual([1]);
    expect(await third).toEqual([3]);
    expect(bus.quality().requests).toBe(2);
  });

  it('one that is aborted before it was made is refused', async () => {
    const { bus } = await bench('tcp');
    const reason = new Error('too late');
    expect(await failure(bus.read(holding(1), AbortSignal.abort(reason)))).toBe(reason);
  });

  it('one that makes no sense is refused and disturbs nobody', async () => {
    const { bus } = await bench('tcp');
    expect(await failure(bus.read(holding(0, 1, 126), never))).toMatchObject({ code: 'INVALID' });
    expect(await failure(bus.write({ unit: 300, table: 'coil', address: 1, value: true }, never))).toMatchObject({
      code: 'INVALID',
    });
  });

  it('all settle when the bus is closed: on the line, waiting and later', async () => {
    const { slave, bus, read } = await bench('tcp');
    const pending = [failure(read(1)), failure(read(2)), failure(read(3))];
    await slave.asked();
    await bus[Symbol.asyncDispose]();
    for (const error of await Promise.all([...pending, failure(read(4))])) {
      expect(error).toMatchObject({ code: 'BUS_DOWN', message: expect.stringContaining('closed by the gateway') });
    }
  });

  it('one settles when the bus is closed while it is opened', async () => {
    const slave = closeLater(await scriptedSlave('tcp'));
    const bus = realBus({ kind: 'tcp', host: '127.0.0.1', port: slave.port });
    const pending = failure(bus.read(holding(1), never));
    await bus[Symbol.asyncDispose]();
    expect(await pending).toMatchObject({ code: 'BUS_DOWN' });
  });
});
