/**
 * A broker tells a new connection what it keeps, and says nothing of what is gone. So after a connection was made again
 * somebody has to look who of those that were there was not heard of any more.
 */
export type RollCall = {
  /** The connection is there, or there again. */
  readonly begin: () => void;
  /** One of the documents that the broker keeps has come: more may be on their way. */
  readonly heard: () => void;
  /** It is gone again, or the client is closed. */
  readonly stop: () => void;
};

/** So long after the last of the documents nothing more of them is on its way. */
export const rollCallMs = 5_000;
/** A gateway says that it is there once more half a minute after it has connected: a broker may have kept nothing of the first time. */
export const concludeMs = 40_000;

export type RollCallContext = {
  /** Whether somebody was not heard of. */
  readonly isMissing: () => boolean;
  /** Asks the broker once more: it may have let documents go, see `documentWatch`. */
  readonly refresh: () => void;
  /** They are gone. */
  readonly conclude: () => void;
};

export function rollCall({ isMissing, refresh, conclude }: RollCallContext): RollCall {
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  const after = (ms: number, look: () => void): void => {
    timer = setTimeout(() => {
      timer = undefined;
      if (isMissing()) look();
    }, ms);
  };
  return {
    begin() {
      stop();
      after(rollCallMs, () => {
        refresh();
        after(concludeMs, conclude);
      });
    },
    heard: () => void timer?.refresh(),
    stop,
  };
}
