import { seededRandom } from '../water/seeded-random.ts';
import { characterMs, type Framing, frameSilenceMs, innerSilenceMs, misheard } from './framing.ts';
import type { LineFault } from './line-faults.ts';
import { type LineSlave, slavesOf } from './line-slave.ts';
import { type LineStats, lineCounts } from './line-stats.ts';
import { type MasterPort, masterPort } from './master-port.ts';
import { clockError } from './request-ear.ts';
import { type Noise, slaveSide } from './slave-side.ts';
import { type LineClock, type Piece, type Speaker, wire } from './wire.ts';

export type SerialLineOptions = Framing & {
  readonly clock: LineClock;
  /** Devices may be added and removed while it runs. */
  readonly slaves: ReadonlyMap<number, LineSlave>;
  /** Of everything that is drawn; 1 unless given. */
  readonly seed?: number;
  /** How the master's adapter hands over what comes: each byte when it is over, or all when the frame is over (default). */
  readonly chunk?: 'byte' | 'frame';
  /** The master's adapter hears what it sends. */
  readonly echo?: boolean;
  readonly noise?: Noise;
};

export type SerialLine = Pick<MasterPort, 'connect' | 'unplug' | 'plug'> & {
  /** How the master's adapter is set; as the line unless told. With another speed or parity both sides mishear. */
  readonly setMaster: (framing: Partial<Framing>) => void;
  /** The device is silent for so long. */
  readonly mute: (unit: number, ms: number) => void;
  /** As `mute`, and the registers are as after power-up. */
  readonly brownOut: (unit: number, ms: number) => void;
  readonly misbehave: (unit: number, fault: LineFault) => void;
  readonly behave: (unit: number) => void;
  /** When a request may begin that keeps the silence between frames. */
  readonly freeAt: () => number;
  readonly stats: () => LineStats;
  /** All counts begin again at zero. */
  readonly resetStats: () => void;
};

/**
 * A two-wire RS-485 line on which every byte takes its time, with one master, and slaves that may be strict, slow, deaf,
 * doubled or faulty. Addresses without a slave are silent. Everything follows from the clock, the seed and what the
 * master does: on a clock that is moved by hand, each run is the same.
 */
export function serialLine(options: SerialLineOptions): SerialLine {
  const { clock, echo = false, chunk: pieces = 'frame', noise } = options;
  const random = seededRandom(options.seed ?? 1);
  const slaves = slavesOf({ slaves: options.slaves, silenceMs: frameSilenceMs(options), random });
  const medium = wire({ clock, pieces, heard: (piece) => hear(piece) });
  let counts = lineCounts(clock);
  let before = { collisions: 0, busyMs: 0, unreadable: 0 };
  let masters: Framing = options;
  const side = slaveSide({ clock, framing: options, slaves, medium, random, noise, counts: () => counts });
  const mouth = masterMouth(options, {
    speak: (by, bytes) => medium.speak(by, bytes, { at: clock.mono(), characterMs: characterMs(masters) }),
    line: () => ({ frame: medium.lastFrameEnd(), sound: medium.lastSoundEnd(), isTaken: medium.slaveSpeaks() }),
    begins(gap, at) {
      if (gap !== undefined) counts.gap(gap, frameSilenceMs(options));
      side.masterBegins(at);
    },
  });
  const port = masterPort({
    clock,
    echo,
    speak: mouth.speak,
    understand: (bytes) => misheard(bytes, options, masters, random),
  });
  const hear = (piece: Piece): void => {
    port.hear(piece);
    const said = mouth.said(piece);
    if (said) side.hear(misheard(said.bytes, masters, options, random), said);
  };
  const sums = () => ({ collisions: medium.collisions(), busyMs: medium.busyMs(), unreadable: side.unreadable() });
  return {
    connect: port.connect,
    unplug: port.unplug,
    plug: port.plug,
    setMaster: (framing) => {
      masters = { ...masters, ...framing };
    },
    mute: (unit, ms) => slaves.mute(unit, clock.mono() + ms),
    brownOut(unit, ms) {
      slaves.mute(unit, clock.mono() + ms);
      for (const slave of slaves.at(unit)) slave.reset?.();
    },
    misbehave: slaves.misbehave,
    behave: slaves.behave,
    freeAt: () => Math.max(medium.lastFrameEnd(), mouth.end()) + frameSilenceMs(options),
    stats() {
      const { collisions, busyMs, unreadable } = sums();
      return counts.stats({
        collisions: collisions - before.collisions,
        busyMs: busyMs - before.busyMs,
        unreadable: unreadable - before.unreadable,
      });
    },
    resetStats() {
      counts = lineCounts(clock);
      before = sums();
    },
  };
}

type Said = {
  readonly bytes: Uint8Array;
  readonly end: number;
  readonly silenceMs: number;
  readonly isGoingOn: boolean;
};

type MouthParts = {
  readonly speak: (by: Speaker, bytes: Uint8Array) => { start: number; end: number };
  readonly line: () => { readonly frame: number; readonly sound: number; readonly isTaken: boolean };
  /** `gap`: the silence before, where it is for the master to keep. */
  readonly begins: (gap: number | undefined, at: number) => void;
};

type Mouth = {
  readonly speak: (bytes: Uint8Array) => void;
  /** When the master's last byte ends. */
  readonly end: () => number;
  /** What the master has said when this piece was the last of it. */
  readonly said: (piece: Piece) => Said | undefined;
};

/** Puts the master's bytes on the wire one write after the other, and measures the silence before each. */
function masterMouth(framing: Framing, { speak, line, begins }: MouthParts): Mouth {
  const master: Speaker = { role: 'master' };
  const innerMs = innerSilenceMs(framing);
  const speeches: { readonly bytes: number[]; readonly silenceMs: number }[] = [];
  let end = Number.NEGATIVE_INFINITY;
  return {
    speak(bytes) {
      const { frame, sound, isTaken } = line();
      const times = speak(master, bytes);
      const goesOn = times.start - end < innerMs + clockError && end >= frame;
      // Who talks into an answer has not cut a silence short: that is a collision.
      begins(isTaken || goesOn ? undefined : times.start - Math.max(frame, end), times.start);
      speeches.push({ bytes: [], silenceMs: isTaken ? 0 : times.start - Math.max(sound, end) });
      end = times.end;
    },
    end: () => end,
    said(piece) {
      const speech = speeches[0];
      if (piece.by !== master || speech === undefined) return undefined;
      speech.bytes.push(...piece.bytes);
      if (!piece.last) return undefined;
      speeches.shift();
      return {
        bytes: Uint8Array.from(speech.bytes),
        end: piece.end,
        silenceMs: speech.silenceMs,
        isGoingOn: speeches.length > 0,
      };
    },
  };
}
