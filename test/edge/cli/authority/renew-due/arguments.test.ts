import { describe, expect, it } from 'vitest';
import { renewalWanted } from '../../../../../edge/cli/authority/renew-due/arguments.ts';

const command =
  '--folder authority --url mqtts://b:8883 --cert renewal.pem --key renewal.key --operator renewal --operator-key operator.key --lang en';
const all = command.split(' ');
const without = (option: string): readonly string[] => all.filter((_, i) => ![all[i], all[i - 1]].includes(option));

describe('what a renewal needs', () => {
  it('is taken as given; days are the usual ones unless they are said', () => {
    expect(renewalWanted(all)).toEqual({
      folder: 'authority',
      lang: 'en',
      urls: ['mqtts://b:8883'],
      cert: 'renewal.pem',
      key: 'renewal.key',
      operator: 'renewal',
      operatorKey: 'operator.key',
      beforeDays: undefined,
      days: undefined,
      dryRun: false,
      json: false,
    });
    const more = ['--url', 'wss://c', '--before-days', '120', '--days', '730', '--dry-run', '--json'];
    expect(renewalWanted([...all, ...more])).toMatchObject({
      urls: ['mqtts://b:8883', 'wss://c'],
      beforeDays: 120,
      days: 730,
      dryRun: true,
      json: true,
    });
  });

  it.each([
    ['--folder', 'which authority?'],
    ['--url', 'which broker?'],
    ['--cert', 'as whom?'],
    ['--key', '--cert goes with --key'],
    ['--operator', 'who signs?'],
    ['--operator-key', '--operator goes with --operator-key'],
  ])('without %s it is asked for', (option, said) => {
    expect(() => renewalWanted(without(option))).toThrow(said);
  });

  it.each([
    [['--url', 'mqtt://b:1883'], 'expected mqtts:// or wss://'],
    [['--before-days', '0'], '--before-days 0: expected a whole number'],
    [['--before-days', '1.5'], '--before-days 1.5: expected a whole number'],
    [['--days', 'x'], '--days x: expected a whole number'],
    [['--private-key', 'MC4'], "Unknown option '--private-key'"],
  ])('%j is refused', (more, said) => {
    expect(() => renewalWanted([...all, ...more])).toThrow(said);
  });
});
