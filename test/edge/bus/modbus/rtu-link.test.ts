import { describe, expect, it } from 'vitest';
import type { Link } from '../../../../edge/bus/modbus/link.ts';
import { writeRequest } from '../../../../edge/bus/modbus/request.ts';
import { never, timing } from '../../../support/bus-under-test.ts';
import { registers, rtu } from '../../../support/scripted-slave.ts';
import { answer, read, request, rtuParts, slow } from './rtu-parts.ts';

const write = writeRequest({ unit: 1, table: 'coil', address: 3, value: true }, 'serial');

/** Bytes that stay allocated after `chunk` came 2,000 times. */
function growth(link: Link, chunk: Buffer): number {
  link.receive(chunk);
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 500; i++) link.receive(chunk);
  return process.memoryUsage().arrayBuffers - before;
}

describe('an RTU link', () => {
  it('keeps no more than two frames of a flood', () => {
    const { link } = rtuParts();
    link.send(request);
    expect(growth(link, Buffer.alloc(16_384, 1))).toBeLessThan(100_000);
  });

  it('finds an answer at the end of a flood', () => {
    const { link, told } = rtuParts();
    link.send(request);
    for (let i = 0; i < 100; i++) link.receive(Buffer.alloc(1_000 + i, 255));
    link.receive(answer);
    expect(told).toEqual(['answered 7']);
  });

  it('gives out one answer to a request, and none after its time', () => {
    const { link, told } = rtuParts();
    link.send(request);
    link.receive(answer);
    link.receive(answer);
    link.send(request);
    link.giveUp();
    link.receive(answer);
    link.giveUp();
    expect(told).toEqual(['answered 7', 'foreign 1', 'BUS_TIMEOUT', 'late 1']);
  });

  it('tells a late answer, one of another unit and noise apart, each frame once, however they are cut', () => {
    const { link, told } = rtuParts();
    link.send(request);
    link.giveUp();
    const all = Buffer.concat([Buffer.from([0, 255]), rtu(...registers(2, 3, 9)), answer, answer, rtu(1, 0x83, 2)]);
    for (const byte of all) link.receive(Buffer.from([byte]));
    expect(told).toEqual(['BUS_TIMEOUT', 'foreign 2', 'late 1', 'foreign 1', 'foreign 1']);
  });

  it('takes the late answer of one unit out of the way of the next', () => {
    const { link, told } = rtuParts();
    link.send(request);
    link.giveUp();
    link.send(read({ unit: 2 }));
    link.receive(answer);
    link.receive(rtu(...registers(2, 3, 8)));
    expect(told).toEqual(['BUS_TIMEOUT', 'late 1', 'answered 8']);
  });

  it.each([
    [1.75, 1.7],
    [3.65, 3.6],
  ])('is ready %d ms after the last byte, and not after %d', async (gap, notYet) => {
    const { link, clock, flushes } = rtuParts({ gap });
    expect(link.settle(request, never)).toBeUndefined();
    link.send(request);
    link.receive(answer);
    let settled = false;
    void link.settle(request, never)?.then(() => {
      settled = true;
    });
    await clock.advance(notYet);
    expect(settled).toBe(false);
    await clock.advance(gap - notYet + 0.001);
    expect(settled).toBe(true);
    expect(link.settle(request, never)).toBeUndefined();
    expect(flushes()).toBe(0);
  });

  it('is flushed after a time-out, once the line was silent', async () => {
    const { link, clock, flushes } = rtuParts();
    link.send(request);
    await clock.advance(timing.timeout);
    link.giveUp();
    const other = read({ unit: 2 });
    const settled = link.settle(other, never);
    await clock.advance(timing.quiet - 1);
    expect(flushes()).toBe(0);
    await clock.advance(1);
    await settled;
    expect(flushes()).toBe(1);
    expect(link.settle(other, never)).toBeUndefined();
  });

  it('leaves a unit alone that was given up early until its full time and the quiet time are over; others may be asked before', async () => {
    const { link, clock } = rtuParts({ limit: 50, quiet: 10 });
    const other = read({ unit: 2 });
    link.send(request);
    await clock.advance(50);
    link.giveUp();
    void link.settle(other, never);
    await clock.advance(10);
    expect(link.settle(other, never)).toBeUndefined();
    for (let waited = 60; waited < timing.timeout + 10; waited += 10) {
      expect(link.settle(request, never)).toBeDefined();
      await clock.advance(10);
    }
    expect(link.settle(request, never)).toBeUndefined();
  });

  it('takes no answer that ends before time-out and quiet time are over for that to the next request', async () => {
    const { link, clock, told } = rtuParts({ ...slow, limit: 50, quiet: 100 });
    link.send(request);
    await clock.advance(65);
    link.giveUp();
    const answerEnds = 8 + timing.timeout + 100 + 7;
    await clock.advance(answerEnds - 65 - 1);
    expect(link.settle(request, never)).toBeDefined();
    link.receive(answer);
    expect(told).toEqual(['BUS_TIMEOUT', 'late 1']);
  });

  it('asks a unit at once again whose late answer has come', async () => {
    const { link, clock, told } = rtuParts({ limit: 50, quiet: 10 });
    link.send(request);
    await clock.advance(50);
    link.giveUp();
    link.receive(answer);
    void link.settle(request, never);
    await clock.advance(10);
    expect(link.settle(request, never)).toBeUndefined();
    expect(told).toEqual(['BUS_TIMEOUT', 'late 1']);
  });
});

describe('the time of a request', () => {
  it('is its own on the wire, the limit and that of the answer, until the adapter has shown that it hands over early', () => {
    const { link } = rtuParts({ ...slow, limit: 50 });
    link.send(request);
    expect(link.due()).toBe(8 + 50 + 7);
    for (const byte of answer) link.receive(Buffer.from([byte]));
    link.send(request);
    expect(link.due()).toBe(8 + 50 + 1);
  });

  it('goes on while an answer comes, until it would be over', async () => {
    const { link, clock, told } = rtuParts({ ...slow, limit: 20 });
    const long = read({ count: 100 });
    link.send(long);
    await clock.advance(25);
    link.receive(rtu(...registers(1, 3, ...Array.from({ length: 100 }, () => 7))).subarray(0, 20));
    expect(link.due()).toBe(25 + 205 + 50);
    expect(told).toEqual([]);
  });

  it('ends 50 ms after the last of as many bytes as the answer has', async () => {
    const { link, clock } = rtuParts();
    link.send(request);
    await clock.advance(10);
    link.receive(Buffer.from('this is no Modbus'));
    expect(link.due()).toBe(60);
  });

  it('is not prolonged by a line that babbles on', async () => {
    const { link, clock } = rtuParts();
    link.send(request);
    for (let i = 0; i < 100; i++) {
      await clock.advance(10);
      link.receive(Buffer.alloc(10, 255));
    }
    expect(link.due()).toBe(timing.timeout);
  });

  it('is not begun by an echo', () => {
    const { link, written } = rtuParts(slow);
    link.send(request);
    for (const byte of written[0] ?? []) link.receive(Buffer.from([byte]));
    expect(link.due()).toBe(8 + timing.timeout + 7);
  });
});

describe('an adapter that hears itself', () => {
  const echoed = (link: Link, written: readonly Buffer[], asked: typeof request, ...more: Uint8Array[]): void => {
    link.send(asked);
    link.receive(Buffer.concat([...written.slice(-1), ...more]));
  };

  it('does not hide the answer, and is not foreign', () => {
    const { link, told, written } = rtuParts();
    echoed(link, written, request, answer);
    echoed(link, written, request);
    link.receive(answer);
    expect(told).toEqual(['answered 7', 'answered 7']);
  });

  it('does not make a dead unit answer a write, once it is known by a read', () => {
    const { link, told, written } = rtuParts();
    echoed(link, written, request, answer);
    echoed(link, written, write);
    expect(told).toEqual(['answered 7']);
    link.receive(Buffer.concat(written.slice(-1)));
    expect(told).toEqual(['answered 7', 'answered ']);
  });

  it('on a line without, a write is done with its first copy', () => {
    const { link, told, written } = rtuParts();
    link.send(request);
    link.receive(answer);
    echoed(link, written, write);
    expect(told).toEqual(['answered 7', 'answered ']);
  });

  it('a request that looks like its own answer is never taken for one on a line that is not known', () => {
    const { link, told, written } = rtuParts();
    const bits = read({ table: 'coil', address: 0x0305, count: 24 });
    echoed(link, written, bits);
    expect(told).toEqual([]);
    link.receive(rtu(1, 1, 3, 1, 0, 0));
    expect(told).toEqual([`answered 1 ${Array.from({ length: 23 }, () => 0).join(' ')}`]);
  });
});
