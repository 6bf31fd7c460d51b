import { describe, expect, it } from 'vitest';
import { timing } from '../../../support/bus-under-test.ts';
import { registers, rtu } from '../../../support/scripted-slave.ts';
import { answer, read, request, rtuParts, slow } from './rtu-parts.ts';

describe('a unit that is silent while others talk', () => {
  const requestTo = (unit: number): Buffer => rtu(unit, 3, 0, 0, 0, 1);

  it.each<[string, readonly Buffer[], readonly string[]]>([
    ['another unit', [rtu(...registers(2, 3, 9))], ['foreign 2']],
    ['another master, and who answers it', [requestTo(2), rtu(...registers(2, 3, 9))], ['foreign 2', 'foreign 2']],
    ['another master that is not answered', [requestTo(9)], ['foreign 9']],
    ['two others, with a glitch', [rtu(2, 0x83, 2), Buffer.from([0, 255]), requestTo(3)], ['foreign 2', 'foreign 3']],
  ])('%s: is told as silent, and the frames as foreign', async (_, frames, foreign) => {
    const { link, clock, told } = rtuParts();
    link.send(request);
    await clock.advance(10);
    link.receive(Buffer.concat(frames));
    link.giveUp();
    expect(told).toEqual([...foreign, 'BUS_TIMEOUT']);
    expect(link.barredUntil(1)).toBeGreaterThan(clock.mono());
  });

  it('and answers after all: is heard, and its turnaround is its own', async () => {
    const { link, clock, told, turnarounds } = rtuParts(slow);
    link.send(request);
    await clock.advance(20);
    link.receive(rtu(...registers(2, 3, 9)));
    expect(link.due()).toBe(8 + timing.timeout + 7);
    await clock.advance(50);
    link.receive(answer);
    expect(told).toEqual(['foreign 2', 'answered 7']);
    expect(turnarounds).toEqual([20 + 50 - 8 - 7]);
  });

  it('what looks like a frame of another within its own answer is left in it', () => {
    const { link, told } = rtuParts();
    const within = rtu(2, 0x83, 2);
    const words = [within.readUInt16BE(0), within.readUInt16BE(2), within.readUInt8(4) << 8, 7];
    const own = rtu(...registers(1, 3, ...words));
    link.send(read({ count: 4 }));
    for (const byte of own) link.receive(Buffer.from([byte]));
    expect(told).toEqual([`answered ${words.join(' ')}`]);
  });

  it('its own answer to something else is still told as a wrong one', () => {
    const { link, told } = rtuParts();
    link.send(request);
    link.receive(Buffer.concat([rtu(...registers(2, 3, 9)), rtu(...registers(1, 3, 7, 7))]));
    link.giveUp();
    expect(told).toEqual(['foreign 2', 'BUS_REPLY']);
    expect(link.barredUntil(1)).toBeUndefined();
  });
});
