import { describeError } from '../../sdk/model/errors.ts';
import { seconds } from '../../sdk/model/time.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { IdentityFiles, Papers } from './identity-files.ts';

/** What one uplink connects with, while there may be a next certificate to be tried. */
export type Trial = {
  /** For the next connection: the next certificate and the present one by turns, until it is decided. */
  readonly papers: () => Promise<Papers>;
  /** What has become of it; `up`: connected and subscribed. */
  readonly told: (up: boolean) => void;
  /** Nothing is tried any more. */
  readonly end: () => void;
};

export type TrialParts = {
  readonly files: IdentityFiles;
  readonly clock: Clock;
  readonly log: Log;
  /** Ends the connection, so that a new one is made. */
  readonly reconnect: () => void;
  readonly decided: (outcome: 'taken' | 'refused') => void;
};

/** So often the present certificate must be taken right after the next was not, before the next counts as refused: a network may just have been down. */
const refusals = 3;
const againAfter = seconds(30);

export function trial({ files, clock, log, reconnect, decided }: TrialParts): Trial {
  let used: 'present' | 'next' = 'present';
  let nextFailed = false;
  let failures = 0;
  let end = (): void => undefined;
  const take = async (): Promise<void> => {
    const taken = await files.certificate('next');
    if (!taken) return; // another uplink with the same files was quicker
    await files.takeNext();
    log.info('certificate.taken', { serial: taken.serialNumber.toLowerCase(), until: taken.validTo });
    decided('taken');
  };
  const doubt = async (): Promise<void> => {
    failures++;
    if (failures < refusals) {
      end();
      end = clock.after(againAfter, reconnect);
      return;
    }
    failures = 0;
    await files.dropNext();
    log.warn('certificate.refused', {
      why: `the broker took the old certificate ${refusals} times, and not the new one`,
    });
    decided('refused');
  };
  const unlessItFails = (work: Promise<void>): void =>
    void work.catch((e: unknown) => log.warn('certificate.files', { why: describeError(e) }));
  return {
    end: () => end(),
    async papers() {
      const hasNext = (await files.certificate('next')) !== undefined;
      used = hasNext && used === 'present' ? 'next' : 'present';
      return files.papers(used);
    },
    told(up) {
      if (!up) {
        nextFailed ||= used === 'next';
        return;
      }
      if (used === 'next') {
        used = 'present'; // which it is now
        failures = 0;
        unlessItFails(take());
      } else if (nextFailed) unlessItFails(doubt());
      nextFailed = false;
    },
  };
}
