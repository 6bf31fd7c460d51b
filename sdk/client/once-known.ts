import { FengsuiError } from '../model/errors.ts';
import { type Site, siteKey } from '../wire/topics.ts';
import type { Directory } from './gateway-directory.ts';

export type OnceKnown<A> = {
  readonly take: (came: A) => void;
  readonly end: () => void;
};

/** Messages that wait over all gateways: half a minute of some hundreds, whose state a broker has let go. */
export const mostUnknown = 2_000;

/**
 * Hands on what came of gateways in the order in which it came. What comes before a gateway has told its state waits for
 * that, as nothing can be said of it; of more than {@link mostUnknown} the oldest is let go, and that is told.
 */
export function onceKnown<A extends { readonly site: Site }>(
  directory: Pick<Directory, 'at' | 'changes'>,
  use: (came: A) => void,
  problem: (error: FengsuiError) => void,
): OnceKnown<A> {
  let waiting: readonly A[] = [];
  const isKnown = (site: Site): boolean => directory.at(site)?.state !== undefined;
  const stop = directory.changes.add(({ type, entry: { site } }) => {
    if (waiting.length === 0 || (type !== 'removed' && !isKnown(site))) return;
    const isMeant = (came: A): boolean => siteKey(came.site) === siteKey(site);
    const due = waiting.filter(isMeant);
    waiting = waiting.filter((came) => !isMeant(came));
    if (type !== 'removed') for (const came of due) use(came);
  });
  return {
    take(came) {
      if (isKnown(came.site)) return use(came);
      if (waiting.length >= mostUnknown) {
        problem(tooMany(waiting[0]?.site ?? came.site));
        waiting = waiting.slice(1);
      }
      waiting = [...waiting, came];
    },
    end() {
      stop();
      waiting = [];
    },
  };
}

const tooMany = ({ gateway }: Site): FengsuiError =>
  new FengsuiError(
    'OVERLOADED',
    `telemetry from gateway ${gateway} let go: ${mostUnknown} messages wait already for gateways to tell what devices they have; it is in \`telemetry.history\``,
    { details: { gateway } },
  );
