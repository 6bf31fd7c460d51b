import { type Millis, millis } from '../../../sdk/model/time.ts';
import { longestQuiet } from '../modbus/quiet-time.ts';
import type { Block } from '../reading.ts';

/** What requests take of a line's time. */
export type LineCost = {
  /** Bus time of one read, from its first bit until the next request may begin. */
  readonly read: (block: Block) => Millis;
  /** Bus time of asking somebody who does not answer, at most. */
  readonly dead: (block: Block) => Millis;
};

/** How characters travel on a serial line. */
export type Framing = {
  readonly baud: number;
  readonly parity: 'none' | 'even' | 'odd';
  readonly stopBits: 1 | 2;
};

export type SerialTiming = {
  /** From the end of a request to the first byte of its answer; counted as the frame gap where it is less. */
  readonly turnaround: Millis;
  /** How long a device may take to begin its answer before it is given up. */
  readonly timeout: Millis;
  /** Silence kept after a time-out; counted as {@link longestQuiet} where it is less, since that may be learnt. */
  readonly quiet: Millis;
};

/** Modbus RTU: unit, function, address (2), count (2), CRC (2). MODBUS over Serial Line V1.02, clause 2.5.1. */
const requestCharacters = 8;
/** Of an answer besides its data: unit, function, length, CRC (2). */
const answerFrame = 5;

/**
/**
 * What the gateway, its serial driver and the system take of the line for each request, beyond what the line itself
 * needs: from the last byte of an answer until it is read, and from the end of the silence until the next request
 * leaves. 0.26 to 0.45 ms were seen on a pty on two cores of a server (`npm run bench -- plan`). An adapter that holds
 * answers back, as USB ones may for up to 16 ms, adds to the turnaround and not to this.
 */
export const ownTime = millis(0.35);

/**
 * Modbus RTU on a serial line. A read costs request, turnaround, answer, frame gap and the gateway's own time. Nobody is
 * given up before the answer could be over: an adapter may hand it over in one piece.
 */
export function serialCost(line: Framing, timing: SerialTiming): LineCost {
  const character = characterTime(line);
  const gap = frameGap(line);
  const request = requestCharacters * character;
  const turnaround = Math.max(timing.turnaround, gap);
  const given = request + timing.timeout + Math.max(timing.quiet, longestQuiet);
  const answer = (block: Block): number => (answerFrame + dataBytes(block)) * character;
  return {
    read: (block) => millis(request + turnaround + answer(block) + gap + ownTime),
    dead: (block) => millis(given + answer(block)),
  };
}

/** Modbus TCP: a read is one round trip whatever its length, and no silence follows a time-out. */
export function tcpCost(timing: { readonly roundTrip: Millis; readonly timeout: Millis }): LineCost {
  return { read: () => timing.roundTrip, dead: () => timing.timeout };
}

/** One character on the line: a start bit, 8 data bits, parity if any, stop bits. */
export function characterTime({ baud, parity, stopBits }: Framing): Millis {
  return millis(((1 + 8 + (parity === 'none' ? 0 : 1) + stopBits) * 1_000) / baud);
}

/** Silence between frames: 3.5 characters; 1.75 ms above 19,200 baud (MODBUS over Serial Line V1.02, clause 2.5.1.1). */
export function frameGap(line: Framing): Millis {
  return line.baud > 19_200 ? millis(1.75) : millis(3.5 * characterTime(line));
}

const dataBytes = ({ table, count }: Block): number =>
  table === 'coil' || table === 'discrete' ? Math.ceil(count / 8) : 2 * count;
