import { describeError } from '../../../sdk/model/errors.ts';
import { type RiskLevel, riskLevels } from '../../../sdk/model/profile.ts';
import { seconds } from '../../../sdk/model/time.ts';
import { fieldsOf } from '../../../sdk/wire/parse.ts';
import type { Journal } from '../../journal/journal.ts';
import { nextFiring } from '../../platform/calendar.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { SiteDevice } from '../config/site.ts';
import { calendarLevel, higher, type RiskWindow } from './risk-calendar.ts';

/** Why the risk level is as it is. */
export type RiskState = { readonly level: RiskLevel; readonly why: string; readonly operator?: string };

/** The risk level (风险防控等级): the higher one of what the platform has set and of what the calendar asks for. */
export type RiskDesk = {
  readonly state: () => RiskState;
  /** Sets the platform's level. Outlives a restart. */
  readonly set: (level: RiskLevel, why: string, operator: string) => void;
  readonly run: (signal: AbortSignal) => Promise<void>;
};

const key = 'risk-level';
const lookEvery = seconds(10);

export async function riskDesk(ctx: {
  readonly windows: readonly RiskWindow[];
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  readonly onLevel: (level: RiskLevel) => void;
}): Promise<RiskDesk> {
  const { windows, journal, clock, log } = ctx;
  let pushed: RiskState = restore((await journal.kept(key)).get(key), log);
  let calendar: RiskState = { level: 'normal', why: '' };
  let told: RiskLevel = 'normal';
  const state = (): RiskState => (higher(pushed.level, calendar.level) === pushed.level ? pushed : calendar);
  const tell = (): void => {
    const { level, why } = state();
    if (level === told) return;
    told = level;
    log.info('risk.level', { level, why });
    ctx.onLevel(level);
  };
  const look = (): void => {
    // While the date is not known the calendar stands where it stood.
    if (clock.trust() === 'synced') calendar = calendarLevel(windows, nextFiring);
    tell();
  };
  return {
    state,
    set(level, why, operator) {
      pushed = { level, why, operator };
      journal
        .keep({ key, value: Buffer.from(JSON.stringify(pushed)) })
        .catch((e: unknown) => log.warn('risk.not-stored', { why: describeError(e) }));
      tell();
    },
    async run(signal) {
      while (!signal.aborted) {
        look();
        await clock.sleep(lookEvery, signal).catch(() => undefined); // the loop sees the abort
      }
    },
  };
}

/** A device as it is polled and judged at a level. */
export function atRisk(device: SiteDevice, level: RiskLevel): SiteDevice {
  const { heightened, severe } = device.profile.riskPollMs ?? {};
  const pollMs =
    level === 'normal' || device.ownPeriod ? undefined : level === 'severe' ? (severe ?? heightened) : heightened;
  return pollMs === undefined ? device : { ...device, pollMs };
}

function restore(bytes: Uint8Array | undefined, log: Log): RiskState {
  const normal: RiskState = { level: 'normal', why: '' };
  if (!bytes) return normal;
  try {
    const fields = fieldsOf(JSON.parse(Buffer.from(bytes).toString('utf8')), key);
    const name = fields.text('level');
    const level = riskLevels.find((each) => each === name) ?? 'normal';
    return { level, why: fields.text('why'), operator: fields.text('operator') };
  } catch (e) {
    log.warn('risk.unreadable', { why: describeError(e) });
    return normal;
  }
}
