import { describeError, type ErrorCode } from '../../../sdk/model/errors.ts';
import type { CommandAct } from '../../../sdk/model/record.ts';
import { millis } from '../../../sdk/model/time.ts';
import type { ApplyResult, DesiredConflict, DesiredProblem } from '../../../sdk/wire/desired.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { SiteDevice } from '../config/site.ts';
import type { Change, DeviceList } from '../device-list.ts';
import { applyResult } from './answers.ts';
import { canonical } from './entry-fields.ts';
import type { LocalChange } from './local-change.ts';
import type { ApplyRequest } from './plan-apply.ts';
import { beginTrial, type Sight, type Trial, watchTrial } from './trial.ts';

export type DesiredDeskContext = {
  readonly devices: DeviceList;
  readonly clock: Clock;
  readonly log: Log;
  /** What the running buses show. */
  readonly sight: () => Omit<Sight, 'at'>;
  /** Puts the list as it is now to work. */
  readonly applyDevices: () => void;
  /** What became of a version is another than before. */
  readonly onChange: () => void;
  /** Ends what stands on a device that is gone. */
  readonly forget: (device: string, operator: string) => void;
  /** For the record. */
  readonly note: (act: CommandAct) => void;
};

/** The shell around desired lists: puts them to work, watches their trial, and ends it one way or the other. */
export interface DesiredDesk extends AsyncDisposable {
  /** @throws FengsuiError CONFLICT | UNAVAILABLE */
  apply(request: ApplyRequest, operator: string): Promise<ApplyResult>;
  /** A change by somebody on site. @throws FengsuiError INVALID | CONFLICT | NOT_FOUND | UNAVAILABLE */
  changeOnSite(change: LocalChange): Promise<void>;
}

const lookEvery = millis(500);
const nobodyKnown = 'local';

export function desiredDesk(ctx: DesiredDeskContext): DesiredDesk {
  const { devices, clock, log } = ctx;
  let cancel = (): void => undefined;
  const sight = (): Sight => ({ ...ctx.sight(), at: clock.mono() });
  const note = (act: Omit<CommandAct, 'act' | 'count'>): void => ctx.note({ act: 'command', count: 1, ...act });

  const noteConflicts = (operator: string): void => {
    const { version } = devices.desired();
    for (const conflict of devices.conflicts.filter((c) => c.version === version)) {
      const detail = conflictText(conflict);
      log.warn('desired.conflict', { device: conflict.device, why: detail });
      note({ method: 'apply', outcome: 'CONFLICT', client: '', operator, device: conflict.device, detail });
    }
  };
  const noteRejected = (outcome: ErrorCode, operator: string): void => {
    const { version, problem } = devices.desired();
    const detail = `version ${version} is rejected: ${problem}`.slice(0, 200);
    note({ method: 'apply', outcome, client: '', operator, detail });
  };
  const keep = async (change: Change, problems: readonly DesiredProblem[], operator: string): Promise<void> => {
    try {
      await devices.keep(problems);
    } catch (e) {
      return giveUp(change, [{ path: '', message: `the list could not be stored: ${describeError(e)}` }], operator);
    }
    for (const { id } of missingIn(change.after, change.before)) ctx.forget(id, operator);
    ctx.applyDevices();
    log.info('desired.kept', { version: devices.desired().version, problems: problems.length });
    noteConflicts(operator);
  };
  const giveUp = async (change: Change, problems: readonly DesiredProblem[], operator: string): Promise<void> => {
    await devices.giveUp(problems).catch((e: unknown) => log.warn('desired.not-stored', { why: describeError(e) }));
    for (const { id } of missingIn(change.before, change.after)) ctx.forget(id, operator);
    ctx.applyDevices();
    log.warn('desired.rolled-back', { version: devices.desired().version, why: devices.desired().problem });
    noteRejected('BUS_TIMEOUT', operator);
  };
  const watch = (trial: Trial, change: Change, operator: string): void => {
    cancel = clock.after(lookEvery, () => {
      const verdict = watchTrial(trial, sight());
      if (verdict.kind === 'goes-on') return watch(verdict.trial, change, operator);
      const end = verdict.kind === 'kept' ? keep : giveUp;
      end(change, verdict.problems, operator).catch((e: unknown) => log.warn('desired.bug', { why: describeError(e) }));
    });
  };

  return {
    async apply({ dryRun, trialMs, ...wanted }, operator) {
      if (dryRun) return applyResult({ ...devices.wouldTake(wanted), version: wanted.version });
      const before = devices.desired();
      const seen = sight();
      const change = await devices.take(wanted);
      if (change) {
        ctx.applyDevices();
        watch(beginTrial(change.before, change.after, seen, trialMs), change, operator);
        log.info('desired.trial', { version: wanted.version });
      } else if (devices.desired().version !== before.version) {
        ctx.onChange();
        if (devices.desired().sync === 'in-sync') noteConflicts(operator);
        else noteRejected('INVALID', operator);
      }
      return applyResult({ ...devices.taken(), conflicts: devices.conflicts });
    },
    async changeOnSite(change) {
      await devices.changeOnSite(change);
      if (change.act === 'remove') ctx.forget(change.id, nobodyKnown);
      ctx.applyDevices();
      const detail = change.act === 'remove' ? '' : canonical(change.fields).slice(0, 200);
      const who = { client: 'fengsui device', operator: nobodyKnown, device: change.id };
      note({ method: `device ${change.act}`, outcome: 'done', ...who, ...(detail !== '' && { detail }) });
    },
    async [Symbol.asyncDispose]() {
      cancel();
    },
  };
}

/** Those of `others` whose ids are not in the list. */
function missingIn(list: readonly SiteDevice[], others: readonly SiteDevice[]): readonly SiteDevice[] {
  const ids = new Set(list.map(({ id }) => id));
  return others.filter(({ id }) => !ids.has(id));
}

/** `unit: on site 5, platform 7; on site is kept`, at most 200 characters. */
const conflictText = ({ field = 'the device', onSite, platform, kept }: DesiredConflict): string =>
  `${field}: on site ${shown(onSite)}, platform ${shown(platform)}; ${kept === 'on-site' ? 'on site' : 'platform'} is kept`;

const shown = (value: DesiredConflict['onSite']): string => (value === null ? 'none' : canonical(value).slice(0, 60));
