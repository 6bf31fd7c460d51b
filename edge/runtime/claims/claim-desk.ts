import { describeError, FengsuiError } from '../../../sdk/model/errors.ts';
import { later, type MonoTime, millis, minutes, seconds } from '../../../sdk/model/time.ts';
import { enrol, isFinal } from '../../identity/enrol.ts';
import { keepEnrolled } from '../../identity/keep-enrolled.ts';
import { forgetPending, type PendingClaim, readPending } from '../../identity/pending-claim.ts';
import type { Clock } from '../../platform/clock.ts';
import { withDeadline } from '../../platform/deadline.ts';
import { type Log, onChange } from '../../platform/log.ts';
import { delays } from '../../uplink/backoff.ts';
import type { Site } from '../config/site.ts';

export type ClaimDesk = {
  /** Brings claims that were taken up without a network to the enrolment service, until the signal fires. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** The service refuses one for good. */
  readonly isRefused: () => boolean;
};

export type ClaimContext = { readonly clock: Clock; readonly log: Log; readonly random: () => number };

/** At most. */
const lookEvery = seconds(10);
const backoff = { first: seconds(4), factor: 2, ceiling: minutes(15) };
const answerWithin = seconds(20);
/** Trying again helps only where a person does something; so it is tried seldom, and not never: anybody on the way can send such a word. */
const refusedEvery = minutes(30);

export function claimDesk({ uplinks, address }: Site, { clock, log, random }: ClaimContext): ClaimDesk {
  const files = uplinks.flatMap(({ ca, cert, key }) =>
    ca === undefined || cert === undefined || key === undefined ? [] : [{ ca, cert, key }],
  );
  const refused = new Set<string>();
  const finish = async (paths: IdentityPaths, { code, service }: PendingClaim, signal: AbortSignal): Promise<void> => {
    const deadline = { clock, ms: answerWithin, signal, what: `the enrolment service ${service}` };
    const enrolment = { code, service, keyFile: paths.key, address };
    const enrolled = await withDeadline(deadline, (inner) => enrol(enrolment, inner));
    await keepEnrolled(paths, enrolled);
    await forgetPending(paths.key);
    log.info('claim.enrolled', { service, gateway: address.gateway });
  };
  const watch = async (paths: IdentityPaths, signal: AbortSignal): Promise<void> => {
    const note = onChange<string>((why) => why !== '' && log.warn('claim.pending', { why }));
    let waits = delays(backoff, random);
    let tried: { readonly code: string; readonly notBefore: MonoTime } | undefined;
    const look = async (): Promise<void> => {
      const pending = await readPending(paths.key);
      const code = pending?.code.characters;
      if (!pending || tried?.code !== code) {
        // Another code is tried at once.
        refused.delete(paths.key);
        waits = delays(backoff, random);
        tried = undefined;
      }
      if (!pending || code === undefined || (tried && clock.mono() < tried.notBefore)) return;
      tried = { code, notBefore: later(clock.mono(), waits.next().value) };
      await finish(paths, pending, signal);
      refused.delete(paths.key);
      note('');
    };
    const failed = (e: unknown): void => {
      if (signal.aborted) return;
      note(describeError(e));
      if (!tried || !FengsuiError.is(e) || !isFinal(e.code)) return;
      refused.add(paths.key);
      tried = { ...tried, notBefore: later(clock.mono(), millis(refusedEvery * (0.5 + random()))) };
    };
    while (!signal.aborted) {
      await look().catch(failed);
      await clock.sleep(millis(lookEvery * random()), signal).catch(() => undefined); // the loop sees the abort
    }
  };
  return {
    isRefused: () => refused.size > 0,
    run: async (signal) => {
      await Promise.all(files.map((paths) => watch(paths, signal)));
    },
  };
}

type IdentityPaths = { readonly ca: string; readonly cert: string; readonly key: string };
