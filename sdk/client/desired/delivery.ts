import { FengsuiError } from '../../model/errors.ts';
import type { DesiredState, Json, PlatformStore } from '../../store/platform-store.ts';
import type { ApplyResult, DesiredProblem, DesiredState as Shown } from '../../wire/desired.ts';
import type { Data } from '../../wire/request.ts';
import type { Entry } from '../gateway-directory.ts';
import type { Requests } from '../requests.ts';
import type { AuditDesk } from './audit-desk.ts';
import type { ConflictDesk } from './conflict-desk.ts';
import { parseApply } from './parse-desired.ts';
import { devicesData } from './try-out.ts';

/** How a gateway is told what is wanted of it, and what it has made of that. Rejects as requests and the store do. */
export type Delivery = {
  /** What a gateway has taken, by its document, or by its answer where that has not reached the document yet. */
  readonly shownBy: (entry: Entry) => Shown | undefined;
  /** Tells it, and keeps its verdict. */
  readonly apply: (entry: Entry, desired: DesiredState, signal: AbortSignal) => Promise<void>;
  /** Keeps the verdict that it shows. */
  readonly report: (entry: Entry, told: Told, signal: AbortSignal) => Promise<void>;
};

/** The newest version, and what the gateway shows of it. */
export type Told = { readonly desired: DesiredState; readonly shown: Shown };

/** A gateway checks a whole list and writes it down before it answers. */
const applyMs = 30_000;

export function delivery(ctx: {
  readonly store: Pick<PlatformStore, 'desired'>;
  readonly requests: Requests;
  readonly audit: AuditDesk;
  readonly conflicts: ConflictDesk;
  readonly canSign: boolean;
}): Delivery {
  const { store, conflicts } = ctx;
  const answers = new Map<string, { readonly boot: number | undefined; readonly shown: Shown }>();

  const shownBy: Delivery['shownBy'] = ({ site, presence, state }) => {
    const answer = answers.get(site.gateway);
    const shown = state?.desired;
    const isBehind = shown && answer && answer.boot === presence?.boot && shown.version < answer.shown.version;
    if (isBehind) return { ...answer.shown, localVersion: shown.localVersion };
    answers.delete(site.gateway); // from now on the document tells, also of a gateway that is wiped
    return shown;
  };
  const keepVerdict = async (gateway: string, verdict: Verdict, signal: AbortSignal): Promise<void> => {
    const { version, sync, problems } = verdict;
    const reported = { version, sync, problems: problems.map(problemJson), at: new Date() };
    await store.desired.report(gateway, reported, { signal });
  };
  const send = async (
    entry: Entry,
    { version, devices, by }: DesiredState,
    signal: AbortSignal,
  ): Promise<ApplyResult> => {
    const params: Data = { version, devices: devicesData(devices), operator: by };
    return parseApply(await ctx.requests.command(entry.site, 'apply', params, { signal, timeoutMs: applyMs }));
  };
  const apply: Delivery['apply'] = async (entry, desired, signal) => {
    const { gateway } = entry.site;
    const { version, by } = desired;
    const result = await send(entry, desired, signal).catch((e: unknown) => refusalOf(version, e));
    answers.set(gateway, { boot: entry.presence?.boot, shown: { ...result, localVersion: 0 } });
    await ctx.audit.note(
      { act: 'devices.apply', who: by, gateway, detail: { version, problems: result.problems.map(problemJson) } },
      result.sync === 'rejected' ? 'INVALID' : 'done',
    );
    await conflicts.take(gateway, result.conflicts); // before the verdict, which lets go whoever waits
    await keepVerdict(gateway, result, signal);
  };
  /** The document has room for the first words only: the same list once more is answered with all that became of it. */
  const report: Delivery['report'] = async (entry, { desired, shown }, signal) => {
    const brief = { ...shown, problems: problemsOf(shown) };
    const isWhole = shown.problem === undefined || !ctx.canSign;
    const verdict = isWhole ? brief : await send(entry, desired, signal).catch(() => brief);
    await keepVerdict(entry.site.gateway, verdict, signal);
  };
  return { shownBy, apply, report };
}

type Verdict = Pick<Shown, 'version' | 'sync'> & { readonly problems: readonly DesiredProblem[] };

/** A list that the gateway refuses as a whole. Whatever else went wrong flies on, and is tried again. */
function refusalOf(version: number, e: unknown): ApplyResult {
  if (!FengsuiError.is(e, 'INVALID')) throw e;
  return {
    version,
    sync: 'rejected',
    problems: [{ path: '', message: e.message }],
    conflicts: [],
  };
}

const problemsOf = ({ problem }: Shown): readonly DesiredProblem[] =>
  problem === undefined ? [] : [{ path: '', message: problem }];

const problemJson = ({ device, path, message }: DesiredProblem): Json => ({
  ...(device !== undefined && { device }),
  path,
  message,
});
