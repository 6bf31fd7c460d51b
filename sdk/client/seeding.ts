import { type Site, siteKey } from '../wire/topics.ts';

/** Work to be done once for every gateway that arrives, a few at a time: a whole district may arrive at once. */
export type Seeding = {
  readonly add: (site: Site) => void;
  /** Resolves when nothing is left to do. */
  readonly idle: () => Promise<void>;
};

const atOnce = 8;

/** @param seed must not reject. */
export function seeding(seed: (site: Site) => Promise<void>): Seeding {
  /** A gateway that arrives again while it waits, waits once. */
  const queue = new Map<string, Site>();
  const waiting: (() => void)[] = [];
  let running = 0;
  const take = (): Site | undefined => {
    const [first] = queue;
    if (first) queue.delete(first[0]);
    return first?.[1];
  };
  const next = async (): Promise<void> => {
    running++;
    for (let site = take(); site; site = take()) await seed(site);
    running--;
    if (running === 0) for (const done of waiting.splice(0)) done();
  };
  return {
    add(site) {
      queue.set(siteKey(site), site);
      if (running < atOnce) void next();
    },
    idle: () => (running === 0 ? Promise.resolve() : new Promise((done) => waiting.push(done))),
  };
}
