import { describe, expect, it } from 'vitest';
import { holderOf } from '../../../sdk/authority/holder.ts';
import {
  type Issued,
  issuedLine,
  parseRegister,
  type RegisterEntry,
  revokedLine,
  stateOf,
} from '../../../sdk/authority/register.ts';

const issuedAt = Date.UTC(2026, 0, 1);
const notAfter = Date.UTC(2036, 0, 1);
const issued = (digit: string, holder = holderOf({ kind: 'gateway', name: 'gw-1', town: '001' })): Issued => ({
  serial: digit.repeat(32),
  holder,
  issuedAt,
  notAfter,
});
const broker = holderOf({ kind: 'broker', name: 'main', hosts: ['a.example', '::1'] });
const text =
  issuedLine(issued('a')) + issuedLine(issued('b', broker)) + revokedLine('a'.repeat(32), issuedAt, 'stolen');
const read: readonly RegisterEntry[] = [
  { ...issued('a'), revoked: { at: issuedAt, why: 'stolen' } },
  issued('b', broker),
];

describe('the register of certificates', () => {
  it('is read as it was written', () => {
    expect(parseRegister(text)).toEqual(read);
    expect(parseRegister('')).toEqual([]);
  });

  it('leaves out a last line that a power cut cut off, wherever that was', () => {
    const last = issuedLine(issued('c'));
    for (let length = 0; length < last.length; length++)
      expect(parseRegister(text + last.slice(0, length))).toEqual(read);
    expect(parseRegister(text + last)).toHaveLength(3);
  });

  it.each<[what: string, line: string]>([
    ['half a line', '{"revoked":"2026-01-01T00:'],
    ['an empty line', ''],
    ['a revocation of what was never issued', revokedLine('f'.repeat(32), issuedAt, 'stolen').trim()],
    ['a revocation without a reason', JSON.stringify({ revoked: '2026-01-01T00:00:00Z', serial: 'b'.repeat(32) })],
    ['a holder that cannot be', issuedLine(issued('d')).replace('"001"', '"+"').trim()],
    ['a serial number that is none', issuedLine(issued('d')).replace('dd', 'xx').trim()],
    ['another kind of value', '7'],
  ])('%s in the middle stops everything: it may have been a revocation', (_what, line) => {
    expect(() => parseRegister(`${text}${line}\n${issuedLine(issued('e'))}`)).toThrow('line 4 of the register');
  });

  it('knows how each certificate stands', () => {
    const [revoked, valid] = read;
    if (!revoked || !valid) throw new Error('two entries');
    const day = 86_400_000;
    expect(stateOf(revoked, issuedAt)).toBe('revoked');
    expect(stateOf(valid, issuedAt)).toBe('valid');
    expect(stateOf(valid, notAfter - 91 * day)).toBe('valid');
    expect(stateOf(valid, notAfter - 90 * day)).toBe('ending');
    expect(stateOf(valid, notAfter - 1)).toBe('ending');
    expect(stateOf(valid, notAfter)).toBe('expired');
  });
});
