import { describeError, FengsuiError } from '../model/errors.ts';
import { type Site, siteKey } from '../wire/topics.ts';
import type { Alarm } from './alarm.ts';
import type { Directory, Entry } from './gateway-directory.ts';
import type { Ownership } from './share/ownership.ts';
import type { CallOptions } from './time-limit.ts';

/** Between two looks at a gateway whose disk takes nothing. */
export const lookMs = 5_000;

export type UnstoredContext = {
  readonly directory: Directory;
  readonly ownership: Ownership;
  /** What stands on a gateway. */
  readonly standing: (site: Site, options: CallOptions) => Promise<readonly Alarm[]>;
  readonly problem: (error: FengsuiError) => void;
};

/**
 * Asks each gateway whose disk takes nothing for what stands and is in no journal, again and again until its disk is well
 * or it is gone, and hands over what is new of it. Returns the function that ends it.
 */
export function unstoredAlarms(ctx: UnstoredContext, push: (alarm: Alarm) => void): () => void {
  const { directory, ownership } = ctx;
  const looking = new Map<string, () => void>();
  const leave = (site: Site): void => {
    looking.get(siteKey(site))?.();
    looking.delete(siteKey(site));
  };
  const consider = ({ site, presence, state }: Entry): void => {
    const isWanted = presence?.online === true && state?.degraded !== undefined && ownership.hears(site);
    if (!isWanted) leave(site);
    else if (!looking.has(siteKey(site))) looking.set(siteKey(site), lookAt(site, ctx, push));
  };
  const stops = [
    directory.changes.add(({ type, entry }) => (type === 'removed' ? leave(entry.site) : consider(entry))),
    ownership.lost.add(leave),
    ownership.gained.add((site) => {
      const entry = directory.at(site);
      if (entry) consider(entry);
    }),
  ];
  for (const entry of directory.entries()) consider(entry);
  return () => {
    for (const stop of [...stops, ...looking.values()]) stop();
  };
}

function lookAt(site: Site, { standing, problem }: UnstoredContext, push: (alarm: Alarm) => void): () => void {
  /** As it was told, of what stood when somebody looked last. */
  let told: ReadonlyMap<string, string> = new Map();
  const ended = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let isFailing = false;
  const tell = (alarms: readonly Alarm[]): void => {
    const now = new Map<string, string>();
    for (const alarm of alarms) {
      if (!alarm.isUnstored || alarm.isHidden) continue;
      const which = `${alarm.device}/${alarm.condition}`;
      now.set(which, `${alarm.occurrence} ${alarm.phase} ${alarm.count}`);
      if (told.get(which) !== now.get(which)) push(alarm);
    }
    told = now;
  };
  const look = async (): Promise<void> => {
    try {
      tell(await standing(site, { timeoutMs: lookMs, signal: ended.signal }));
      isFailing = false;
    } catch (cause) {
      if (!ended.signal.aborted && !isFailing) problem(unseen(site, cause));
      isFailing = true;
    }
    if (!ended.signal.aborted) timer = setTimeout(() => void look(), lookMs);
  };
  void look();
  return () => {
    ended.abort();
    clearTimeout(timer);
  };
}

const unseen = ({ gateway }: Site, cause: unknown): FengsuiError =>
  new FengsuiError(
    'UNAVAILABLE',
    `the disk of gateway ${gateway} takes nothing, and what stands there cannot be asked; it is asked again (${describeError(cause)})`,
    { cause, details: { gateway } },
  );
