import { describe, expect, it } from 'vitest';
import { wirelessSmokeAlarm } from '../../../device-profiles/generic/wireless-smoke-alarm.ts';
import { answerRequest } from '../../../simulators/modbus/answer-request.ts';
import { type SmokeReceiver, smokeReceiver } from '../../../simulators/smoke/smoke-receiver.ts';
import { hex, toHex } from '../modbus/hex.ts';

const slotWords = ({ unit }: SmokeReceiver, slot: number): (number | undefined)[] =>
  [0, 1, 2, 3].map((offset) => unit.read('holding', slot * 4 + offset));

describe('the table of a smoke receiver', () => {
  it('holds status, battery, signal and age of one slot in four registers', () => {
    const receiver = smokeReceiver({ slots: 2 });
    receiver.trip(1);
    // 0064 is 100 %, FFBF is -65 dBm.
    expect(toHex(answerRequest(receiver.unit, hex('03 00 04 00 04')))).toBe('03 08 00 01 00 64 FF BF 00 00');
  });

  it('ends after the last slot', () => {
    const { unit } = smokeReceiver({ slots: 2 });
    expect(toHex(answerRequest(unit, hex('03 00 07 00 02')))).toBe('83 02');
    expect(toHex(answerRequest(unit, hex('06 00 00 00 01')))).toBe('86 02');
  });

  it.each<[what: string, act: (receiver: SmokeReceiver) => void, status: string]>([
    ['smoke', (r) => r.trip(0), 'smoke'],
    ['the test button', (r) => r.test(0), 'test'],
    ['a failed self-check', (r) => r.fault(0), 'fault'],
    ['smoke that is over', (r) => (r.trip(0), r.clear(0)), 'normal'],
  ])('%s is the word that the profile reads as such, and in no other slot', (_what, act, status) => {
    const receiver = smokeReceiver({ slots: 3 });
    act(receiver);
    const names: Readonly<Record<number, string>> = wirelessSmokeAlarm.points.status.of;
    expect(names[receiver.unit.read('holding', 0) ?? -1]).toBe(status);
    expect(slotWords(receiver, 1)[0]).toBe(0);
  });

  it('a low battery shows, and clearing smoke does not charge it', () => {
    const receiver = smokeReceiver({ slots: 1 });
    receiver.lowBattery(0, 12);
    receiver.clear(0);
    expect(slotWords(receiver, 0)[1]).toBe(12);
  });
});

describe('age', () => {
  it('counts minutes since the alarm was heard, and an alarm that lives is heard by its heartbeat', () => {
    const receiver = smokeReceiver({ slots: 1, heartbeatSeconds: 180 });
    const ages: (number | undefined)[] = [];
    for (let second = 1; second <= 240; second++) {
      receiver.pass(1);
      if (second % 60 === 0 || second % 60 === 59) ages.push(slotWords(receiver, 0)[3]);
    }
    expect(ages).toEqual([0, 1, 1, 2, 2, 0, 0, 1]);
  });

  it('begins anew with each thing the alarm says', () => {
    const receiver = smokeReceiver({ slots: 2 });
    receiver.pass(600);
    receiver.trip(0);
    expect(slotWords(receiver, 0)[3]).toBe(0);
    expect(slotWords(receiver, 1)[3]).toBe(10);
  });

  it('of a silent alarm grows on, sticks at the end of the register, and smoke is not heard', () => {
    const receiver = smokeReceiver({ slots: 1, heartbeatSeconds: 60 });
    receiver.silent(0);
    receiver.trip(0);
    receiver.pass(3_600);
    expect(slotWords(receiver, 0)).toEqual([0, 100, 0xffc4, 60]);
    receiver.pass(1e9);
    expect(slotWords(receiver, 0)[3]).toBe(0xffff);
  });

  it('of an alarm that is heard again is 0, and it tells how things are', () => {
    const receiver = smokeReceiver({ slots: 1 });
    receiver.silent(0);
    receiver.trip(0);
    receiver.pass(3_600);
    receiver.heard(0);
    expect(slotWords(receiver, 0)).toEqual([1, 100, 0xffc4, 0]);
  });
});

it.each<[what: string, act: () => void, says: string]>([
  [
    'a slot that is not there',
    () => smokeReceiver({ slots: 2 }).trip(2),
    'there is no slot 2: this receiver has slots 0 to 1',
  ],
  ['a battery above 100 %', () => smokeReceiver({ slots: 2 }).lowBattery(0, 101), '101 is not a battery level'],
  ['a receiver without slots', () => smokeReceiver({ slots: 0 }), 'a receiver cannot have 0 slots'],
])('%s is refused in words', (_what, act, says) => expect(act).toThrow(says));
