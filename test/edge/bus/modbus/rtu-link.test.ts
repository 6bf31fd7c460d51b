import { describe, expect, it } from 'vitest';
import type { Link } from '../../../../edge/bus/modbus/link.ts';
import { readRequest } from '../../../../edge/bus/modbus/request.ts';
import { rtuLink } from '../../../../edge/bus/modbus/rtu-link.ts';
import { millis } from '../../../../sdk/model/time.ts';
import { never, timing } from '../../../support/bus-under-test.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { linkParts } from '../../../support/link-parts.ts';
import { registers, rtu } from '../../../support/scripted-slave.ts';

const request = readRequest({ unit: 1, table: 'holding', address: 0, count: 1 }, 'serial');

function rtuParts(gap = 0) {
  const all = linkParts();
  const clock = fakeClock();
  const link = rtuLink(all.line, all.listener, { name: 'a line', gap: millis(gap), timing, clock });
  return { ...all, clock, link };
}

/** Bytes that stay allocated after `chunk` came 2,000 times. */
function growth(link: Link, chunk: Buffer): number {
  link.receive(chunk);
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 2_000; i++) link.receive(chunk);
  return process.memoryUsage().arrayBuffers - before;
}

describe('an RTU link', () => {
  it('keeps no more than two frames of a flood', () => {
    const { link } = rtuParts();
    link.expect(request);
    expect(growth(link, Buffer.alloc(16_384, 1))).toBeLessThan(100_000);
  });

  it('finds an answer at the end of a flood', () => {
    const { link, told } = rtuParts();
    const answer = rtu(...registers(1, 3, 7));
    link.expect(request);
    for (let i = 0; i < 100; i++) link.receive(Buffer.alloc(1_000 + i, 255));
    link.receive(answer);
    expect(told).toEqual(['stray', answer.toString('hex')]);
  });

  it('gives out one answer to a request, and none after its time', () => {
    const { link, told } = rtuParts();
    const answer = rtu(...registers(1, 3, 7));
    link.expect(request);
    link.receive(answer);
    link.receive(answer);
    link.expect(request);
    expect(link.giveUp().code).toBe('BUS_TIMEOUT');
    link.receive(answer);
    expect(told).toEqual([answer.toString('hex'), 'stray', 'stray']);
  });

  it.each([
    [1.75, 2],
    [3.65, 4],
  ])('is not ready until %d ms after the last byte', async (gap, ready) => {
    const { link, clock, flushes } = rtuParts(gap);
    expect(link.settle(never)).toBeUndefined();
    link.expect(request);
    link.receive(rtu(...registers(1, 3, 7)));
    let settled = false;
    void link.settle(never)?.then(() => {
      settled = true;
    });
    await clock.advance(ready - 1);
    expect(settled).toBe(false);
    await clock.advance(1);
    expect(settled).toBe(true);
    expect(flushes()).toBe(0);
  });

  it('is flushed after a time-out, once the line was silent', async () => {
    const { link, clock, flushes } = rtuParts();
    link.expect(request);
    link.giveUp();
    const settled = link.settle(never);
    await clock.advance(timing.quiet - 1);
    expect(flushes()).toBe(0);
    await clock.advance(1);
    await settled;
    expect(flushes()).toBe(1);
    expect(link.settle(never)).toBeUndefined();
  });
});
