import { describe, expect, it } from 'vitest';
import { readRequest } from '../../../../edge/bus/modbus/request.ts';
import { tcpLink } from '../../../../edge/bus/modbus/tcp-link.ts';
import { timing } from '../../../support/bus-under-test.ts';
import { linkParts } from '../../../support/link-parts.ts';
import { mbap, registers, rtu } from '../../../support/scripted-slave.ts';

const request = readRequest({ unit: 1, table: 'holding', address: 0, count: 1 }, 'tcp');

function tcpParts() {
  const all = linkParts();
  return { ...all, link: tcpLink(all.line, all.listener, { name: 'a server', timeout: timing.timeout }) };
}

describe('a TCP link', () => {
  it('understands every frame of a flood that is cut anywhere', () => {
    const { link, told } = tcpParts();
    const flood = Buffer.concat(Array.from({ length: 1_000 }, () => mbap(9, ...registers(1, 3, 7))));
    for (let at = 0; at < flood.length; at += 7) link.receive(flood.subarray(at, at + 7));
    expect(told).toEqual(Array.from({ length: 1_000 }, () => 'stray'));
  });

  it.each([
    ['a protocol that is not 0', '0001000100030183020000'],
    ['a length of 2', '00010000000201830000'],
    ['a length of 255', '0001000000ff01830000'],
  ])('%s breaks the stream', (_, hex) => {
    const { link, told } = tcpParts();
    link.expect(request);
    link.receive(Buffer.from(hex, 'hex'));
    expect(told).toEqual(['broken']);
  });

  it('numbers each request anew, over 65,535 too', () => {
    const { link, written, told } = tcpParts();
    const frame = rtu(1, 3, 0, 0, 0, 1);
    for (let i = 0; i < 65_537; i++) {
      link.expect(request);
      link.send(frame);
    }
    expect(written.slice(-3).map((bytes) => bytes.readUInt16BE(0))).toEqual([65_535, 0, 1]);
    link.receive(mbap(0, ...registers(1, 3, 7)));
    link.receive(mbap(1, ...registers(1, 3, 7)));
    expect(told).toEqual(['stray', rtu(...registers(1, 3, 7)).toString('hex')]);
  });
});
