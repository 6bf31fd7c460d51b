/** Work on gateways: a few at once, one at a time for each, and after a failure later and later. */
export type GatewayQueue = {
  /** Soon; while it is worked on, once more afterwards; after a failure, when its time has come. */
  readonly add: (gateway: string) => void;
  /** Soon, also after a failure. */
  readonly hurry: (gateway: string) => void;
  /** Returns the function that ends it; it resolves when nothing is under way any more. */
  readonly start: (signal: AbortSignal) => () => Promise<void>;
};

export type QueueWork = {
  readonly work: (gateway: string, signal: AbortSignal) => Promise<void>;
  /** What `work` has rejected with. */
  readonly failed: (gateway: string, error: unknown) => void;
  /** The waits of one gateway between its failures, ms. */
  readonly waits: () => Iterator<number, never>;
};

const atOnce = 8;

export function gatewayQueue({ work, failed, waits }: QueueWork): GatewayQueue {
  const due = new Set<string>();
  const running = new Map<string, Promise<void>>();
  const failures = new Map<string, { readonly waits: Iterator<number, never>; timer?: NodeJS.Timeout | undefined }>();
  let until: AbortSignal | undefined;

  const pump = (): void => {
    for (const gateway of due) {
      if (!until || until.aborted || running.size >= atOnce) return;
      if (running.has(gateway)) continue;
      due.delete(gateway);
      running.set(gateway, run(gateway, until));
    }
  };
  const run = async (gateway: string, signal: AbortSignal): Promise<void> => {
    await Promise.resolve(); // so that it stands among those that run before it can end
    try {
      await work(gateway, signal);
      failures.delete(gateway);
    } catch (e) {
      if (!signal.aborted) later(gateway, e);
    }
    running.delete(gateway);
    pump();
  };
  const later = (gateway: string, e: unknown): void => {
    failed(gateway, e);
    const failure = failures.get(gateway) ?? { waits: waits(), timer: undefined };
    clearTimeout(failure.timer);
    failure.timer = setTimeout(() => {
      failure.timer = undefined;
      due.add(gateway);
      pump();
    }, failure.waits.next().value);
    failure.timer.unref();
    failures.set(gateway, failure);
  };
  const add = (gateway: string): void => {
    if (failures.get(gateway)?.timer !== undefined) return;
    due.add(gateway);
    pump();
  };
  return {
    add,
    hurry(gateway) {
      clearTimeout(failures.get(gateway)?.timer);
      failures.delete(gateway);
      add(gateway);
    },
    start(signal) {
      until = signal;
      pump();
      return async () => {
        for (const { timer } of failures.values()) clearTimeout(timer);
        failures.clear();
        due.clear();
        await Promise.all(running.values());
      };
    },
  };
}
