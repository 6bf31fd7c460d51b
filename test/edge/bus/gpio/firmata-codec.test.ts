import { assert, property, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firmataReader, firmataRequest, maxStray, maxSysex } from '../../../../edge/bus/gpio/firmata-codec.ts';

const read = (...bytes: number[]) => firmataReader()(Uint8Array.from(bytes));

describe('Firmata messages', () => {
  it.each([
    ['the version is asked for', firmataRequest.version(), [0xf9]],
    ['the capabilities are asked for', firmataRequest.capabilities(), [0xf0, 0x6b, 0xf7]],
    ['the state of pin 13 is asked for', firmataRequest.pinState(13), [0xf0, 0x6d, 13, 0xf7]],
    ['pin 2 becomes an input with pull-up', firmataRequest.setMode(2, 11), [0xf4, 2, 11]],
    ['pin 9 goes high', firmataRequest.writePin(9, true), [0xf5, 9, 1]],
    ['port 1 is to be reported', firmataRequest.reportPort(1), [0xd1, 1]],
  ])('%s', (_what, bytes, golden) => {
    expect([...bytes]).toEqual(golden);
  });

  it.each([
    ['version 2.5', [0xf9, 2, 5], { kind: 'version', major: 2, minor: 5 }],
    ['firmware', [0xf0, 0x79, 2, 5, 0x41, 0, 0xf7], { kind: 'firmware' }],
    ['pin 15 high, in the second byte', [0x91, 0, 1], { kind: 'port', port: 1, bits: 0x80 }],
    ['all pins high', [0x90, 0x7f, 1], { kind: 'port', port: 0, bits: 0xff }],
    ['pin 9 is an output and high', [0xf0, 0x6e, 9, 1, 1, 0xf7], { kind: 'pin', pin: 9, mode: 1, state: 1 }],
    ['pins and modes', [0xf0, 0x6c, 0, 1, 1, 1, 0x7f, 0x7f, 0xf7], { kind: 'capabilities', pins: [[0, 1], []] }],
  ])('%s is understood', (_what, bytes, message) => {
    expect(read(...bytes)).toEqual([message]);
  });

  it('a stream cut anywhere gives the same messages', () => {
    const stream = [0xf9, 2, 5, 0xf0, 0x6e, 9, 1, 1, 0xf7, 0x91, 0x12, 1];
    const whole = read(...stream);
    expect(whole).toHaveLength(3);
    for (let cut = 0; cut <= stream.length; cut++) {
      const reader = firmataReader();
      const parts = [stream.slice(0, cut), stream.slice(cut)].flatMap((part) => reader(Uint8Array.from(part)));
      expect(parts).toEqual(whole);
    }
  });

  it('a pin state without a state, and messages not needed here, are passed over', () => {
    expect(read(0xf0, 0x6e, 9, 1, 0xf7, 0xf0, 0xf7, 0xe0, 1, 2, 0xf0, 0x71, 0x41, 0, 0xf7)).toEqual([]);
  });

  it('a message cut off by another does not damage that one', () => {
    expect(read(0xf0, 0x6e, 9, 0x90, 4, 0)).toEqual([{ kind: 'port', port: 0, bits: 4 }]);
  });

  it(`${maxStray} stray bytes are line noise, one more is not Firmata`, () => {
    const reader = firmataReader();
    expect(reader(new Uint8Array(maxStray))).toEqual([]);
    expect(() => reader(Uint8Array.of(1))).toThrow('not Firmata');
  });

  it('an endless message is cut off, so that memory is bounded', () => {
    const reader = firmataReader();
    reader(Uint8Array.of(0xf0));
    reader(new Uint8Array(maxSysex - 1));
    expect(() => reader(Uint8Array.of(1))).toThrow('not Firmata');
  });

  it('no bytes whatsoever make it fail in another way', () => {
    const hostile = property(uint8Array({ maxLength: 600 }), (bytes) => {
      try {
        firmataReader()(bytes);
      } catch (e) {
        expect(e).toMatchObject({ code: 'PROTOCOL' });
      }
    });
    assert(hostile);
  });
});
