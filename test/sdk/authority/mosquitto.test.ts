import { describe, expect, it } from 'vitest';
import { type HolderText, holderOf } from '../../../sdk/authority/holder.ts';
import { mosquittoAcl, mosquittoConfig } from '../../../sdk/authority/mosquitto.ts';
import type { RegisterEntry } from '../../../sdk/authority/register.ts';
import { districtCode } from '../../../sdk/model/ids.ts';

const district = districtCode('330603');
let count = 0;
const entry = (holder: HolderText, isRevoked = false): RegisterEntry => ({
  serial: String(count++).padStart(32, '0'),
  holder: holderOf(holder),
  issuedAt: 0,
  notAfter: 1,
  ...(isRevoked && { revoked: { at: 0, why: 'stolen' } }),
});
const gateway = (name: string, town: string): HolderText => ({ kind: 'gateway', name, town });

describe('the rules for mosquitto', () => {
  it('are written out for each holder', () => {
    const entries = [
      entry(gateway('gw-1', '001')),
      entry({ kind: 'town', name: 'centre', town: '001' }),
      entry({ kind: 'district', name: 'duty' }),
      entry({ kind: 'broker', name: 'main', hosts: ['a'] }),
    ];
    expect(mosquittoAcl(district, entries)).toBe(`# District 330603, by “fengsui broker mosquitto-config”.

user gw-1
topic write fengsui/v1/330603/001/gw-1/presence
topic write fengsui/v1/330603/001/gw-1/state
topic write fengsui/v1/330603/001/gw-1/points
topic write fengsui/v1/330603/001/gw-1/alarm
topic write fengsui/v1/330603/001/gw-1/telemetry
topic write fengsui/v1/330603/001/gw-1/reply/+
topic read fengsui/v1/330603/001/gw-1/request
topic read fengsui/v1/330603/001/gw-1/receipt

user town.centre
topic read fengsui/v1/330603/001/+/presence
topic read fengsui/v1/330603/001/+/state
topic read fengsui/v1/330603/001/+/points
topic read fengsui/v1/330603/001/+/alarm
topic read fengsui/v1/330603/001/+/telemetry
topic read fengsui/v1/330603/001/+/reply/+
topic write fengsui/v1/330603/001/+/request
topic write fengsui/v1/330603/001/+/receipt
topic readwrite fengsui/v1/330603/001/_group/#

user district.duty
topic read fengsui/v1/330603/+/+/presence
topic read fengsui/v1/330603/+/+/state
topic read fengsui/v1/330603/+/+/points
topic read fengsui/v1/330603/+/+/alarm
topic read fengsui/v1/330603/+/+/telemetry
topic read fengsui/v1/330603/+/+/reply/+
topic write fengsui/v1/330603/+/+/request
topic write fengsui/v1/330603/+/+/receipt
topic readwrite fengsui/v1/330603/+/_group/#
topic read $SYS/#
`);
  });

  it('know nobody whose certificates are all revoked, and everybody once', () => {
    const acl = mosquittoAcl(district, [
      entry(gateway('gw-1', '001'), true),
      entry(gateway('gw-2', '001'), true),
      entry(gateway('gw-2', '001')),
      entry(gateway('gw-2', '001')),
    ]);
    expect(acl.match(/^user .*$/gm)).toEqual(['user gw-2']);
  });

  it('follow a gateway to another town', () => {
    const acl = mosquittoAcl(district, [entry(gateway('gw-1', '001'), true), entry(gateway('gw-1', '002'))]);
    expect(acl).toContain('/002/gw-1/alarm');
    expect(acl).not.toContain('/001/');
  });
});

describe('what is left of a gateway', () => {
  const duty = { kind: 'district', name: 'duty' } as const;
  const written = (...entries: readonly RegisterEntry[]): readonly string[] =>
    mosquittoAcl(district, entries)
      .split('\n\n')
      .filter((rules) => rules.startsWith('user district.'))
      .join('')
      .split('\n')
      .filter((line) => line.startsWith('topic write') && !line.includes('/+/+/'));

  it('may be taken away by the district once all its certificates are revoked', () => {
    expect(written(entry(gateway('gw-1', '001'), true), entry(gateway('gw-1', '001'), true), entry(duty))).toEqual([
      'topic write fengsui/v1/330603/001/gw-1/presence',
      'topic write fengsui/v1/330603/001/gw-1/state',
      'topic write fengsui/v1/330603/001/gw-1/points',
    ]);
  });

  it('may be taken away by nobody while one of them holds', () => {
    expect(written(entry(gateway('gw-1', '001'), true), entry(gateway('gw-1', '001')), entry(duty))).toEqual([]);
  });

  it('may be taken away in the town that it has left', () => {
    const moved = written(entry(gateway('gw-1', '001'), true), entry(gateway('gw-1', '002')), entry(duty));
    expect(moved.every((line) => line.includes('/001/gw-1/'))).toBe(true);
    expect(moved).toHaveLength(3);
  });

  it('is not for a town’s centre to take away', () => {
    const acl = mosquittoAcl(district, [
      entry(gateway('gw-1', '001'), true),
      entry({ kind: 'town', name: 'centre', town: '001' }),
    ]);
    expect(acl).not.toContain('gw-1');
  });
});

it('the configuration lets nobody in without a certificate', () => {
  const lines = mosquittoConfig({ district, folder: '/etc/mosquitto/fengsui' }).split('\n');
  for (const line of [
    'listener 8883',
    'cafile /etc/mosquitto/fengsui/ca.pem',
    'crlfile /etc/mosquitto/fengsui/crl.pem',
    'acl_file /etc/mosquitto/fengsui/acl',
    'require_certificate true',
    'use_identity_as_username true',
    'use_username_as_clientid true',
    'allow_anonymous false',
  ])
    expect(lines).toContain(line);
  expect(lines.filter((line) => line.startsWith('listener'))).toHaveLength(1);
});
