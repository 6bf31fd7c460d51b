import { expect, it } from 'vitest';
import {
  type Answer,
  delay,
  exception,
  type Fault,
  flipBit,
  foreignUnit,
  garbage,
  noiseBefore,
  scripted,
  silence,
  truncate,
} from '../../../simulators/modbus/faults.ts';
import { rtuFrame } from '../../../simulators/modbus/rtu-frame.ts';
import { hex, toHex } from './hex.ts';

const good: Answer = { unit: 1, pdu: hex('03 02 0C 80'), afterMs: 0 };

function onTheWire(fault: Fault): string | undefined {
  const answer = fault(good);
  if (answer === undefined) return undefined;
  const frame = rtuFrame(answer.unit, answer.pdu);
  return toHex(answer.onWire?.(frame) ?? frame);
}

// Check sums computed bit by bit apart from this code: 01 03 02 0C 80 gives BC E4, 02 03 02 0C 80 gives F8 E4, 01 83 04 gives 40 F3.
it.each<[what: string, fault: Fault, frame: string | undefined]>([
  ['nothing goes wrong', scripted(), '01 03 02 0C 80 BC E4'],
  ['silence sends nothing', silence, undefined],
  ['truncate cuts the frame', truncate(4), '01 03 02 0C'],
  ['a flipped bit leaves the old check sum', flipBit(3, 0), '01 03 02 0D 80 BC E4'],
  ['a foreign unit has a right check sum', foreignUnit(2), '02 03 02 0C 80 F8 E4'],
  ['an exception takes the place of the value', exception(4), '01 83 04 40 F3'],
  ['garbage takes the place of the frame', garbage(hex('55 AA')), '55 AA'],
  ['noise comes ahead of the frame', noiseBefore(hex('00 FF')), '00 FF 01 03 02 0C 80 BC E4'],
])('%s', (_what, fault, frame) => expect(onTheWire(fault)).toBe(frame));

it('a delay adds to what the device takes anyway', () => {
  expect(delay(300)({ ...good, afterMs: 20 })?.afterMs).toBe(320);
});

it('a script plays one fault per answer and then behaves', () => {
  const script = scripted(silence, undefined, truncate(2));
  expect([1, 2, 3, 4].map(() => onTheWire(script))).toEqual([
    undefined,
    '01 03 02 0C 80 BC E4',
    '01 03',
    '01 03 02 0C 80 BC E4',
  ]);
});
