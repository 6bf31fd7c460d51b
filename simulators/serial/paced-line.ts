import { faultOf } from './fault-orders.ts';
import type { LineStats } from './line-stats.ts';
import { openPty, type Pty } from './open-pty.ts';
import { type PacedDevices, pacedDevices } from './paced-devices.ts';
import type { PacedLineOrder, PacedLineSettings } from './paced-line-options.ts';
import { type SerialLine, serialLine } from './serial-line.ts';
import { type SpinClock, spinClock } from './spin-clock.ts';

/** As {@link LineStats}, and how far they may be trusted. */
export type PacedLineStats = LineStats & {
  /**
   * Requests of which it cannot be said whether they kept the silence: the process was held up, nobody looked when the
   * silence ended, and when somebody did they were there. They do not count as violations.
   */
  readonly unjudged: number;
  /** Longest time between two looks at the port while the line was in use, in ms. */
  readonly blindMs: number;
};

export type PacedLine = AsyncDisposable & {
  readonly path: string;
  readonly stats: () => PacedLineStats;
  readonly obey: (order: PacedLineOrder) => void;
};

/**
 * A serial line with real wire time behind a pty. What the program writes there arrives at once; from that moment the
 * line makes it take its time. While the line is in use it takes a whole core, so that it is exact to some 10 µs.
 * The kernel hands bytes over between two programs by a worker, some 0.1 ms each way, which counts as silence on the
 * line. The speed of the program's port is seen, and a wrong one garbles; its parity cannot be seen.
 */
export async function pacedLine(settings: PacedLineSettings): Promise<PacedLine> {
  const clock = spinClock();
  const pty = await openPty(settings.path);
  const devices = pacedDevices(settings);
  const line = serialLine({ ...settings, clock, slaves: devices.slaves });
  let usedAt = clock.mono();
  const adapter = line.connect({
    received(chunk) {
      pty.write(chunk);
      usedAt = clock.mono();
    },
    lost: () => undefined,
  });
  const look = looker({
    pty,
    line,
    clock,
    write(bytes) {
      adapter.write(bytes);
      usedAt = clock.mono();
    },
  });
  const life = new AbortController();
  const over = spin({
    clock,
    pty,
    look: look.look,
    usedAt: () => (settings.spin ? clock.mono() : usedAt),
    signal: life.signal,
  });
  return {
    path: pty.path,
    stats: () => ({ ...line.stats(), ...look.trust() }),
    obey: (order) => obey(order, { line, pty, devices, look }),
    async [Symbol.asyncDispose]() {
      life.abort();
      await over;
      pty[Symbol.dispose]();
    },
  };
}

type Looker = {
  /** @param wasAwake whether nothing was to keep it from looking since the last time. */
  readonly look: (wasAwake: boolean) => void;
  readonly trust: () => Pick<PacedLineStats, 'unjudged' | 'blindMs'>;
  forget(): void;
};

type Sight = {
  readonly pty: Pty;
  readonly line: SerialLine;
  readonly clock: SpinClock;
  readonly write: (bytes: Uint8Array) => void;
};

/** Who looked so shortly before saw the request come. */
const glanceMs = 0.2;

/** When somebody looked in vain, when the request was found, and from when on it keeps the silence; in ms. */
export type Sighting = { readonly lookedAt: number; readonly foundAt: number; readonly freeAt: number };

/**
 * Whether a request may have come on either side of the end of the silence. What is found before that end came before:
 * that it broke the silence is certain, however long nobody looked.
 */
export const isUncertain = ({ lookedAt, foundAt, freeAt }: Sighting): boolean =>
  foundAt - lookedAt >= glanceMs && lookedAt < freeAt && freeAt <= foundAt;

function looker({ pty, line, clock, write }: Sight): Looker {
  const inbox = Buffer.alloc(4_096);
  let lookedAt = clock.mono();
  let trust = { unjudged: 0, blindMs: 0 };
  return {
    look(wasAwake) {
      clock.tick();
      const count = pty.read(inbox);
      const now = clock.mono();
      if (wasAwake) trust.blindMs = Math.max(trust.blindMs, now - lookedAt);
      if (count > 0) {
        if (isUncertain({ lookedAt, foundAt: now, freeAt: line.freeAt() })) trust.unjudged++;
        line.setMaster({ baud: pty.baud() });
        write(Uint8Array.from(inbox.subarray(0, count)));
      }
      lookedAt = now;
    },
    trust: () => trust,
    forget: () => {
      trust = { unjudged: 0, blindMs: 0 };
    },
  };
}

type Spinning = {
  readonly clock: SpinClock;
  readonly pty: Pty;
  readonly look: (wasAwake: boolean) => void;
  /** When something last went over the port. */
  readonly usedAt: () => number;
  readonly signal: AbortSignal;
};

/** After so long without a byte the loop sleeps between looks. */
const wakefulMs = 50;
/** How long it spins before the process may do something else, such as hearing its parent. */
const sliceMs = 4;
/** It is awake again so long before somebody is due. */
const aheadMs = 2;

async function spin({ clock, pty, look, usedAt, signal }: Spinning): Promise<void> {
  let wasAwake = false;
  while (!signal.aborted) {
    const until = clock.mono() + sliceMs;
    do {
      look(wasAwake);
      wasAwake = true;
    } while (clock.mono() < until);
    const sleepMs = Math.min(wakefulMs, clock.nextDue() - aheadMs - clock.mono());
    wasAwake = sleepMs < 1 || clock.mono() - usedAt() < wakefulMs;
    await (wasAwake ? new Promise((turn) => setImmediate(turn)) : pty.readable(sleepMs));
  }
}

type Obeying = { readonly line: SerialLine; readonly pty: Pty; readonly devices: PacedDevices; readonly look: Looker };

function obey(order: PacedLineOrder, { line, pty, devices, look }: Obeying): void {
  switch (order.do) {
    case 'reset-stats':
      line.resetStats();
      return look.forget();
    case 'set':
      return devices.set(order.unit, order.address, order.value);
    case 'mute':
      return line.mute(order.unit, order.ms);
    case 'brown-out':
      return line.brownOut(order.unit, order.ms);
    case 'misbehave':
      return line.misbehave(order.unit, faultOf(order.fault));
    case 'behave':
      return line.behave(order.unit);
    case 'unplug':
      return pty.unplug();
    case 'plug':
      return pty.plug();
  }
}
