import { describe, expect, it } from 'vitest';
import type { RenewalRow } from '../../../../../edge/cli/authority/renew-due/rows.ts';
import { renewalJson, renewalLine, renewalSummary } from '../../../../../edge/cli/authority/renew-due/text.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 10, 25);
const times = { now, beforeDays: 90 };
const row = (outcome: RenewalRow['outcome'], more: Partial<RenewalRow> = {}): RenewalRow => ({
  name: 'gw-1',
  kind: 'gateway',
  outcome,
  until: now + 20.5 * day,
  needsPerson: false,
  ...more,
});
const told = (lang: 'en' | 'zh') => ({ lang, times, folder: 'authority', operator: 'renewal' });
const line = (outcome: RenewalRow['outcome'], more?: Partial<RenewalRow>): string =>
  renewalLine(row(outcome, more), told('en'));

describe('a line says what happened, when it ends and what to do', () => {
  it.each<[RenewalRow['outcome'], Partial<RenewalRow>, RegExp]>([
    ['renewed', { renewedUntil: now + 3_650 * day }, /^gw-1: renewed, valid until 2036-11-22;/],
    ['refused-before', { renewedUntil: now }, /did NOT TAKE .* ends on 2026-12-15 \(days left: 20\).*mosquitto-config/],
    ['would-renew', {}, /^gw-1: would be renewed; the present one ends on 2026-12-15 \(days left: 20\)$/],
    ['trying', {}, /still trying it/],
    ['offline', {}, /OFFLINE, its certificate ends on 2026-12-15 \(days left: 20\).*revoke gw-1 --why retired$/],
    ['offline', { needsPerson: true }, /renew gw-1 --folder authority --out gateway\.pem, and carry the file/],
    ['offline', { until: now - day / 2 }, /its certificate ENDED on 2026-11-24 \(days ago: 1\)/],
    ['replaced', {}, /has a newer one; the one before ends on 2026-12-15/],
    ['by-hand', { name: 'broker.main' }, /^broker\.main: ends on .*authority renew broker\.main --folder authority/],
  ])('%s %j', (outcome, more, expected) => expect(line(outcome, more)).toMatch(expected));

  it('a failure, with what may be in the way', () => {
    const why = { code: 'FORBIDDEN', message: 'not known\x1b[2J', retryable: false };
    const text = line('failed', { why });
    expect(text).toMatch(/^gw-1: NOT RENEWED, .*FORBIDDEN: not known\ufffd\[2J.*key of “renewal” under “operators”/);
    const late = { code: 'TIMEOUT', message: 'no answer', retryable: true };
    expect(line('failed', { why: late })).toMatch(/TIMEOUT: no answer.* The next run tries again$/);
  });

  it('in Chinese', () =>
    expect(renewalLine(row('would-renew'), told('zh'))).toBe(
      'gw-1：将会续期；现有证书将于 2026-12-15 到期（还有 20 天）',
    ));
});

describe('the last line', () => {
  it('names whoever needs a person, and the days by which that is judged', () => {
    const rows = [row('renewed'), row('offline', { name: 'gw-2', needsPerson: true })];
    expect(renewalSummary(rows, told('en'))).toMatch(
      /^Somebody has to see to these, as at most 30 days are left, .*: gw-2$/,
    );
    expect(renewalSummary(rows, told('zh'))).toContain('以下需要人工处理（剩余不超过 30 天');
  });

  it('says that all is well', () => {
    expect(renewalSummary([row('renewed')], told('en'))).toBe('Nobody has to do anything now. Due within 90 days: 1');
    expect(renewalSummary([], told('zh'))).toContain('目前无需人工处理');
  });
});

it('is there for programs', () => {
  const why = { code: 'TIMEOUT', message: 'no answer', retryable: true };
  expect(JSON.parse(renewalJson([row('renewed', { renewedUntil: now }), row('failed', { why })], times))).toEqual([
    {
      name: 'gw-1',
      kind: 'gateway',
      outcome: 'renewed',
      notAfter: '2026-12-15T12:00:00.000Z',
      daysLeft: 20,
      renewedUntil: '2026-11-25T00:00:00.000Z',
      needsPerson: false,
    },
    {
      name: 'gw-1',
      kind: 'gateway',
      outcome: 'failed',
      notAfter: '2026-12-15T12:00:00.000Z',
      daysLeft: 20,
      code: 'TIMEOUT',
      message: 'no answer',
      needsPerson: false,
    },
  ]);
});
