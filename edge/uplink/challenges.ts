import { FengsuiError } from '../../sdk/model/errors.ts';
import { type Millis, millis } from '../../sdk/model/time.ts';
import type { Clock } from '../platform/clock.ts';
import { freshNonce } from '../platform/ed25519.ts';

/** What a challenge may be answered by: a request of one person, or one that a second person has signed, too. */
export type ChallengeUse = 'request' | 'approval';

/** Challenges that are open: each may be answered once, until its life is over by the monotonic clock. */
export type Challenges = {
  readonly open: (life: Millis, use: ChallengeUse) => Uint8Array;
  /** @throws FengsuiError CHALLENGE_EXPIRED */
  readonly spend: (nonce: Uint8Array | undefined, use: ChallengeUse) => void;
};

/** Challenges that may be open at once; the oldest is forgotten first. */
const mostOpen = 64;

export function challenges(clock: Clock): Challenges {
  const open = new Map<string, { readonly use: ChallengeUse; readonly cancel: () => void }>();
  return {
    open(life, use) {
      const nonce = freshNonce();
      const key = hex(nonce);
      const oldest = open.keys().next();
      if (open.size >= mostOpen && !oldest.done) {
        open.get(oldest.value)?.cancel();
        open.delete(oldest.value);
      }
      open.set(key, { use, cancel: clock.after(millis(life), () => open.delete(key)) });
      return nonce;
    },
    spend(nonce, use) {
      const key = nonce && hex(nonce);
      const found = key === undefined ? undefined : open.get(key);
      // What lives long enough for two persons is too old for one.
      if (key === undefined || !found || (found.use === 'approval' && use === 'request')) {
        throw new FengsuiError(
          'CHALLENGE_EXPIRED',
          'the command does not answer an open challenge: it came too late, or twice, or the gateway restarted; ask for a new challenge',
        );
      }
      found.cancel();
      open.delete(key);
    },
  };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
