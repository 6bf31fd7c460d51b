import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRequest } from '../../../../edge/bus/modbus/request.ts';
import { crc16, findAnswer, findAnyAnswer } from '../../../../edge/bus/modbus/rtu-frame.ts';
import { registers, rtu } from '../../../support/scripted-slave.ts';

const request = readRequest({ unit: 1, table: 'holding', address: 4, count: 1 }, 'serial');
const find = (bytes: Uint8Array): unknown => findAnswer(bytes, bytes.length, request);
const bytes = fc.uint8Array({ maxLength: 60 });

describe('crc16', () => {
  it.each([
    ['010300040001', 'c5cb'],
    ['0207', '4112'], // MODBUS over Serial Line V1.02, appendix B: CRC 0x1241, low byte first
  ])('of %s is %s on the wire', (body, crc) => {
    const data = Buffer.from(body, 'hex');
    const value = crc16(data, 0, data.length);
    expect(Buffer.from([value & 0xff, value >> 8]).toString('hex')).toBe(crc);
  });
});

describe('findAnswer', () => {
  const answer = rtu(...registers(1, 3, 513));

  it('finds the answer behind any noise that is no answer itself', () =>
    fc.assert(
      fc.property(bytes, (noise) => {
        const all = Buffer.concat([noise, answer]);
        fc.pre(find(noise) === undefined);
        const found = findAnswer(all, all.length, request);
        return found !== undefined && found.start + found.length <= all.length && found.start <= noise.length;
      }),
    ));

  it('never takes an answer with a flipped bit', () =>
    fc.assert(
      fc.property(fc.nat({ max: answer.length * 8 - 1 }), (bit) => {
        const damaged = Buffer.from(answer);
        damaged.writeUInt8(damaged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        return find(damaged) === undefined;
      }),
    ));

  it('never takes a part of an answer', () => {
    for (let end = 0; end < answer.length; end++) expect(findAnswer(answer, end, request)).toBeUndefined();
  });

  it('passes over a false beginning', () =>
    expect(find(Buffer.concat([Buffer.from([1, 3, 2]), answer]))).toEqual({ start: 3, length: 7 }));
});

describe('findAnyAnswer', () => {
  it.each([
    ['registers', rtu(...registers(9, 4, 1, 2))],
    ['an exception', rtu(9, 0x81, 2)],
    ['a write', rtu(9, 6, 0, 1, 0, 2)],
  ])('knows %s of another unit', (_, frame) =>
    expect(findAnyAnswer(frame, frame.length)).toEqual({ start: 0, length: frame.length }),
  );
  it('does not know noise', () => expect(findAnyAnswer(Buffer.from('00ff00ff00ff', 'hex'), 6)).toBeUndefined());
});
