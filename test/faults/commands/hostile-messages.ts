import { readFileSync } from 'node:fs';
import { type Cbor, encodeCbor } from '../../../sdk/wire/cbor.ts';
import type { Channel } from '../../../sdk/wire/topics.ts';

/** What a stranger who may publish somewhere sends there. */
export type HostileMessage = { readonly kind: HostileKind; readonly bytes: Uint8Array };
export type HostileKind = 'random' | 'damaged' | 'shape' | 'lengths' | 'nested' | 'large';

type Random = () => number;
const below = (random: Random, n: number): number => Math.floor(random() * n);
const pick = <T>(random: Random, of: readonly T[]): T | undefined => of[below(random, of.length)];
const noise = (random: Random, length: number): Uint8Array => Uint8Array.from({ length }, () => below(random, 256));

const golden: readonly { readonly channel: Channel; readonly hex: string }[] = JSON.parse(
  readFileSync(new URL('../test/golden/wire.json', import.meta.url), 'utf8'),
);

/** Valid messages of the contract by channel: what damage begins with. */
export const goldenOf = (channel: Channel): readonly Uint8Array[] =>
  golden.filter((each) => each.channel === channel).map(({ hex }) => Uint8Array.from(Buffer.from(hex, 'hex')));

/**
 * One message after the other for one channel: half of them valid ones that were damaged, the others noise, CBOR of any shape,
 * lengths that promise gigabytes, deep nesting and, now and then, something very large.
 */
export function hostileMessages(valid: readonly Uint8Array[], random: Random): () => HostileMessage {
  const makers: Record<HostileKind, () => Uint8Array> = {
    random: () => noise(random, below(random, 301)),
    damaged: () => damaged(pick(random, valid) ?? Uint8Array.of(), random),
    shape: () => encodeCbor(anything(random, 0)),
    lengths: () => Uint8Array.of(head(random), ...noise(random, 8), ...noise(random, below(random, 40))),
    nested: () => new Uint8Array(1 + below(random, 2_000)).fill(random() < 0.5 ? 0x81 : 0xa1),
    large: () => noise(random, 40_000 + below(random, 80_000)),
  };
  const share: readonly (readonly [HostileKind, number])[] = [
    ['damaged', 0.5],
    ['random', 0.25],
    ['shape', 0.15],
    ['lengths', 0.0695],
    ['nested', 0.03],
    ['large', 0.0005],
  ];
  return () => {
    let at = random();
    const kind = share.find(([, part]) => (at -= part) < 0)?.[0] ?? 'random';
    return { kind, bytes: makers[kind]() };
  };
}

/** A list, map, text or bytes whose length stands in the next 4 or 8 bytes. */
const head = (random: Random): number => ((2 + below(random, 4)) << 5) | (26 + below(random, 2));

export function damaged(valid: Uint8Array, random: Random): Uint8Array {
  const bytes = Uint8Array.from(valid);
  const cut = 1 + below(random, Math.max(1, bytes.length));
  switch (below(random, 6)) {
    case 0:
      return bytes.subarray(0, cut);
    case 1:
      return Uint8Array.of(...bytes, ...noise(random, 1 + below(random, 8)));
    case 2:
      return Uint8Array.of(...bytes.subarray(0, cut), ...noise(random, below(random, 5)), ...bytes.subarray(cut));
    default:
      for (let hits = 1 + below(random, 4); hits > 0; hits--) bytes[below(random, bytes.length)] = below(random, 256);
      return bytes;
  }
}

const deepest = 4;

function anything(random: Random, depth: number): Cbor {
  const kinds = depth < deepest ? 7 : 5;
  switch (below(random, kinds)) {
    case 0:
      return below(random, 40);
    case 1:
      return random() * 1e12 - 5e11;
    case 2:
      return pick(random, ['id', 'client', 'method', 'params', 'ok', 'nonce', '__proto__', 'constructor', '']) ?? null;
    case 3:
      return pick(random, [null, true, false]) ?? null;
    case 4:
      return noise(random, below(random, 20));
    case 5:
      return Array.from({ length: below(random, 6) }, () => anything(random, depth + 1));
    default:
      return new Map(
        Array.from({ length: below(random, 8) }, () => [
          random() < 0.7 ? below(random, 20) : anything(random, deepest),
          anything(random, depth + 1),
        ]),
      );
  }
}
