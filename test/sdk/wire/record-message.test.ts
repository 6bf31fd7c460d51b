import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WrittenRecord } from '../../../sdk/model/record.ts';
import { monoTime, wallTime } from '../../../sdk/model/time.ts';
import { type Cbor, decodeCbor, encodeCbor } from '../../../sdk/wire/cbor.ts';
import { hearEntry } from '../../../sdk/wire/lane-entry.ts';
import { encodeRecord } from '../../../sdk/wire/record-message.ts';
import { alarmBytes, alarmChange } from '../../support/fake-gateway.ts';
import { anyRecord } from '../../support/wire/any-record.ts';
import { goldenRecords } from '../../support/wire/golden-records.ts';
import { bytesOfHex, golden } from '../../support/wire/golden-wire.ts';

/** The first golden record of a kind with one field set otherwise; `undefined` takes it away. */
function bytesWith(kind: 'linkage' | 'audit', key: number, value: Cbor | undefined): Uint8Array {
  const hex = goldenRecords.find(({ meaning }) => meaning.record.kind === kind)?.hex ?? '';
  const map = decodeCbor(bytesOfHex(hex));
  if (!(map instanceof Map)) throw new Error('a record is a map');
  if (value === undefined) map.delete(key);
  else map.set(key, value);
  return encodeCbor(map);
}

describe('a record on the wire', () => {
  it('comes back as it was, whatever it holds', () => {
    fc.assert(
      fc.property(anyRecord, (each) => {
        expect(hearEntry(encodeRecord({ log: 7, seq: 12, record: each }))).toEqual({ log: 7, seq: 12, record: each });
      }),
    );
  });

  it('stays within what a gateway may send, with all that its lists may hold', () => {
    const ids = Array.from({ length: 100 }, (_, i) => `${'d'.repeat(60)}${i}`);
    const most: WrittenRecord = {
      kind: 'audit',
      at: { boot: 1, mono: monoTime(0), wall: wallTime(0), trust: 'unknown' },
      act: 'configured',
      configHash: 'f'.repeat(64),
      added: ids,
      removed: ids,
      changed: ids,
    };
    expect(hearEntry(encodeRecord({ log: 7, seq: 12, record: most }))).toMatchObject({ record: most });
  });

  it('keeps no fractions of a millisecond', () => {
    const entry = hearEntry(bytesOfHex(golden('linkage proven').hex));
    if (!('record' in entry) || entry.record.kind !== 'linkage') throw new Error('it is of a linkage');
    const bytes = encodeRecord({ ...entry, record: { ...entry.record, step: 'proven', afterMs: 290.4 } });
    expect(hearEntry(bytes)).toMatchObject({ record: { afterMs: 290 } });
  });
});

describe('an entry of a later version', () => {
  it('of a type that is not known has its place and nothing else', () => {
    expect(hearEntry(bytesWith('linkage', 0, 99))).toEqual({ log: 7, seq: 12 });
  });

  it.each<['linkage' | 'audit', number, object]>([
    ['linkage', 40, { kind: 'linkage', step: 'other', device: 'siren' }],
    ['audit', 50, { kind: 'audit', act: 'other' }],
  ])('with a new name in a record of %s is told as other', (kind, key, read) => {
    expect(hearEntry(bytesWith(kind, key, 99))).toMatchObject({ log: 7, seq: 12, record: read });
  });

  it('is an alarm where it says so', () => {
    expect(hearEntry(alarmBytes(5))).toEqual({ log: 7, seq: 5, change: alarmChange(5) });
  });
});

describe('a record of somebody who means no good', () => {
  it.each<[what: string, bytes: Uint8Array, message: string]>([
    ['no type', bytesWith('linkage', 0, undefined), 'alarm[0]: expected a whole number from 0, got undefined'],
    ['no number', bytesWith('linkage', 2, undefined), 'alarm[2]: expected a whole number from 0, got undefined'],
    ['a step in words', bytesWith('linkage', 40, 'proven'), 'alarm[40]: expected one of 0–3, got proven'],
    ['no output', bytesWith('linkage', 3, undefined), 'alarm[3]: expected a text, got undefined'],
    ['causes that are a text', bytesWith('linkage', 42, 'smoke'), 'alarm[42]: expected a list, got smoke'],
    ['a time below zero', bytesWith('linkage', 43, -1), 'alarm[43]: expected a whole number from 0, got -1'],
    ['an act below zero', bytesWith('audit', 50, -1), 'alarm[50]: expected one of 0–4, got -1'],
    ['no outcome', bytesWith('audit', 53, undefined), 'alarm[53]: expected a text, got undefined'],
    ['half a count', bytesWith('audit', 55, 1.5), 'alarm[55]: expected a whole number from 0, got 1.5'],
  ])('with %s is refused', (_, bytes, message) => {
    expect(() => hearEntry(bytes)).toThrow(message);
  });
});
