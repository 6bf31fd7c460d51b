import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claimCodeText, newClaimCode, parseClaimCode } from '../../../../sdk/identity/claim/claim-code.ts';
import { FengsuiError } from '../../../../sdk/model/errors.ts';
import { propertyRuns } from '../../../support/property-runs.ts';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const anyCode = fc.uint8Array({ minLength: 18, maxLength: 18 }).map((bytes) => newClaimCode(() => bytes).characters);
const changed = (code: string, changes: Readonly<Record<number, string>>): string =>
  Array.from(code, (character, i) => changes[i] ?? character).join('');

const complaint = (typed: string): string => {
  try {
    parseClaimCode(typed);
  } catch (e) {
    if (FengsuiError.is(e, 'INVALID')) return e.message;
    throw e;
  }
  return 'taken';
};

describe('a claim code', () => {
  it('is read back as it was shown, and never twice the same', () => {
    const codes = Array.from({ length: 200 }, () => newClaimCode());
    for (const code of codes) {
      expect(claimCodeText(code)).toMatch(/^([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}$/);
      expect(parseClaimCode(claimCodeText(code))).toEqual(code);
    }
    expect(new Set(codes.map(({ characters }) => characters)).size).toBe(200);
  });

  it('uses each random bit: 90 of them', () => {
    const base = new Uint8Array(18);
    const seen = new Set([newClaimCode(() => base).characters]);
    for (let bit = 0; bit < 90; bit++) {
      const bytes = Uint8Array.from(base);
      bytes[Math.floor(bit / 5)] = 1 << (bit % 5);
      seen.add(newClaimCode(() => bytes).characters);
    }
    expect(seen.size).toBe(91);
  });

  it('with any one wrong character is refused, and the group is named', () => {
    fc.assert(
      fc.property(anyCode, (code) => {
        for (let at = 0; at < 20; at++)
          for (const other of alphabet)
            if (other !== code[at])
              expect(complaint(changed(code, { [at]: other }))).toContain(
                `most likely in group ${Math.floor(at / 5) + 1}`,
              );
      }),
      propertyRuns(20),
    );
  });

  it('with any two characters swapped is refused, neighbours or not', () => {
    fc.assert(
      fc.property(anyCode, (code) => {
        for (let a = 0; a < 20; a++)
          for (let b = a + 1; b < 20; b++) {
            if (code[a] === code[b]) continue;
            expect(complaint(changed(code, { [a]: code[b] ?? '', [b]: code[a] ?? '' }))).not.toBe('taken');
          }
      }),
      propertyRuns(50),
    );
  });

  it('with any two wrong characters is refused', () => {
    const two = fc.tuple(anyCode, fc.nat(19), fc.nat(19), fc.nat(30), fc.nat(30));
    fc.assert(
      fc.property(two, ([code, a, b, x, y]) => {
        fc.pre(a !== b);
        const others = (at: number): string => alphabet.replace(code[at] ?? '', '');
        const wrong = changed(code, { [a]: others(a)[x] ?? '', [b]: others(b)[y] ?? '' });
        expect(complaint(wrong)).not.toBe('taken');
      }),
      propertyRuns(2_000),
    );
  });

  it('is read in small letters, with blanks, full-width characters, and O, I, L for 0 and 1', () => {
    fc.assert(
      fc.property(anyCode, fc.constantFrom('-', ' ', '', ' – ', '\n', '．', '_'), (code, gap) => {
        const typed = (code.match(/.{5}/g) ?? []).join(gap).toLowerCase();
        const wide = Array.from(typed, (c) =>
          /[a-z0-9]/.test(c) ? String.fromCodePoint((c.codePointAt(0) ?? 0) + 0xfee0) : c,
        );
        for (const text of [
          typed,
          wide.join(''),
          typed.replaceAll('0', 'o').replaceAll('1', 'l'),
          typed.replaceAll('1', 'I'),
        ])
          expect(parseClaimCode(text).characters).toBe(code);
      }),
      propertyRuns(200),
    );
  });

  it.each([
    ['', 'it has 0 characters of 20'],
    ['AAAAA-BBBBB', 'it has 10 characters of 20'],
    ['AAAAA-BBBB-CCCCC-DDDDD', 'group 2 has 4 characters of 5'],
    ['AAAAA-BBBBB-CCCCC-DDDUD', '“U” is in no code (group 4)'],
    ['AAAAA-BB火BB-CCCCC-DDDDD', '“火” is in no code (group 2)'],
    ['A'.repeat(10_000), 'it has 10000 characters'],
  ])('%j is refused, as it says', (typed, why) => {
    expect(complaint(typed)).toContain(`this is no claim code: ${why}`);
  });

  it('never fails otherwise, whatever was typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (typed) => void complaint(typed)),
      propertyRuns(500),
    );
  });
});
