import { describe, expect, it } from 'vitest';
import { additionOf, alterationOf, deviceArguments, idOf } from '../../../../edge/cli/device/arguments.ts';
import { deviceListing } from '../../../../edge/cli/device/listing.ts';
import { deviceTable } from '../../../../edge/cli/device/table.ts';
import { head, hydrant, onBus, onLines, siteOf } from '../../../support/site-yaml.ts';

const site = siteOf(onBus(hydrant('gate', 1)));
const add = (...args: readonly string[]) => additionOf(site, deviceArguments(['--config', 'f', ...args]));
const change = (...args: readonly string[]) => alterationOf(deviceArguments(['--config', 'f', ...args]));
const sound = ['3', '--profile', 'generic/municipal-hydrant', '--name', 'Barn'] as const;

describe('fengsui device add', () => {
  it('needs an address, a profile and a name, and finds the rest', () => {
    expect(add(...sound)).toEqual({
      id: 'municipal-hydrant-3',
      fields: { profile: 'generic/municipal-hydrant', name: 'Barn', bus: 'rs485', unit: 3 },
    });
  });

  it('takes the address of a GPIO bus for a line', () => {
    const lines = siteOf(onLines('id: call, profile: generic/call-button, line: 1, name: Call'));
    const given = ['--config', 'f', '7', '--profile', 'generic/call-button', '--name', 'Call', '--id', 'bed'];
    expect(additionOf(lines, deviceArguments(given))).toMatchObject({ id: 'bed', fields: { bus: 'gpio', line: 7 } });
  });

  it('takes what else there is to say', () => {
    expect(
      add(...sound, '--place', 'yard', '--poll', '2.5', '--set', 'low=0.2', '--set', 'low.limit=0.1').fields,
    ).toEqual(
      expect.objectContaining({
        place: 'yard',
        pollMs: 2_500,
        settings: { low: 0.2 },
        conditions: { low: { limit: 0.1 } },
      }),
    );
  });

  it.each<[args: readonly string[], says: string]>([
    [[], 'at which address?'],
    [['x', ...sound.slice(1)], 'address: expected a number, got “x”'],
    [['3', '--name', 'Barn'], 'fengsui profiles'],
    [['3', '--profile', 'p'], 'what do people call it?'],
    [[...sound, '--bus', 'can'], 'there is no bus “can”; the configuration has rs485'],
    [[...sound, '--poll', 'often'], '--poll: expected a number'],
    [[...sound, '--set', 'low'], 'expected a setting and its value'],
    [[...sound, '--set', '=3'], 'expected a setting and its value'],
    [[...sound, '--set', 'a.b.c.d=3'], 'expected a setting and its value'],
    [[...sound, '--set', 'low=much'], 'expected a number, got “much”'],
    [[...sound, 'Gate'], 'one device at a time'],
  ])('%j is told with what to do', (args, says) => {
    expect(() => add(...args)).toThrow(says);
  });

  it('asks for the bus where there are several, and says so where there is none', () => {
    const two = siteOf(`${onBus(hydrant('gate', 1))}  - { id: other, tcp: "127.0.0.1:502" }\n`);
    expect(() => additionOf(two, deviceArguments(['--config', 'f', ...sound]))).toThrow('one of rs485, other');
    expect(() => additionOf(siteOf(head), deviceArguments(['--config', 'f', ...sound]))).toThrow('has none');
  });
});

describe('fengsui device change', () => {
  it('names what changes, and takes back what has nothing behind it', () => {
    const given = [
      'barn',
      '--unit',
      '5',
      '--line',
      '2',
      '--place',
      '',
      '--poll',
      '',
      '--set',
      'low=',
      '--set',
      'low.severe.limit=1',
    ];
    expect(change(...given)).toEqual({
      id: 'barn',
      fields: {
        unit: 5,
        line: 2,
        place: null,
        pollMs: null,
        settings: { low: null },
        conditions: { low: { severe: { limit: 1 } } },
      },
    });
  });

  it('without anything to change, or a device, says what is missing', () => {
    expect(() => change('barn')).toThrow('what is to be changed?');
    expect(() => change('--unit', '5')).toThrow('which device?');
    expect(() => idOf(undefined)).toThrow('which device?');
    expect(() => deviceArguments(['barn'])).toThrow('which gateway?');
  });
});

describe('fengsui device list', () => {
  const page = (devices: readonly object[], more: object = {}) => ({
    configVersion: 3,
    desired: { version: 0, sync: 'in-sync', localVersion: 0 },
    devices,
    conflicts: [],
    ...more,
  });
  const barn = { id: 'barn', name: '谷仓', bus: 'rs485', unit: 3, profile: 'generic/x', origin: 'platform' };

  it('shows devices of all pages, the state of the platform’s list, and conflicts', () => {
    const conflict = {
      device: 'barn',
      field: 'address',
      onSite: { unit: 3 },
      platform: null,
      kept: 'on-site',
      version: 5,
    };
    const desired = { version: 5, sync: 'rejected', localVersion: 1, problem: 'too \u001b[2Jmuch' };
    const pages = [
      page([barn], { desired, conflicts: [conflict] }),
      page([{ ...barn, id: 'call', unit: undefined, line: 7, place: 'bed', origin: 'local' }]),
    ];
    expect(deviceTable(deviceListing(pages), 'en').split('\n')).toEqual([
      'id    name  place  bus    address  profile    from',
      'barn  谷仓         rs485  3        generic/x  platform',
      'call  谷仓  bed    rs485  7        generic/x  on site',
      'list of the platform: version 5, REJECTED: too \u{fffd}[2Jmuch',
      'conflict with the platform: barn address: on site {"unit":3} (in force), platform none',
      '',
    ]);
    expect(deviceTable(deviceListing(pages), 'zh')).toContain('平台清单：第 5 版, 已拒绝：');
  });

  it('says so when there are none', () => {
    expect(deviceTable(deviceListing([page([])]), 'en')).toBe('there are no devices\n');
  });
});
