import type { Answer, Fault } from '../modbus/faults.ts';
import type { Request } from '../modbus/rtu-frame.ts';

/** What an answer belongs to. */
export type Exchange = {
  readonly request: Request;
  /** End of the request, in ms on the clock of the line. */
  readonly at: number;
  /** The same row of numbers in [0, 1) for the same seed. */
  readonly random: () => number;
  /** What any device of the line would answer, without unit and CRC; `undefined` where it would be silent. */
  readonly answerOf: (unit: number, pdu: Uint8Array) => Uint8Array | undefined;
};

/** What goes wrong with a perfectly good answer. None is silence; several follow each other or collide. */
export type LineFault = (answer: Answer, exchange: Exchange) => readonly Answer[];

/** A fault that needs to know nothing but the answer. */
export const lineFault =
  (fault: Fault): LineFault =>
  (answer) => {
    const spoiled = fault(answer);
    return spoiled === undefined ? [] : [spoiled];
  };

export const good: LineFault = (answer) => [answer];
export const mute: LineFault = () => [];

/** Sixteen bits in a row from this one on are inverted: the longest burst that CRC-16 is sure to see. */
export const burst = (bit: number): LineFault =>
  onWire((frame) =>
    frame.map((byte, i) => {
      const shift = i * 8 - bit; // of this byte inside the burst; its first bit is its lowest
      if (shift <= -8 || shift >= 16) return byte;
      const from = Math.max(0, -shift);
      const to = Math.min(8, 16 - shift);
      return byte ^ (((1 << to) - 1) & ~((1 << from) - 1));
    }),
  );

/** Sound bytes, and after them the frame without a pause. */
export const noiseBefore = (...bytes: readonly number[]): LineFault =>
  onWire((frame) => Uint8Array.of(...bytes, ...frame));

/** The frame, and `ms` after the request ended bytes that belong to nothing. */
export const noiseAfter =
  (ms: number, ...bytes: readonly number[]): LineFault =>
  (answer) => [answer, { ...answer, afterMs: ms, onWire: () => Uint8Array.from(bytes) }];

/** The answer that another device would give to this request comes in its name instead, as a late one might. */
export const foreignUnit =
  (unit: number): LineFault =>
  (answer, { request, answerOf }) => {
    const pdu = answerOf(unit, request.pdu);
    return pdu === undefined ? [] : [{ ...answer, unit, pdu }];
  };

/**
 * The device answers for an address that lies `shift` beside, with as many registers: nothing in the frame tells.
 * No master can see this one; it shows what two agreeing reads and identity registers are for.
 */
export const foreignBlock =
  (shift: number): LineFault =>
  (answer, { request, answerOf }) => {
    const asked = Uint8Array.from(request.pdu);
    const view = new DataView(asked.buffer);
    view.setUint16(1, (view.getUint16(1) + shift) & 0xffff);
    const pdu = answerOf(request.unit, asked);
    return pdu === undefined ? [] : [{ ...answer, pdu }];
  };

/** The good answer comes `ms` later, whatever was asked meanwhile. */
export const late =
  (ms: number): LineFault =>
  (answer) => [{ ...answer, afterMs: answer.afterMs + ms }];

/** The answer comes twice, the second time `ms` after the request ended. */
export const repeated =
  (ms: number): LineFault =>
  (answer) => [answer, { ...answer, afterMs: ms }];

/** Only in this part of the answers; the others are good. */
export const sometimes =
  (share: number, fault: LineFault): LineFault =>
  (answer, exchange) =>
    exchange.random() < share ? fault(answer, exchange) : [answer];

/** One after the other, once each, and then good. */
export function inTurn(...faults: readonly LineFault[]): LineFault {
  const left = [...faults];
  return (answer, exchange) => (left.shift() ?? good)(answer, exchange);
}

/** One of these, drawn anew for each answer. */
export const oneOf =
  (...faults: readonly LineFault[]): LineFault =>
  (answer, exchange) =>
    (faults[Math.floor(exchange.random() * faults.length)] ?? good)(answer, exchange);

const onWire =
  (spoil: (frame: Uint8Array) => Uint8Array): LineFault =>
  (answer) => [{ ...answer, onWire: (frame) => spoil(answer.onWire?.(frame) ?? frame) }];
