import { describe, expect, it } from 'vitest';
import {
  gpioRequest,
  lineInfoQuery,
  lineRequest,
  polled,
  pollSet,
  readChipInfo,
  readEvents,
  readLineInfo,
  readValue,
  structSize,
  valuesQuery,
} from '../../../../edge/bus/gpio/gpio-uapi.ts';

/** The bytes that are not zero, by their offset. */
const nonZero = (bytes: Buffer): Record<number, number> =>
  Object.fromEntries([...bytes].map((byte, at) => [at, byte] as const).filter(([, byte]) => byte !== 0));

describe('GPIO uAPI v2 layout', () => {
  it('request numbers are those of linux/gpio.h, so every structure has the size the kernel expects', () => {
    expect(gpioRequest).toEqual({
      chipInfo: 0x8044b401,
      lineInfo: 0xc100b405,
      line: 0xc250b407,
      getValues: 0xc010b40e,
      setValues: 0xc010b40f,
    });
    expect(structSize).toMatchObject({ lineConfig: 272, event: 48 });
  });

  it('a call button asks for both edges, active low, with pull-up', () => {
    const bytes = lineRequest({
      offset: 17,
      consumer: 'f:b',
      direction: 'in',
      activeLow: true,
      bias: 'up',
      active: false,
    });
    expect(bytes).toHaveLength(592);
    expect(nonZero(bytes)).toEqual({
      0: 17,
      256: 0x66,
      257: 0x3a,
      258: 0x62,
      288: 0x36, // active low, input, rising, falling
      289: 0x01, // pull-up
      560: 1,
      564: 64,
    });
  });

  it.each([
    ['none', 0x04],
    ['up', 0x01],
    ['down', 0x02],
  ] as const)('bias %s sets its own flag', (bias, flag) => {
    const line = { offset: 1, consumer: '', direction: 'in', activeLow: false, active: false } as const;
    expect(lineRequest({ ...line, bias })[289]).toBe(flag);
  });

  it.each([
    [true, 1],
    [false, undefined],
  ])('a siren is requested at its level from the start: active %s', (active, value) => {
    const bytes = lineRequest({ offset: 10, consumer: '', direction: 'out', activeLow: false, bias: 'none', active });
    expect(nonZero(bytes)).toEqual({
      0: 10,
      288: 0x08, // output
      296: 1, // one attribute …
      320: 2, // … of output values
      ...(value === undefined ? {} : { 328: value }),
      336: 1, // mask
      560: 1,
    });
  });

  it('a long consumer is cut and still ends with a zero byte', () => {
    const line = { offset: 0, direction: 'in', activeLow: false, bias: 'none', active: false } as const;
    const bytes = lineRequest({ ...line, consumer: '警'.repeat(40) });
    expect(bytes[287]).toBe(0);
    expect(bytes.subarray(256, 286).toString()).toBe('警'.repeat(10));
  });

  it('chip and line information are read at their places', () => {
    const chip = Buffer.alloc(structSize.chipInfo);
    chip.write('gpiochip0', 0);
    chip.write('pinctrl-rp1', 32);
    chip.writeUInt32LE(54, 64);
    expect(readChipInfo(chip)).toEqual({ name: 'gpiochip0', label: 'pinctrl-rp1', lines: 54 });
    const line = lineInfoQuery(5);
    expect(nonZero(line)).toEqual({ 64: 5 });
    line.write('spi0 CS0', 32);
    line.writeBigUInt64LE(9n, 72);
    expect(readLineInfo(line)).toEqual({ consumer: 'spi0 CS0', isUsed: true });
  });

  it('values have bits, then mask', () => {
    expect(nonZero(valuesQuery())).toEqual({ 8: 1 });
    expect(nonZero(valuesQuery(true))).toEqual({ 0: 1, 8: 1 });
    expect([readValue(valuesQuery(true)), readValue(valuesQuery())]).toEqual([true, false]);
  });

  it('events carry time, edge and their number on the line', () => {
    const bytes = Buffer.alloc(96 + 7); // the rest of a third is no event
    bytes.writeBigUInt64LE(123_456_789_000n, 0);
    bytes.writeUInt32LE(1, 8);
    bytes.writeUInt32LE(7, 20);
    bytes.writeUInt32LE(2, 48 + 8);
    bytes.writeUInt32LE(8, 48 + 20);
    expect(readEvents(bytes)).toEqual([
      { timestamp: 123_456_789_000n, active: true, sequence: 7 },
      { timestamp: 0n, active: false, sequence: 8 },
    ]);
  });

  it('poll(2) sees what can be read, and what has gone', () => {
    const set = pollSet([5, 6]);
    expect(nonZero(set)).toEqual({ 0: 5, 4: 1, 8: 6, 12: 1 });
    set.writeInt16LE(0x01, 6);
    set.writeInt16LE(0x10, 14);
    expect(polled(set, 0)).toEqual({ isReadable: true, isGone: false });
    expect(polled(set, 1)).toEqual({ isReadable: false, isGone: true });
  });
});
