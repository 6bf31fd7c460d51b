import { describeError } from '../../../sdk/model/errors.ts';
import type { AuditAct, CommandAct } from '../../../sdk/model/record.ts';
import { seconds } from '../../../sdk/model/time.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Clock } from '../../platform/clock.ts';
import { withDeadline } from '../../platform/deadline.ts';
import type { Log } from '../../platform/log.ts';
import { sparingly } from '../../platform/sparingly.ts';
import { stopper } from '../../platform/stop.ts';
import type { CommandOutcome } from '../../uplink/request-desk.ts';
import type { Site } from '../config/site.ts';
import { version } from '../version.ts';
import { commandAct } from './command-act.ts';
import { difference, endOf, type KeptRun, readRun, runOf, writeRun } from './kept-run.ts';
import type { RecordStore, Writing } from './record-store.ts';

/** Who did what on this gateway, for whoever has to find out later. */
export interface AuditTrail extends AsyncDisposable {
  /** The first record of a run: how the one before ended, and whether the configuration is another. */
  started(configVersion: number): void;
  readonly command: (outcome: CommandOutcome) => void;
  /** What the gateway itself or somebody on site did. */
  readonly note: (act: CommandAct) => void;
  readonly clockStepped: (byMs: number) => void;
  /** The last of a run that ends in order. Resolves once it is stored, or the disk does not take it. */
  stopped(why: string): Promise<void>;
}

export type AuditContext = {
  readonly site: Site;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  readonly record: RecordStore;
};

const key = 'audit';
const lastWrite = seconds(2);
const longestWhy = 200;

/** Opens with what the run before has left. */
export async function auditTrail(ctx: AuditContext): Promise<AuditTrail> {
  const { site, clock, log } = ctx;
  const before = await restore(ctx);
  const put = (act: AuditAct, writing?: Writing): Promise<void> => ctx.record({ kind: 'audit', ...act }, writing);
  /** The store logs what it cannot write. */
  const note = (act: AuditAct, writing?: Writing): void => void put(act, writing);
  const refusals = sparingly<CommandAct>(clock, (act, count) => note({ ...act, count }));
  const steps = sparingly<number>(clock, (byMs, count) => note({ act: 'clock-stepped', byMs, count }));
  const end = (): void => {
    refusals.end();
    steps.end();
  };
  const keepOf = (isStopped: boolean): Writing => ({ keep: { key, value: writeRun(runOf(site, isStopped)) } });
  return {
    started(configVersion) {
      const { configHash } = site;
      note({ act: 'started', version, configVersion, configHash, after: endOf(before) }, keepOf(false));
      if (before && before.configHash !== configHash)
        note({ act: 'configured', configHash, ...difference(before, runOf(site, false)) });
    },
    command(outcome) {
      const act = commandAct(outcome);
      if (!act) return;
      if (outcome.refused) refusals.tell(nameOf(act), act);
      else note(act);
    },
    note,
    clockStepped: (byMs) => steps.tell('', byMs),
    async stopped(why) {
      const stored = (): Promise<void> => put({ act: 'stopped', why: why.slice(0, longestWhy) }, keepOf(true));
      const deadline = { clock, ms: lastWrite, signal: stopper().signal, what: 'the last record' };
      end();
      await withDeadline(deadline, stored).catch((e: unknown) =>
        log.warn('audit.not-stored', { why: describeError(e) }),
      );
    },
    async [Symbol.asyncDispose]() {
      end();
    },
  };
}

/** Those of a known key are told apart by what was asked; of the others nobody knows more than the client's own name. */
const nameOf = ({ client, operator, method, device, condition, outcome }: CommandAct): string =>
  operator === undefined ? client : [operator, method, device, condition, outcome].join(' ');

async function restore({ journal, log }: AuditContext): Promise<KeptRun | undefined> {
  const bytes = (await journal.kept(key)).get(key);
  try {
    return bytes && readRun(bytes);
  } catch (e) {
    log.warn('audit.kept-unreadable', { why: describeError(e) });
    return undefined;
  }
}
