import { describe, expect, it } from 'vitest';
import { decodeAlarm, hearAlarm } from '../../../sdk/wire/alarm-message.ts';
import { channels } from '../../../sdk/wire/topics.ts';
import { bytesOfHex, golden, goldenWire } from '../../support/wire/golden-wire.ts';
import { bytesOf, meaningOf } from '../../support/wire/wire-meaning.ts';

/** Published bytes: they must never change, or a gateway in the field and a platform no longer understand each other. */
describe('golden bytes', () => {
  it.each(goldenWire)('of $name are read as what they mean', (each) => {
    expect(meaningOf(each)).toEqual(each.meaning);
  });

  it.each(goldenWire.filter(({ age }) => age === undefined))('of $name are what is written today', async (each) => {
    expect(Buffer.from(await bytesOf(each)).toString('hex')).toBe(each.hex);
  });

  it('are there for every channel, each under a name of its own', () => {
    expect(new Set(goldenWire.map(({ channel }) => channel))).toEqual(new Set(channels));
    expect(new Set(goldenWire.map(({ name }) => name)).size).toBe(goldenWire.length);
  });

  it('of an alarm of the first version are still taken by a gateway for its own', () => {
    const bytes = bytesOfHex(golden('alarm of the first version').hex);
    expect(decodeAlarm(bytes)).toEqual(hearAlarm(bytes));
  });
});
