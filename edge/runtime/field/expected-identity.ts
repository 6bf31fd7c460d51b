import type { IdentityCheck } from '../../../sdk/model/profile.ts';
import type { IdentityRead } from '../../bus/poll/poll-unit.ts';
import type { SiteDevice } from '../config/site.ts';
import { isMet, type WantedWord } from '../identify/identity-check.ts';

/** What the profiles of one unit's devices say that its registers must hold, each once. */
export function expectedIdentity(unit: number, devices: readonly SiteDevice[]): readonly IdentityRead[] {
  const reads = devices.flatMap(({ profile }) =>
    (profile.identification?.certain ?? []).map((check) => identityRead(unit, profile.id, check)),
  );
  return reads.filter(({ expects }, i) => reads.findIndex((read) => read.expects === expects) === i);
}

function identityRead(unit: number, profile: string, check: IdentityCheck): IdentityRead {
  const { from, at, words } = check;
  return {
    block: { unit, table: from, address: at, count: words.length },
    fits: (found) => isMet(check, found, unit),
    expects: `${profile} holds ${words.map((want) => inWords(want, unit)).join(', ')} from ${from} ${at} on`,
  };
}

function inWords(want: WantedWord, unit: number): string {
  if (want === 'unit') return String(unit);
  if (typeof want === 'number') return String(want);
  return 'min' in want ? `${want.min}–${want.max}` : want.join(' or ');
}
