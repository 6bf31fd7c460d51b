import { type Site, siteKey } from '../wire/topics.ts';

/**
 * Notices gateways that speak and are not known to be there. A broker sends a gateway's documents once; if its queue for
 * this client was full just then (mosquitto: 1,000 messages), as when a whole fleet comes up at once, it lets them go without
 * a word, and typed readings of that gateway would be passed over for ever.
 */
export type DocumentWatch = {
  /** A reading or an alarm of this gateway came. */
  readonly heard: (site: Site) => void;
  readonly close: () => void;
};

export type DocumentWatchContext = {
  /** Whether its documents are here, and say that it is online. */
  readonly isKnown: (site: Site) => boolean;
  /** Asks the broker for the documents of all gateways. */
  readonly refresh: () => void;
};

/** Documents that are on their way come within this time. */
export const patienceMs = 5_000;
/** Between two times of asking: the documents of a large district are megabytes. */
export const askAgainMs = 30_000;

export function documentWatch({ isKnown, refresh }: DocumentWatchContext): DocumentWatch {
  const unknown = new Map<string, Site>();
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    timer = undefined;
    const isLacking = [...unknown.values()].some((site) => !isKnown(site));
    unknown.clear();
    if (!isLacking) return;
    refresh();
    timer = setTimeout(rest, askAgainMs - patienceMs);
  };
  const rest = (): void => {
    timer = unknown.size > 0 ? setTimeout(look, patienceMs) : undefined;
  };
  return {
    heard(site) {
      if (isKnown(site)) return;
      unknown.set(siteKey(site), site);
      timer ??= setTimeout(look, patienceMs);
    },
    close: () => clearTimeout(timer),
  };
}
