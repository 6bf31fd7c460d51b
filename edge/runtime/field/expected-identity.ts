import type { IdentityCheck } from '../../../sdk/model/profile.ts';
import type { IdentityRead } from '../../bus/poll/poll-unit.ts';
import type { SiteDevice } from '../config/site.ts';

/** What the profiles of one unit's devices say that its registers must hold, each once. */
export function expectedIdentity(unit: number, devices: readonly SiteDevice[]): readonly IdentityRead[] {
  const reads = devices.flatMap(({ profile }) =>
    (profile.identification?.certain ?? []).map((check) => identityRead(unit, profile.id, check)),
  );
  return reads.filter(({ expects }, i) => reads.findIndex((read) => read.expects === expects) === i);
}

function identityRead(unit: number, profile: string, { from, at, words }: IdentityCheck): IdentityRead {
  return {
    block: { unit, table: from, address: at, count: words.length },
    fits: (found) => words.every((want, i) => isWanted(want, found[i] ?? Number.NaN, unit)),
    expects: `${profile} holds ${words.map((want) => inWords(want, unit)).join(', ')} from ${from} ${at} on`,
  };
}

type Want = IdentityCheck['words'][number];

function isWanted(want: Want, word: number, unit: number): boolean {
  if (want === 'unit') return word === unit;
  if (typeof want === 'number') return word === want;
  return 'min' in want ? word >= want.min && word <= want.max : want.includes(word);
}

function inWords(want: Want, unit: number): string {
  if (want === 'unit') return String(unit);
  if (typeof want === 'number') return String(want);
  return 'min' in want ? `${want.min}–${want.max}` : want.join(' or ');
}
