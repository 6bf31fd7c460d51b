import { describe, expect, it } from 'vitest';
import { mismatch } from '../../support/cddl/check-cddl.ts';
import { parseCddl } from '../../support/cddl/parse-cddl.ts';
import { bytesOfHex } from '../../support/wire/golden-wire.ts';

/** Bytes from RFC 8949, appendix A; what fits from RFC 8610. */
const fits = (type: string, hex: string): string | undefined =>
  mismatch(parseCddl(`it = ${type}\nplace = (1 => uint, 2 => uint)`), 'it', bytesOfHex(hex));

describe('the checker of CDDL', () => {
  it.each([
    ['uint', '00'],
    ['uint', '1bffffffffffffffff'],
    ['int', '20'],
    ['-1', '20'],
    ['0..999', '1903e7'],
    ['number', 'f93c00'],
    ['float64', 'fb3ff199999999999a'],
    ['tstr', '60'],
    ['tstr .regexp "[a-z]+"', '6469657466'],
    ['bstr .size 4', '4401020304'],
    ['uint .size 1', '18ff'],
    ['bstr .cbor [uint]', '428101'],
    ['true / nil', 'f6'],
    ['&( a: 0, b: 1 )', '01'],
    ['#6.18([])', 'd280'],
    ['[* uint]', '80'],
    ['[+ uint]', '83010203'],
    ['[a: uint, ? b: tstr]', '8101'],
    ['[uint, ? tstr, * bool]', '84016161f5f4'],
    ['{ 1 => uint, ? 2 => tstr }', 'a20261610105'],
    ['{ ? (1 => uint, 2 => uint) }', 'a0'],
    ['{ place, * int => any }', 'a3010002000380'],
    ['{ * tstr => int }', 'a2616101616202'],
    ['[uint // tstr]', '816161'],
  ])('takes for %s: %s', (type, hex) => {
    expect(fits(type, hex)).toBeUndefined();
  });

  it.each([
    ['uint', '20', 'expected uint, got -1'],
    ['uint', 'f93c00', 'expected uint'],
    ['0..999', '1903e8', 'expected 0 to 999, got 1000'],
    ['float64', 'fa47c35000', 'expected float64, got 100000'],
    ['tstr', '40', 'expected tstr, got a bytes'],
    ['tstr .regexp "[a-z]+"', '6449455446', 'expected .regexp [a-z]+, got IETF'],
    ['bstr .size 4', '43010203', 'expected .size 4'],
    ['uint .size 1', '190100', 'expected .size 1, got 256'],
    ['bstr .cbor [uint]', '428120', 'expected uint, got -1'],
    ['true / nil', 'f4', 'expected'],
    ['&( a: 0, b: 1 )', '02', 'got 2'],
    ['#6.18([])', '80', 'expected tag 18'],
    ['[+ uint]', '80', 'it ends too early'],
    ['[a: uint, ? b: tstr]', '820102', 'it.1: expected tstr, got 2'],
    ['[a: uint, ? b: tstr]', '8301616100', 'it: 0 is too much'],
    ['{ 1 => uint, ? 2 => tstr }', 'a1026161', '1 is missing'],
    ['{ 1 => uint, ? 2 => tstr }', 'a201050203', 'it.2: expected tstr, got 3'],
    ['{ 1 => uint }', 'a201050203', 'key 2 is too much'],
    ['{ ? (1 => uint, 2 => uint) }', 'a10100', 'key 1 is too much'],
    ['{ place }', 'a10100', '2 is missing'],
    ['{ * tstr => int }', 'a16161f5', 'it.a: expected int'],
    ['[uint // tstr]', '81f5', 'expected'],
  ])('refuses for %s: %s', (type, hex, why) => {
    expect(fits(type, hex)).toContain(why);
  });

  it.each([
    ['what it does not know', 'a = $socket', 'line 1: this part of CDDL is not read here'],
    ['a rule that stands twice', 'a = uint\na = tstr', 'rule a stands twice'],
    ['half a rule', 'a = [uint', 'expected a type'],
  ])('does not guess at %s', (_, text, why) => {
    expect(() => parseCddl(text)).toThrow(why);
  });

  it('does not take a rule that is not there for one that fits', () => {
    expect(() => mismatch(parseCddl('a = b'), 'a', bytesOfHex('00'))).toThrow('there is no rule b');
  });

  it.each(['', '6161ff', '5f', '82'])('does not take half a message: “%s”', (hex) => {
    expect(() => fits('any', hex)).toThrow();
  });
});
