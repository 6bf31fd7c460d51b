import { describe, expect, it } from 'vitest';
import { sdm120 } from '../../../device-profiles/eastron/sdm120.ts';
import { energyMeter } from '../../../simulators/home/energy-meter.ts';
import { answerRequest } from '../../../simulators/modbus/answer-request.ts';
import { hex, toHex } from '../modbus/hex.ts';

describe('the energy meter', () => {
  it('shows 230 V as 43 66 00 00', () => {
    expect(
      toHex(
        answerRequest(
          energyMeter(() => 230),
          hex('04 00 00 00 02'),
        ),
      ),
    ).toBe('04 04 43 66 00 00');
  });

  const { serialNumber, ...quantities } = sdm120.points;
  it.each(Object.entries(quantities))('has %s where the profile looks for it, within its range', (_name, point) => {
    const pdu = answerRequest(
      energyMeter(() => 230),
      Uint8Array.of(4, point.at >> 8, point.at & 0xff, 0, 2),
    );
    expect(pdu.length).toBe(6);
    const value = new DataView(pdu.buffer).getFloat32(2);
    expect(value).toBeGreaterThanOrEqual(point.range[0]);
    expect(value).toBeLessThanOrEqual(point.range[1]);
  });

  it('power is voltage times current times power factor', () => {
    const unit = energyMeter(() => 220);
    const read = (at: number): number => {
      const view = new DataView(new ArrayBuffer(4));
      [0, 1].forEach((i) => view.setUint16(i * 2, unit.read('input', at + i) ?? 0));
      return view.getFloat32(0);
    };
    const { voltage, current, powerFactor, power } = sdm120.points;
    expect(read(voltage.at) * read(current.at) * read(powerFactor.at)).toBeCloseTo(read(power.at), 2);
  });

  it('has a serial number where the profile looks for it, and no other holding registers', () => {
    const read = (address: number) => energyMeter(() => 230).read('holding', address);
    expect([-1, 0, 1, 2].map((offset) => read(serialNumber.at + offset) !== undefined)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('ends after its last quantity', () => {
    expect(energyMeter(() => 230).read('input', 0x158)).toBeUndefined();
  });

  it.each([
    [230, true],
    [100, true],
    [99, false],
    [0, false],
  ])('at %d V it lives: %s', (volts, lives) => expect(energyMeter(() => volts).powered?.()).toBe(lives));
});
