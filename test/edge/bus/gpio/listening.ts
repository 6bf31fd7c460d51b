import type { Level, LinesListener } from '../../../../edge/bus/gpio/lines.ts';
import type { Log } from '../../../../edge/platform/log.ts';

/** Keeps what a listener is told, and lets a test await the next thing that fits. */
export function listening() {
  const levels: Level[] = [];
  const health: (string | undefined)[] = [];
  let waiters: (() => void)[] = [];
  const wake = (): void => {
    const woken = waiters;
    waiters = [];
    for (const go of woken) go();
  };
  const listener: LinesListener = {
    level(level) {
      levels.push(level);
      wake();
    },
    health(problem) {
      health.push(problem);
      wake();
    },
  };
  return {
    listener,
    levels,
    health,
    /** Resolves once `fits` holds; looked at whenever something is told. */
    async until(fits: () => boolean): Promise<void> {
      while (!fits()) await new Promise<void>((go) => waiters.push(go));
    },
    /** The levels told so far as text, e.g. `call:on`. */
    told: (): string[] => levels.map(({ name, active }) => `${name}:${active ? 'on' : 'off'}`),
  };
}

export const quietLog: Log = { info() {}, warn() {}, child: () => quietLog };
