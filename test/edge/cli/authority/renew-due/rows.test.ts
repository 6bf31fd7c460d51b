import { describe, expect, it } from 'vitest';
import { daysLeft, rowOf, rowsByHand, urgentDays } from '../../../../../edge/cli/authority/renew-due/rows.ts';
import { holderOf } from '../../../../../sdk/authority/holder.ts';
import type { RegisterEntry } from '../../../../../sdk/authority/register.ts';
import { FengsuiError } from '../../../../../sdk/model/errors.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 10, 25);
const times = { now, beforeDays: 90 };
const inDays = (days: number): number => now + days * day;
const away = { type: 'offline', gateway: 'gw-1', isReplaced: false } as const;

describe('whether a person has to do something', () => {
  it.each([
    [90, 30],
    [365, 121],
    [2, 1],
    [1, 1],
  ])('of %d days the last %d', (beforeDays, expected) => expect(urgentDays({ now, beforeDays })).toBe(expected));

  it.each([
    [31, false],
    [30, true],
    [-1, true],
  ])('offline, %d days before the end: %s', (days, needsPerson) =>
    expect(rowOf({ ...away, until: inDays(days) }, times)).toEqual({
      name: 'gw-1',
      kind: 'gateway',
      outcome: 'offline',
      until: inDays(days),
      needsPerson,
    }),
  );

  it('offline, and has another one perhaps: no', () =>
    expect(rowOf({ ...away, isReplaced: true, until: inDays(3) }, times)).toMatchObject({
      outcome: 'replaced',
      needsPerson: false,
    }));

  it.each([
    ['TIMEOUT', 60, false],
    ['TIMEOUT', 20, true],
    ['FORBIDDEN', 60, true],
  ] as const)('failed with %s, %d days before the end: %s', (code, days, needsPerson) => {
    const outcome = { type: 'failed', gateway: 'gw-1', until: inDays(days), error: new FengsuiError(code) } as const;
    expect(rowOf(outcome, times)).toMatchObject({ outcome: 'failed', why: { code }, needsPerson });
  });

  it.each([
    ['would-renew', 5, false],
    ['trying', 60, false],
    ['trying', 5, true],
  ] as const)('%s, %d days before the end: %s', (type, days, needsPerson) =>
    expect(rowOf({ ...away, type, until: inDays(days) }, times)).toMatchObject({ outcome: type, needsPerson }),
  );

  it.each([
    [false, 'renewed'],
    [true, 'refused-before'],
  ])('renewed, the last one refused: %s', (wasRefused, outcome) => {
    const renewed = { type: 'renewed', from: 'a', to: 'b', gateway: 'gw-1', wasRefused } as const;
    const row = rowOf({ ...renewed, until: inDays(5), notAfter: inDays(3_650) }, times);
    expect(row).toMatchObject({ outcome, renewedUntil: inDays(3_650), needsPerson: wasRefused });
  });
});

describe('what is renewed by hand', () => {
  const entry = (kind: string, name: string, days: number): RegisterEntry => ({
    serial: `${kind}-${name}-${days}`,
    holder: holderOf({
      kind,
      name,
      town: kind === 'gateway' || kind === 'town' ? '001' : undefined,
      hosts: kind === 'broker' ? ['mqtt.example.cn'] : undefined,
    }),
    issuedAt: now - 700 * day,
    notAfter: inDays(days),
  });
  const rows = (...entries: readonly RegisterEntry[]) =>
    rowsByHand(entries, times).map(({ name, outcome, needsPerson }) => [name, outcome, needsPerson]);

  it('is told of brokers, processes and centres that end within the days, and no gateway', () =>
    expect(
      rows(
        entry('broker', 'main', 10),
        entry('district', 'duty', 90),
        entry('district', 'desk', 91),
        entry('town', 'centre', -3),
        entry('gateway', 'gw-1', 10),
      ),
    ).toEqual([
      ['broker.main', 'by-hand', true],
      ['district.duty', 'by-hand', false],
      ['town.centre', 'by-hand', true],
    ]));

  it('is not told of what was revoked, nor of what has ended after it was renewed', () =>
    expect(
      rows(
        { ...entry('district', 'gone', 10), revoked: { at: now, why: 'retired' } },
        entry('district', 'renewed', -1),
        entry('district', 'renewed', 700),
      ),
    ).toEqual([]));

  it('has to be put in its place, where a newer one is there', () =>
    expect(rows(entry('broker', 'main', 10), entry('broker', 'main', 3_650))).toEqual([
      ['broker.main', 'replaced', false],
    ]));
});

it('days are whole ones, and less than none once it has ended', () =>
  expect([inDays(2) - 1, inDays(0), inDays(0) - 1].map((until) => daysLeft(until, now))).toEqual([1, 0, -1]));
