import { describe, expect, it } from 'vitest';
import { crc16 } from '../../../simulators/modbus/crc16.ts';
import { mbapFrame, mbapReceiver } from '../../../simulators/modbus/mbap-frame.ts';
import { rtuFrame, rtuReceiver } from '../../../simulators/modbus/rtu-frame.ts';
import { hex, toHex } from './hex.ts';

const request = '01 03 00 04 00 01 C5 CB';

describe('RTU frames', () => {
  // The check value that catalogues of CRCs give for CRC-16/MODBUS over "123456789".
  it('the check sum is that of CRC-16/MODBUS', () => {
    expect(crc16(new TextEncoder().encode('123456789'))).toBe(0x4b37);
  });

  it.each<[what: string, unit: number, pdu: string, frame: string]>([
    ['request of one register at 4', 1, '03 00 04 00 01', request],
    ['request of three registers at 0x6B', 0x11, '03 00 6B 00 03', '11 03 00 6B 00 03 76 87'],
    ['answer with three registers', 0x11, '03 06 AE 41 56 52 43 40', '11 03 06 AE 41 56 52 43 40 49 AD'],
    ['exception 2', 1, '83 02', '01 83 02 C0 F1'],
  ])('%s', (_what, unit, pdu, frame) => expect(toHex(rtuFrame(unit, hex(pdu)))).toBe(frame));

  it.each<[why: string, chunks: string[], discarded: number]>([
    ['a whole frame', [request], 0],
    ['a frame in single bytes', request.split(' '), 0],
    ['noise ahead of it', [`FF 00 7E ${request}`], 3],
    ['noise that looks like the start of a long write', [`01 10 00 00 00 10 20 ${request}`], 7],
    ['a frame whose check sum is wrong goes before it', ['01 03 00 04 00 01 C5 CC', request], 8],
    ['half a frame goes before it', ['01 03 00 04', request], 4],
  ])('%s: the request is found', (_why, chunks, discarded) => {
    const receiver = rtuReceiver();
    const found = chunks.flatMap((chunk) => receiver.push(hex(chunk)));
    expect(found.map(({ unit, pdu }) => [unit, toHex(pdu)])).toEqual([[1, '03 00 04 00 01']]);
    expect(receiver.discarded()).toBe(discarded);
  });

  it('two frames in one chunk are two requests', () => {
    const second = toHex(rtuFrame(2, hex('10 00 01 00 01 02 00 07')));
    expect(
      rtuReceiver()
        .push(hex(`${request} ${second}`))
        .map(({ unit }) => unit),
    ).toEqual([1, 2]);
  });

  it('a function without known length is a request once the line is quiet', () => {
    const receiver = rtuReceiver();
    expect(receiver.push(rtuFrame(1, hex('2B 0E 01 00')))).toEqual([]);
    expect(receiver.idle().map(({ pdu }) => toHex(pdu))).toEqual(['2B 0E 01 00']);
  });

  it('noise is forgotten once the line is quiet', () => {
    const receiver = rtuReceiver();
    receiver.push(hex('01 03 00 04 00'));
    expect(receiver.idle()).toEqual([]);
    expect(receiver.discarded()).toBe(5);
  });

  it('a flood of noise is not kept', () => {
    const receiver = rtuReceiver();
    for (let i = 0; i < 100; i++) receiver.push(new Uint8Array(1_000).fill(0x55));
    expect(receiver.discarded()).toBe(100_000 - 256);
  });
});

describe('Modbus TCP frames', () => {
  const frame = '00 01 00 00 00 06 01 03 00 04 00 01';

  it('an answer carries transaction, protocol 0, length and unit', () => {
    expect(toHex(mbapFrame(0x0102, 9, hex('03 02 0C 80')))).toBe('01 02 00 00 00 05 09 03 02 0C 80');
  });

  it.each<[why: string, chunks: string[]]>([
    ['a whole frame', [frame]],
    ['a frame in single bytes', frame.split(' ')],
    ['a frame cut in the header', ['00 01 00 00', '00 06 01 03 00 04 00 01']],
  ])('%s: the request is found', (_why, chunks) => {
    const receiver = mbapReceiver();
    expect(chunks.flatMap((chunk) => receiver.push(hex(chunk)) ?? [])).toEqual([
      { transaction: 1, unit: 1, pdu: hex('03 00 04 00 01') },
    ]);
  });

  it.each<[why: string, bytes: string]>([
    ['another protocol', '00 01 00 05 00 06 01 03'],
    ['a length no request has', '00 01 00 00 FF FF 01 03'],
    ['a length without function', '00 01 00 00 00 01 01 03'],
  ])('%s: the stream is given up', (_why, bytes) => expect(mbapReceiver().push(hex(bytes))).toBeUndefined());
});
