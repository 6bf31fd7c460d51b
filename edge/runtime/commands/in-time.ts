import { longestValidity } from '../../../sdk/model/command.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { type ClockTrust, wallTime } from '../../../sdk/model/time.ts';
import { isoText } from '../../platform/wall-text.ts';

export type Timing = {
  /** Unix ms, as signed. */
  readonly notAfter: number;
  /** It answers a challenge; whether that is fresh is judged elsewhere. */
  readonly answersChallenge: boolean;
  readonly wall: number;
  readonly trust: ClockTrust;
  /** What was not to be done after this time may have been done and forgotten. */
  readonly floor: number;
};

/**
 * Pure. Why a command does not come in time, by what is known of the clock.
 * @throws FengsuiError COMMAND_EXPIRED, CLOCK_UNTRUSTED, INVALID
 */
export function checkTiming({ notAfter, answersChallenge, wall, trust, floor }: Timing): void {
  if (trust !== 'synced') {
    if (answersChallenge) return;
    throw new FengsuiError(
      'CLOCK_UNTRUSTED',
      'the gateway’s clock cannot be trusted just now, so it cannot tell whether the command is late: ask for a challenge and send the command with its nonce',
    );
  }
  if (notAfter <= wall) {
    throw new FengsuiError(
      'COMMAND_EXPIRED',
      `the command was not to be done after ${iso(notAfter)}; it is ${iso(wall)}`,
    );
  }
  if (notAfter > wall + longestValidity) {
    throw new FengsuiError(
      'INVALID',
      `notAfter: ${iso(notAfter)} is more than ${longestValidity / 60_000} minutes ahead of the gateway’s clock, ${iso(wall)}`,
    );
  }
  // The clock went back below what was forgotten: only a challenge can tell a new command from an old one.
  if (!answersChallenge && notAfter <= floor) {
    throw new FengsuiError(
      'CLOCK_UNTRUSTED',
      'the gateway’s clock was later than this before: send the command with the nonce of a challenge',
    );
  }
}

const iso = (ms: number): string => (Math.abs(ms) <= 8.64e15 ? isoText(wallTime(ms)) : String(ms));
