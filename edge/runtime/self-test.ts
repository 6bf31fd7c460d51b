import { describeError } from '../../sdk/model/errors.ts';
import type { DeviceId } from '../../sdk/model/ids.ts';
import { seconds } from '../../sdk/model/time.ts';
import { type Rule, troubleRule } from '../alarm/rule.ts';
import type { Journal } from '../journal/journal.ts';
import type { Log } from '../platform/log.ts';
import type { AlarmDesk } from './alarms/alarm-desk.ts';

export const selfTestFailed = 'self-test-failed';

export const selfTestRule: Rule = troubleRule({
  condition: selfTestFailed,
  onDelay: seconds(0),
  offDelay: seconds(0),
  source: 'daily self-test of the device (GB 50440-2007 chapter 8, as quoted in acceptance guides)',
});

/** One thing that a gateway must be able to do; rejects with why it cannot. Nothing is sounded. */
export type Check = { readonly name: string; readonly run: () => Promise<void> };

/** Runs every check, also after a failure. Resolves with whether all passed. */
export async function selfTest(checks: readonly Check[], log: Log): Promise<boolean> {
  let passed = true;
  for (const check of checks) {
    try {
      await check.run();
    } catch (e) {
      passed = false;
      log.warn('self-test.failed', { check: check.name, why: describeError(e) });
    }
  }
  log.info('self-test.done', { passed, checks: checks.length });
  return passed;
}

/** What is done once a day: the checks, and a fault of the gateway until all of them pass. */
export function dailyTest(
  checks: readonly Check[],
  gateway: DeviceId,
  alarms: Pick<AlarmDesk, 'trouble'>,
  log: Log,
): () => void {
  return () => {
    selfTest(checks, log)
      .then((passed) => alarms.trouble(gateway, selfTestFailed, !passed))
      .catch((e: unknown) => log.warn('self-test.bug', { why: describeError(e) }));
  };
}

/** What is written can be read again. */
export const journalCheck = (journal: Journal): Check => ({
  name: 'journal',
  run: async () => {
    const value = Uint8Array.of(1);
    await journal.keep({ key: 'self-test', value });
    if (!(await journal.kept('self-test')).has('self-test'))
      throw new Error('the journal does not give back what it took');
  },
});
