import { describe, expect, it } from 'vitest';
import { historyArguments } from '../../../../edge/cli/history/arguments.ts';

const now = Date.parse('2026-11-25T08:30:15Z');
const read = (...more: readonly string[]) =>
  historyArguments(['--config', 'site.yaml', '--device', 'gate', ...more], { now, env: {} });

describe('the time that is asked for', () => {
  it('is the last 24 hours, from a whole hour on, unless given', () => {
    expect(read()).toMatchObject({ from: Date.parse('2026-11-24T08:00Z'), to: now, every: undefined, form: 'table' });
  });
  it.each<[options: readonly string[], from: string, to: string]>([
    [['--from', '7d'], '2026-11-18T08:30:15Z', '2026-11-25T08:30:15Z'],
    [['--from', '90m', '--to', '30s'], '2026-11-25T07:00:15Z', '2026-11-25T08:29:45Z'],
    [['--from', '2026-11-01T00:00Z', '--to', '2026-11-02T00:00+08:00'], '2026-11-01T00:00Z', '2026-11-01T16:00Z'],
    [['--to', '2026-11-02T10:20Z'], '2026-11-01T10:00Z', '2026-11-02T10:20Z'],
  ])('%j', (options, from, to) => {
    expect(read(...options)).toMatchObject({ from: Date.parse(from), to: Date.parse(to) });
  });
});

it('takes several points, a span and a form', () => {
  expect(read('--point', 'a', '--point', 'b', '--every', '1h', '--senml', '--lang', 'zh')).toMatchObject({
    points: ['a', 'b'],
    every: 3_600_000,
    form: 'senml',
    lang: 'zh',
  });
});

it.each<[options: readonly string[], why: RegExp]>([
  [['--from', 'yesterday'], /--from yesterday: expected a time such as/],
  [['--from', '1h', '--to', '2h'], /--from is after --to/],
  [['--every', '0s'], /--every 0s: expected a length from 1s to 31d/],
  [['--every', '32d'], /expected a length from 1s to 31d/],
  [['--every', 'hour'], /such as 10m, 1h or 1d/],
  [['--csv', '--json'], /--csv and --json: choose one/],
  [['--lang', 'de'], /expected en or zh/],
])('%j is refused, with what to write', (options, why) => {
  expect(() => read(...options)).toThrow(why);
});

it('needs a configuration and a device', () => {
  expect(() => historyArguments([], { now, env: {} })).toThrow(/which gateway\? Add --config FILE/);
  expect(() => historyArguments(['--config', 'x'], { now, env: {} })).toThrow(/which device\? Add --device ID/);
});
