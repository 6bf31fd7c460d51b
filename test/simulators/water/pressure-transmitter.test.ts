import { expect, it } from 'vitest';
import { pressure } from '../../../device-profiles/generic/qdy30a.ts';
import { answerRequest } from '../../../simulators/modbus/answer-request.ts';
import { pressureTransmitter } from '../../../simulators/water/pressure-transmitter.ts';
import { hex, toHex } from '../modbus/hex.ts';

it.each<[megapascals: number, answer: string]>([
  [0.32, '03 02 0C 80'], // 320.0 kPa
  [0.137, '03 02 05 5A'], // 137.0 kPa
  [0, '03 02 00 00'],
  [-0.002, '03 02 FF EC'], // -2.0 kPa
])('%d MPa is shown in kPa with one decimal place', (megapascals, answer) => {
  expect(
    toHex(
      answerRequest(
        pressureTransmitter(1, () => megapascals),
        hex('03 00 04 00 01'),
      ),
    ),
  ).toBe(answer);
});

it('shows what its gauge measures at the moment of reading', () => {
  let megapascals = 0.3;
  const unit = pressureTransmitter(1, () => megapascals);
  expect(unit.read('holding', 4)).toBe(3_000);
  megapascals = 0.1;
  expect(unit.read('holding', 4)).toBe(1_000);
});

it('has its own address in front and the decimal places where the profile looks for them', () => {
  const unit = pressureTransmitter(7, () => 0.3);
  expect(unit.read('holding', 0)).toBe(7);
  expect(unit.read('holding', pressure.decimals)).toBe(1);
  expect(unit.read('holding', 5)).toBeUndefined();
  expect(unit.read('input', 4)).toBeUndefined();
});
