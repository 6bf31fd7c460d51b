import { deviceId } from '../../sdk/model/ids.ts';
import { minutes, seconds } from '../../sdk/model/time.ts';
import { noDelay, type Rule, troubleRule } from '../alarm/rule.ts';
import { coincidenceRule } from '../alarm/zone.ts';
import type { Journal } from '../journal/journal.ts';
import type { Clock } from '../platform/clock.ts';
import type { AlarmDesk } from './alarms/alarm-desk.ts';
import { silentRule } from './alarms/silent-buses.ts';
import { isLineBus, type Site } from './config/site.ts';
import { receiptRule } from './delivery/receipt-rule.ts';
import { selfTestRule } from './self-test.ts';

const busRule = troubleRule({
  condition: 'bus-down',
  onDelay: seconds(5),
  offDelay: seconds(0),
  source: 'a dead bus is one fault, and not one of each device on it',
});
const journalRule = troubleRule({
  condition: 'journal-degraded',
  onDelay: seconds(0),
  offDelay: seconds(10),
  source: 'entries wait in memory meanwhile and would not survive a power cut',
});

const wearRule = troubleRule({
  condition: 'card-wear',
  onDelay: seconds(0),
  offDelay: minutes(60),
  source: 'at what was written in the last day the card would be worn out in less than ten years (journal.cardTbw)',
});

const claimRule = troubleRule({
  condition: 'claim-refused',
  onDelay: seconds(0),
  offDelay: seconds(0),
  source:
    'the claim code of this gateway was cancelled, used or has expired before it reached the authority: it needs a new one, and works on meanwhile',
});

/** What the watchdog tries the judgement with: it is on and off again long before it could be an alarm. */
export const heartbeat = 'heartbeat';
const heartbeatRule = troubleRule({
  condition: heartbeat,
  kind: 'test',
  onDelay: seconds(20),
  offDelay: noDelay,
  source: 'a synthetic record of the watchdog',
});

/** Told while a walk test runs, so that whoever watches knows why nothing is alarmed. */
export const walkTestRunning = 'walk-test';
const walkTestRule: Rule = troubleRule({
  condition: walkTestRunning,
  kind: 'test',
  onDelay: noDelay,
  offDelay: noDelay,
  source: 'a person is testing devices',
});

/** Sets the rules for the gateway itself, which goes by its own id, and for its buses and zones, which go by theirs. */
export function watchItself(site: Site, alarms: AlarmDesk): void {
  alarms.watch(deviceId(site.address.gateway), [
    journalRule,
    wearRule,
    selfTestRule,
    walkTestRule,
    heartbeatRule,
    claimRule,
    ...(site.uplinks.length > 0 ? [receiptRule] : []),
  ]);
  for (const { id, kind } of site.buses)
    alarms.watch(deviceId(id), isLineBus(kind) ? [busRule] : [busRule, silentRule]);
  for (const { id, coincidence } of site.zones) {
    if (coincidence) alarms.watch(deviceId(id), [coincidenceRule(coincidence.atLeast)]);
  }
}

export type Supervised = {
  readonly site: Site;
  readonly alarms: AlarmDesk;
  /** Buses that cannot be reached. */
  readonly problems: ReadonlyMap<string, string>;
  readonly journal: Journal;
  /** More is written than the card can bear. */
  readonly isWorn: () => boolean;
  /** The authority refuses this gateway's claim for good. */
  readonly isClaimRefused: () => boolean;
  readonly clock: Clock;
};

/** Once a second: what is wrong with the gateway itself is judged by the same rules as everything else. */
export async function supervise(watched: Supervised, signal: AbortSignal): Promise<void> {
  const { site, alarms, problems, journal, isWorn, isClaimRefused, clock } = watched;
  const gateway = deviceId(site.address.gateway);
  while (!signal.aborted) {
    for (const bus of site.buses) alarms.trouble(deviceId(bus.id), busRule.condition, problems.has(bus.id));
    const degraded = journal.status().degraded !== undefined;
    alarms.trouble(gateway, journalRule.condition, degraded);
    alarms.trouble(gateway, wearRule.condition, isWorn());
    alarms.trouble(gateway, claimRule.condition, isClaimRefused());
    alarms.tick();
    await clock.sleep(seconds(1), signal).catch(() => undefined); // the loop sees the abort
  }
}
