import { describe, expect, it } from 'vitest';
import { operator } from '../../../support/operator.ts';
import { head, onBus, siteOf } from '../../../support/site-yaml.ts';

const gate = 'id: gate, profile: waveshare/barrier-relay, name: Gate, unit: 1';
const end = 'id: end, profile: generic/barrier, name: Ends, unit: 2';
const commands = (what: string): string => onBus(`${gate}, commands: { ${what} }`, end);
const [duty, chief] = [operator('duty'), operator('chief')];

describe('what a site says of commands', () => {
  it('binds the proof to a contact of another device, within 15 s unless given', () => {
    const [device] = siteOf(commands('open: { proof: end/open }')).devices;
    expect(device?.proofs).toEqual({ open: { device: 'end', point: 'open', withinMs: 15_000 } });
  });

  it.each([
    ['close: { proof: end/open }', /waveshare\/barrier-relay has no such command; it has open/],
    ['open: { proof: nowhere/open }', /there is no device “nowhere” in this file/],
    ['open: { proof: end/half }', /“end” has no contact “half”; it has relay, open, closed/],
    ['open: { proof: end }', /expected device\/point/],
    ['open: { proof: end/open, proofWithinMs: 10 }', /proofWithinMs/],
    ['open: {}', /proof/],
  ])('%s is refused, with its line', (what, message) => {
    expect(() => siteOf(commands(what))).toThrow(message);
    expect(() => siteOf(commands(what))).toThrow(/line 11/);
  });

  it('gives operators roles, and leaves them out where none are stated', () => {
    const site = siteOf(
      `${head}operators:\n  - { name: duty, key: "${duty.publicKey}", roles: [operate, life-safety] }\n  - { name: chief, key: "${chief.publicKey}" }\n`,
    );
    expect([...site.operators].map(([name, { roles }]) => [name, roles])).toEqual([
      ['duty', ['operate', 'life-safety']],
      ['chief', undefined],
    ]);
    expect(site.twoPersons).toEqual([]);
  });

  it('lets no key stand for two persons', () => {
    const twice = `${head}operators:\n  - { name: duty, key: "${duty.publicKey}" }\n  - { name: chief, key: "${duty.publicKey}" }\n`;
    expect(siteOf(twice).operators.size).toBe(2);
    expect(() => siteOf(`${twice}policy: { twoPersons: [life-safety] }\n`)).toThrow(
      /“duty” has this key, too: with it one person could sign for two/,
    );
  });

  it.each([
    ['policy: { twoPersons: [danger] }', /twoPersons/],
    [`operators: [{ name: a, key: "${duty.publicKey}", roles: [king] }]`, /roles/],
  ])('%s is refused', (what, message) => {
    expect(() => siteOf(`${head}${what}\n`)).toThrow(message);
  });
});
