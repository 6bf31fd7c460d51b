import { describe, expect, it } from 'vitest';
import { certificatesJson, certificateTable } from '../../../../edge/cli/authority/table.ts';
import { say } from '../../../../edge/cli/authority/words.ts';
import { holderOf } from '../../../../sdk/authority/holder.ts';
import type { RegisterEntry } from '../../../../sdk/authority/register.ts';

const now = Date.UTC(2026, 10, 25);
const day = 86_400_000;
const entry = (digit: string, kind: string, name: string, days: number): RegisterEntry => ({
  serial: digit.repeat(32),
  holder: holderOf({ kind, name, town: kind === 'gateway' ? '001' : undefined }),
  issuedAt: now - 700 * day,
  notAfter: now + days * day,
});
const entries: readonly RegisterEntry[] = [
  entry('a', 'gateway', 'gw-1', 3_000),
  entry('b', 'district', 'duty', 30),
  entry('c', 'district', 'old', -1),
  { ...entry('d', 'gateway', 'gw-2', 3_000), revoked: { at: now - day, why: 'stolen' } },
];

describe('the list of certificates', () => {
  it('says how each stands', () => {
    expect(certificateTable(entries, now, 'en')).toBe(
      `name           town  state      valid until  serial number
gw-1           001   valid      2035-02-11   ${'a'.repeat(32)}
district.duty  –     ends soon  2026-12-25   ${'b'.repeat(32)}
district.old   –     EXPIRED    2026-11-24   ${'c'.repeat(32)}
gw-2           001   revoked    2035-02-11   ${'d'.repeat(32)}
`,
    );
  });

  it('says it in Chinese, and when there is nothing', () => {
    expect(certificateTable(entries, now, 'zh')).toContain('即将到期');
    expect(certificateTable([], now, 'zh')).toBe('尚未签发证书\n');
    expect(certificateTable([], now, 'en')).toBe('no certificate was issued yet\n');
  });

  it('is there for programs, with the user that the broker knows', () => {
    const [first, , , last] = JSON.parse(certificatesJson(entries, now));
    expect(first).toEqual({
      serial: 'a'.repeat(32),
      user: 'gw-1',
      kind: 'gateway',
      name: 'gw-1',
      town: '001',
      state: 'valid',
      issuedAt: '2024-12-25T00:00:00.000Z',
      notAfter: '2035-02-11T00:00:00.000Z',
    });
    expect(last).toMatchObject({ state: 'revoked', revoked: { at: '2026-11-24T00:00:00.000Z', why: 'stolen' } });
  });
});

it('sentences are filled in order, with what is given and nothing else', () => {
  expect(say('issued', 'en', 'gw-{}', '2036-11-22', 'abc')).toBe(
    'certificate for gw-{}, valid until 2036-11-22, serial number abc',
  );
});
