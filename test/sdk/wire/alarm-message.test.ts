import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlarmChange } from '../../../sdk/model/alarm.ts';
import { millis, wallTime } from '../../../sdk/model/time.ts';
import { decodeAlarm, encodeAlarm, hearAlarm } from '../../../sdk/wire/alarm-message.ts';
import { type Cbor, decodeCbor, encodeCbor } from '../../../sdk/wire/cbor.ts';
import { alarmBytes, alarmChange } from '../../support/fake-gateway.ts';
import { anyAlarm } from '../../support/wire/any-alarm.ts';

/** A whole message with one field set otherwise; `undefined` takes it away. */
function bytesWith(key: number, value: Cbor | undefined): Uint8Array {
  const map = decodeCbor(encodeAlarm({ log: 7, seq: 1, change: whole }));
  if (!(map instanceof Map)) throw new Error('an alarm is a map');
  if (value === undefined) map.delete(key);
  else map.set(key, value);
  return encodeCbor(map);
}
const whole: AlarmChange = {
  ...alarmChange(3),
  count: 4,
  operator: 'duty',
  silenced: true,
  suppression: { how: 'shelved', why: 'pump test', operator: 'Li', until: wallTime(1_790_000_100_250) },
  cause: { ...alarmChange(3).cause, within: millis(60_000), samples: [3, 5] },
};

describe('an alarm on the wire', () => {
  it('comes back as it was, whatever it holds', () => {
    fc.assert(
      fc.property(anyAlarm, (each) => {
        const message = { log: 7, seq: 1, change: each };
        expect(decodeAlarm(encodeAlarm(message))).toEqual(message);
      }),
    );
  });

  it('keeps no fractions of a millisecond', () => {
    const cause = { ...alarmChange(1).cause, onDelay: millis(0.6), within: millis(1.4), held: millis(2.5) };
    const { change: read } = decodeAlarm(encodeAlarm({ log: 7, seq: 1, change: { ...alarmChange(1), cause } }));
    expect(read.cause).toMatchObject({ onDelay: 1, within: 1, held: 3 });
  });
});

describe('an alarm of a later version', () => {
  it.each<[what: string, key: number, read: object]>([
    ['kind', 5, { kind: 'other', event: 'raised', phase: 'active-unacked' }],
    ['event', 6, { kind: 'supervisory', event: 'other', phase: 'active-unacked' }],
    ['test', 20, { cause: { test: 'trouble', rule: 'pressure below 0.14 MPa for 5 s' } }],
  ])('with a %s that is not known goes through', (_, key, read) => {
    expect(hearAlarm(bytesWith(key, 99)).change).toMatchObject(read);
  });

  it('with a way to suppress that is not known is suppressed all the same', () => {
    const strange = new Map<Cbor, Cbor>([
      [1, 99],
      [2, 'because'],
    ]);
    expect(hearAlarm(bytesWith(28, strange)).change.suppression).toEqual({ how: 'disabled', why: 'because' });
  });

  it('is not guessed at where it stands', () => {
    expect(() => hearAlarm(bytesWith(7, 99))).toThrow('alarm[7]: expected one of 0–4, got 99');
  });

  it('is not taken for its own by a gateway that was set back', () => {
    for (const key of [5, 6]) {
      expect(() => decodeAlarm(bytesWith(key, 99))).toThrow('alarm: its kind or its event is of a later version');
    }
  });
});

describe('an alarm of somebody who means no good', () => {
  it.each<[what: string, key: number, value: Cbor | undefined, message: string]>([
    ['a kind below zero', 5, -1, 'alarm[5]: expected one of 0–6, got -1'],
    ['an event in words', 6, 'raised', 'alarm[6]: expected one of 0–8, got raised'],
    ['half a test', 20, 0.5, 'alarm[20]: expected one of 0–10, got 0.5'],
    ['a limit that is a list', 21, [1], 'alarm[21]: expected a number, text, true or false, got a list'],
    ['a unit that is a number', 22, 3, 'alarm[22]: expected a text, got 3'],
    ['a span below zero', 23, -1, 'alarm[23]: expected a whole number from 0, got -1'],
    ['a delay in words', 24, 'soon', 'alarm[24]: expected a whole number from 0, got soon'],
    ['samples that are no list', 25, 3, 'alarm[25]: expected a list, got 3'],
    ['half a count', 26, 1.5, 'alarm[26]: expected a whole number from 0, got 1.5'],
    ['a silence that is a number', 27, 1, 'alarm[27]: expected true or false, got 1'],
    ['a suppression that is a text', 28, 'no', 'alarm[28]: expected a map, got no'],
    ['a suppression without a reason', 28, new Map([[1, 0]]), 'alarm[28][2]: expected a text, got undefined'],
  ])('with %s is refused', (_, key, value, message) => {
    expect(() => hearAlarm(bytesWith(key, value))).toThrow(message);
  });

  it.each<[what: string, samples: Cbor]>([
    ['one number', [3]],
    ['words', ['many', 'more']],
  ])('with samples of %s has none', (_, samples) => {
    expect(hearAlarm(bytesWith(25, samples)).change.cause).not.toHaveProperty('samples');
  });

  it('is read as it was when nothing is changed', () => {
    expect(hearAlarm(bytesWith(1, 7)).change).toEqual(whole);
    expect(hearAlarm(alarmBytes(1)).change).toEqual(alarmChange(1));
  });
});
