import { assert, constantFrom, integer, property, record } from 'fast-check';
import { expect, it } from 'vitest';
import { randomLine } from '../../../simulators/serial/random-line.ts';
import { registerOwners } from '../../../simulators/serial/register-owner.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { toHex } from '../modbus/hex.ts';
import { reads } from './virtual-line.ts';

it('no two registers ever have the same value, and each value names its owner', () => {
  const units = [1, 7, 20, 33, 100, 128, 200, 247];
  const { ownerOf, valueOf } = registerOwners(units);
  const values = new Set<number>();
  for (const unit of units)
    for (const table of ['holding', 'input'] as const)
      for (let address = 0; address < 256; address++)
        for (let epoch = 0; epoch < 16; epoch++) values.add(valueOf({ unit, table, address, epoch }));
  expect(values.size).toBe(65_536);
  const owner = record({
    unit: constantFrom(...units),
    table: constantFrom('holding' as const, 'input' as const),
    address: integer({ min: 0, max: 255 }),
    epoch: integer({ min: 0, max: 15 }),
  });
  assert(
    property(owner, (each) => {
      expect(ownerOf(valueOf(each))).toEqual(each);
    }),
  );
});

type Heard = { readonly at: number; readonly hex: string };

/** What a patient master hears that asks every device in turn, once a second. */
async function session(seed: number, rounds: number): Promise<{ heard: Heard[]; story: string; owned: number }> {
  const clock = fakeClock();
  const { line, units, story, ownerOf } = randomLine({ seed, clock, latestMs: 300, epochMs: 2_000 });
  const heard: Heard[] = [];
  let got = Buffer.alloc(0);
  let owned = 0;
  const adapter = line.connect({
    received: (chunk) => {
      heard.push({ at: clock.mono(), hex: toHex(chunk) });
      got = Buffer.concat([got, chunk]);
    },
    lost: () => undefined,
  });
  for (let round = 0; round < rounds; round++) {
    for (const { unit, health } of units) {
      got = Buffer.alloc(0);
      const request = reads(unit, round);
      adapter.write(request);
      await clock.advance(1_000);
      const answer = got.subarray(got.indexOf(Buffer.from(request)) === 0 ? request.length : 0); // without its echo
      if (health !== 'sound' || answer.length !== 7) continue;
      expect(ownerOf(answer.readUInt16BE(3))).toMatchObject({ unit, table: 'holding', address: round });
      owned++;
    }
  }
  return { heard, story, owned };
}

it('the same seed gives the same line and the same sounds, another one others', async () => {
  const first = await session(7, 5);
  expect(first.heard.length).toBeGreaterThan(0);
  expect(await session(7, 5)).toEqual(first);
  expect((await session(8, 5)).heard).not.toEqual(first.heard);
});

it('over many seeds there is every kind of trouble, and sound devices give what is theirs', async () => {
  const all = await Promise.all(Array.from({ length: 60 }, (_, seed) => session(seed, 4)));
  const stories = all.map(({ story }) => story).join('\n');
  const kinds = [
    'dead',
    'sound',
    'strict',
    'twin',
    'mute',
    'late',
    'very late',
    'damaged',
    'cut',
    'refusing',
    'answers as',
  ];
  for (const kind of [...kinds, 'noisy', 'browning', 'echo', 'noise', '2400', '115200'])
    expect(stories).toContain(kind);
  expect(all.reduce((sum, { owned }) => sum + owned, 0)).toBeGreaterThan(300);
});

it('over TCP there is what a connection can have, and never what only a wire has', () => {
  const stories = Array.from(
    { length: 200 },
    (_, seed) => randomLine({ seed, clock: fakeClock(), latestMs: 300, over: 'tcp' }).story,
  ).join('\n');
  for (const kind of ['TCP', 'in pieces', 'silent', 'refused', 'very late', 'another transaction', 'garbled', 'twin'])
    expect(stories).toContain(kind);
  for (const kind of ['damaged', 'noisy', 'cut', 'echo', 'noise']) expect(stories).not.toContain(kind);
});
