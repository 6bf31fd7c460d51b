import type { Clock } from '../../platform/clock.ts';
import type { BackendEvents, WantedLine } from './line-backend.ts';

/** What a board has reported about its inputs. */
export type FirmataInputs = {
  /** Ports that carry at least one input. */
  readonly ports: readonly number[];
  level(index: number): boolean | undefined;
  take(port: number, bits: number): void;
  /** From now on every change is told; what is known already is told at once. */
  start(): void;
};

export function firmataInputs(lines: readonly WantedLine[], events: BackendEvents, clock: Clock): FirmataInputs {
  const known = new Map<number, number>();
  let isStarted = false;
  const ports = [...new Set(lines.filter(({ direction }) => direction === 'in').map(({ offset }) => offset >> 3))];
  const tell = (port: number, bits: number, before: number | undefined): void => {
    for (const [index, line] of lines.entries()) {
      if (line.direction !== 'in' || line.offset >> 3 !== port) continue;
      const active = levelIn(line, bits);
      if (before === undefined || levelIn(line, before) !== active) events.level(index, active, clock.mono());
    }
  };
  return {
    ports,
    level(index) {
      const line = lines[index];
      const bits = line && known.get(line.offset >> 3);
      return line && bits !== undefined ? levelIn(line, bits) : undefined;
    },
    take(port, bits) {
      const before = known.get(port);
      known.set(port, bits);
      if (isStarted) tell(port, bits, before);
    },
    start() {
      isStarted = true;
      for (const [port, bits] of known) tell(port, bits, undefined);
    },
  };
}

const levelIn = (line: WantedLine, bits: number): boolean =>
  ((bits >> (line.offset & 7)) & 1) === (line.activeLow ? 0 : 1);
