import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { deviceId, gatewayId, townCode } from '../../../sdk/model/ids.ts';
import { minutes, wallTime } from '../../../sdk/model/time.ts';
import { decodeAlarm, encodeAlarm } from '../../../sdk/wire/alarm-message.ts';
import { type Cbor, decodeCbor, encodeCbor } from '../../../sdk/wire/cbor.ts';
import { messageLimits } from '../../../sdk/wire/cbor-limits.ts';
import { decodeGatewayState, decodePresence, encodePresence } from '../../../sdk/wire/gateway-state.ts';
import { decodeMember, decodeTaken, encodeMember, encodeTaken } from '../../../sdk/wire/group.ts';
import { hearEntry } from '../../../sdk/wire/lane-entry.ts';
import { decodePointTable, encodePointTable, pointTable } from '../../../sdk/wire/point-table.ts';
import { decodeReceipt, encodeReceipt } from '../../../sdk/wire/receipt.ts';
import { decodeReply, decodeRequest, encodeRequest } from '../../../sdk/wire/request.ts';
import { openSign1 } from '../../../sdk/wire/sign1.ts';
import {
  encodeGone,
  encodeSnapshot,
  encodeSummary,
  encodeTelemetry,
  openTelemetry,
} from '../../../sdk/wire/telemetry.ts';
import { alarmChange, sample } from '../../support/fake-gateway.ts';
import { goldenRecords } from '../../support/wire/golden-records.ts';

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const table = pointTable([
  { device: deviceId('d'), point: 'p', resolution: 0.01 },
  { device: deviceId('d'), point: 'q', choices: ['a', 'b'] },
]);
const batch = { log: 7, seq: 1, boot: 1, trust: 'synced', table: table.hash } as const;
const from = wallTime(1_790_000_040_000);
const telemetry = (bytes: Uint8Array): unknown => {
  const message = openTelemetry(bytes);
  if (message.kind === 'summary') return message.spans(table);
  return message.kind === 'readings' || message.kind === 'snapshot' ? message.samples(table) : message;
};
const decoders: readonly (readonly [string, (bytes: Uint8Array) => unknown])[] = [
  ['alarm', decodeAlarm],
  ['entry', hearEntry],
  ['presence', decodePresence],
  ['state', decodeGatewayState],
  ['points', decodePointTable],
  ['receipt', decodeReceipt],
  ['request', decodeRequest],
  ['reply', decodeReply],
  ['signed', openSign1],
  ['telemetry', telemetry],
  ['member', decodeMember],
  ['taken', decodeTaken],
];
const valid: readonly Uint8Array[] = [
  encodeAlarm({ log: 7, seq: 1, change: alarmChange(1) }),
  ...goldenRecords.map(({ hex }) => bytesOf(hex)),
  encodePresence({ online: true, boot: 1 }),
  encodePointTable(table),
  encodeReceipt({ log: 1, ranges: [[1, 2]] }),
  encodeMember(),
  encodeTaken([{ town: townCode('001'), gateway: gatewayId('gw-1'), log: 7, seq: 3 }]),
  encodeRequest({ id: 'a', client: 'b', method: 'latest', params: { device: 'x' } }),
  encodeTelemetry(batch, table, [sample(0, 1.5), sample(1, 'b')]),
  encodeSnapshot({ ...batch, offset: 1_790_000_000_000 }, table, [sample(0, 1.5), sample(1, 'b')]),
  encodeSummary({ ...batch, first: 1, every: minutes(1) }, table, [
    { column: 0, from, count: 2, leftOut: 1, last: 1.5, figures: { min: 1, max: 2, mean: 1.5 } },
    { column: 1, from, count: 1, leftOut: 0, last: 'b' },
  ]),
  encodeGone({ log: 7, first: 1, seq: 9, from, to: from }),
];

/** Whatever comes: a value, or one of our own errors. */
const isOurs = (work: () => unknown): boolean => {
  try {
    work();
    return true;
  } catch (e) {
    return FengsuiError.is(e, 'PROTOCOL', 'INVALID');
  }
};

describe('the CBOR decoder', () => {
  it.each([
    ['nothing', ''],
    ['bytes after the end', 'f5f5'],
    ['a text that is cut off', '6361'],
    ['a list longer than the message', '9affffffff00'],
    ['a map whose length has 64 bits', 'bbffffffffffffffff'],
    ['an indefinite list', '9fff'],
    ['an indefinite text', '7f6161ff'],
    ['a break alone', 'ff'],
    ['a bignum', 'c24101'],
    ['a record tag of cbor-x', 'd9dff9f6'],
    ['a date tag', 'c100'],
    ['the tag of COSE_Sign1, which is taken off before', 'd280'],
    ['nesting deeper than 8', `${'81'.repeat(9)}00`],
    ['a reserved length', '1c'],
    ['a simple value of no meaning', 'e0'],
    ['a simple value in two bytes', 'f8ff'],
  ])('refuses %s', (_, hex) => {
    expect(() => decodeCbor(bytesOf(hex))).toThrow(FengsuiError);
  });

  it.each([
    ['nesting of 8', `${'81'.repeat(8)}00`],
    ['undefined', 'f7'],
    ['a double', 'fb3ff0000000000000'],
    ['an empty map', 'a0'],
  ])('lets %s through', (_, hex) => {
    expect(() => decodeCbor(bytesOf(hex))).not.toThrow();
  });

  it('refuses what is larger than a message may be, and what holds too many items', () => {
    expect(() => decodeCbor(new Uint8Array(messageLimits.bytes + 1))).toThrow(/are more than/);
    const many = new Uint8Array(messageLimits.items + 3);
    many.set([0x99, (messageLimits.items >> 8) & 0xff, messageLimits.items & 0xff]);
    expect(() => decodeCbor(many)).toThrow(/items/);
  });

  it('counts items where they are announced: lists within lists must not take their bytes many times over', () => {
    const half = messageLimits.items / 2 + 1;
    const nested = new Uint8Array(6 + half);
    nested.set([0x99, half >> 8, half & 0xff, 0x99, half >> 8, half & 0xff]);
    expect(() => decodeCbor(nested)).toThrow(/at byte 6: more than \d+ items/);
  });

  it.each([
    ['f93c00', 1],
    ['f9c400', -4],
    ['f97bff', 65_504],
    ['f90001', 2 ** -24],
    ['f97c00', Number.POSITIVE_INFINITY],
    ['f97e00', Number.NaN],
    ['fa47c35000', 100_000],
    ['fb3ff199999999999a', 1.1],
    ['1bffffffffffffffff', 2n ** 64n - 1n],
    ['3bffffffffffffffff', -(2n ** 64n)],
    ['63e6b0b4', '水'],
    ['efbbbf'.replace(/^/, '63'), '\ufeff'],
  ])('reads %s as RFC 8949 says', (hex, value) => {
    expect(decodeCbor(bytesOf(hex))).toBe(value);
  });

  it('reads what was written', () => {
    const { tree } = fc.letrec<{ tree: Cbor }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small', maxDepth: 6 },
        fc.constantFrom(null, true, false),
        fc.maxSafeInteger(),
        fc.double({ noNaN: true }).map((n) => n + 0), // no -0: it is written as 0
        fc.string({ unit: 'grapheme' }),
        fc.array(tie('tree'), { maxLength: 30 }),
        fc.array(fc.tuple(fc.string(), tie('tree'))).map((pairs) => new Map(pairs)),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        expect(decodeCbor(encodeCbor(value))).toEqual(value);
      }),
    );
  });

  it('keeps integers from 2^32 on exact: they travel as floats', () => {
    for (const n of [0, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, -1, -(2 ** 31) - 1])
      expect(decodeCbor(encodeCbor(n))).toBe(n);
  });
});

describe('decoders', () => {
  it.each(decoders)('of %s answer random bytes with a value or an error of ours', (_, decode) => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => isOurs(() => decode(bytes))));
  });

  it.each(decoders)('of %s answer damaged messages with a value or an error of ours', (_, decode) => {
    const damage = fc.tuple(
      fc.constantFrom(...valid),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 }),
    );
    fc.assert(
      fc.property(damage, ([message, hits]) => {
        const bytes = Uint8Array.from(message);
        for (const [where, value] of hits) bytes[where % bytes.length] = value;
        return isOurs(() => decode(bytes));
      }),
      { numRuns: 500 },
    );
  });

  it('take no field of a wrong type for another: null is not 0', () => {
    expect(() =>
      decodePresence(
        encodeCbor(
          new Map([
            [1, true],
            [2, null],
          ]),
        ),
      ),
    ).toThrow(/expected a whole number/);
    expect(() =>
      decodePresence(
        encodeCbor(
          new Map<number, number>([
            [1, 1],
            [2, 0],
          ]),
        ),
      ),
    ).toThrow(/true or false/);
  });

  it('do not let a reply reach the prototype of anything', () => {
    const evil = encodeCbor(
      new Map<string, string | boolean | ReadonlyMap<string, boolean>>([
        ['id', 'a'],
        ['ok', true],
        ['result', new Map([['__proto__', true]])],
      ]),
    );
    expect(Object.getPrototypeOf(Object(decodeReply(evil)))).toBe(Object.prototype);
    expect(decodeReply(evil)).toMatchObject({ result: { '?__proto__': true } });
  });
});
