import type { IdentityCheck, ProfileSpec } from '../../../sdk/model/profile.ts';
import type { Heard } from '../../bus/scan/ask-unit.ts';
import { isMet, type WantedWord } from './identity-check.ts';

/** A profile that may be the device's. */
export type Candidate = {
  readonly profile: ProfileSpec;
  /** `register`: identity registers hold what only this model has · `plausible`: what was read would fit. */
  readonly by: 'register' | 'plausible';
  /**
   * 0 to 1; from {@link trusted} on, a person need not confirm. A guess stays below it, however much of it fits: each
   * independent constraint that is met halves what is missing. So does a profile that is not verified itself.
   */
  readonly confidence: number;
  /** What fitted, as `holding 3 = 2 (0–4)`. */
  readonly evidence: readonly string[];
};

export const trusted = 0.8;

/** What was heard when the registers of a check were read; `undefined` where nobody asked. */
export type Answers = (check: IdentityCheck) => Heard | undefined;

/**
 * Who the device at `unit` may be, most likely first; empty: unknown. A profile whose identity registers hold something else
 * is out. One whose identity registers are refused may still be guessed: not every firmware has them.
 */
export function identify(profiles: readonly ProfileSpec[], unit: number, answers: Answers): readonly Candidate[] {
  const judge = (checks: readonly IdentityCheck[] = []): readonly Judged[] =>
    checks.map((check) => judgeCheck(check, unit, answers(check)));
  return profiles
    .flatMap((profile): Candidate[] => {
      const certain = judge(profile.identification?.certain);
      if (certain.some(({ fits }) => fits === 'no')) return [];
      if (certain.length > 0 && certain.every(({ fits }) => fits === 'yes')) {
        const confidence = profile.unverified === undefined ? 0.99 : trusted - 0.01;
        return [{ profile, by: 'register', confidence, evidence: certain.flatMap((c) => c.evidence) }];
      }
      const plausible = judge(profile.identification?.plausible);
      if (plausible.length === 0 || plausible.some(({ fits }) => fits !== 'yes')) return [];
      const constraints = plausible.reduce((sum, c) => sum + c.constraints, 0);
      if (constraints === 0) return [];
      const confidence = trusted * (1 - 0.5 ** constraints);
      return [{ profile, by: 'plausible', confidence, evidence: plausible.flatMap((c) => c.evidence) }];
    })
    .toSorted((a, b) => b.confidence - a.confidence);
}

type Judged = {
  readonly fits: 'yes' | 'no' | 'unknown';
  readonly constraints: number;
  readonly evidence: readonly string[];
};

function judgeCheck(check: IdentityCheck, unit: number, heard: Heard | undefined): Judged {
  if (heard?.kind !== 'words') return { fits: 'unknown', constraints: 0, evidence: [] };
  const { words } = heard;
  return {
    fits: isMet(check, words, unit) ? 'yes' : 'no',
    constraints: check.words.filter((want) => narrows(want)).length,
    evidence: check.words.map((want, i) => `${check.from} ${check.at + i} = ${words[i]}${inWords(want)}`),
  };
}

/** A range that lets a tenth of all numbers through would fit too much by chance to count. */
const narrows = (want: WantedWord): boolean =>
  typeof want !== 'object' || !('min' in want) || want.max - want.min < 0x1_0000 / 10;

function inWords(want: WantedWord): string {
  if (want === 'unit') return ' (= unit)';
  if (typeof want === 'number') return '';
  return 'min' in want ? ` (${want.min}–${want.max})` : ` (${want.join(', ')})`;
}
