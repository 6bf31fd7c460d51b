import { describe, expect, it } from 'vitest';
import { readRequest } from '../../../../edge/bus/modbus/request.ts';
import { tcpLink } from '../../../../edge/bus/modbus/tcp-link.ts';
import { timing } from '../../../support/bus-under-test.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { linkParts } from '../../../support/link-parts.ts';
import { mbap, registers } from '../../../support/scripted-slave.ts';

const request = readRequest({ unit: 1, table: 'holding', address: 0, count: 1 }, 'tcp');

function tcpParts() {
  const all = linkParts();
  return {
    ...all,
    link: tcpLink(all.line, all.listener, { name: 'a server', timeout: timing.timeout, clock: fakeClock() }),
  };
}

describe('a TCP link', () => {
  it('understands every frame of a flood that is cut anywhere', () => {
    const { link, told } = tcpParts();
    const flood = Buffer.concat(Array.from({ length: 1_000 }, () => mbap(9, ...registers(1, 3, 7))));
    for (let at = 0; at < flood.length; at += 7) link.receive(flood.subarray(at, at + 7));
    expect(told).toEqual(Array.from({ length: 1_000 }, () => 'foreign 1'));
  });

  it.each([
    ['a protocol that is not 0', '0001000100030183020000'],
    ['a length of 2', '00010000000201830000'],
    ['a length of 255', '0001000000ff01830000'],
  ])('%s breaks the stream', (_, hex) => {
    const { link, told } = tcpParts();
    link.send(request);
    link.receive(Buffer.from(hex, 'hex'));
    expect(told).toEqual(['broken']);
  });

  it('numbers each request anew, over 65,535 too', () => {
    const { link, written, told } = tcpParts();
    for (let i = 0; i < 65_537; i++) link.send(request);
    expect(written.slice(-3).map((bytes) => bytes.readUInt16BE(0))).toEqual([65_535, 0, 1]);
    link.receive(mbap(0, ...registers(1, 3, 7)));
    link.receive(mbap(1, ...registers(1, 3, 7)));
    expect(told).toEqual(['foreign 1', 'answered 7']);
  });

  it('knows the late answers of the last sixteen requests that were given up, each once', () => {
    const { link, told } = tcpParts();
    for (let i = 0; i < 17; i++) {
      link.send(request);
      link.giveUp();
    }
    const answer = (transaction: number, unit = 1) => link.receive(mbap(transaction, ...registers(unit, 3, 7)));
    for (const transaction of [1, 2, 17, 17]) answer(transaction);
    answer(3, 9);
    expect(told.slice(17)).toEqual(['foreign 1', 'late 1', 'late 1', 'foreign 1', 'foreign 9']);
    expect(link.due()).toBeUndefined();
  });
});
