import { exceptionPdu } from './answer-request.ts';

/** An answer on its way to the wire. */
export type Answer = {
  readonly unit: number;
  /** Function code and data. */
  readonly pdu: Uint8Array;
  /** How long the device takes before the first byte. */
  readonly afterMs: number;
  /** What the line does to the finished frame. */
  readonly onWire?: (frame: Uint8Array) => Uint8Array;
};

/** What goes wrong with a perfectly good answer; `undefined` is silence. Plain functions: no clock, no randomness. */
export type Fault = (answer: Answer) => Answer | undefined;

export const silence: Fault = () => undefined;

/** The device takes its time; with more than the master's patience this is a late answer. */
export const delay =
  (ms: number): Fault =>
  (answer) => ({ ...answer, afterMs: answer.afterMs + ms });

/** Only the first `keep` bytes of the frame arrive. */
export const truncate = (keep: number): Fault => onWire((frame) => frame.subarray(0, keep));

/** One bit of the frame arrives wrong; the check sum is that of the right frame. */
export const flipBit = (byte: number, bit: number): Fault =>
  onWire((frame) => frame.map((b, i) => (i === byte ? b ^ (1 << bit) : b)));

/** A well-formed answer in the name of another unit. */
export const foreignUnit =
  (unit: number): Fault =>
  (answer) => ({ ...answer, unit });

/** The device refuses with this exception code. */
export const exception =
  (code: number): Fault =>
  (answer) => ({ ...answer, pdu: exceptionPdu(answer.pdu[0] ?? 0, code) });

/** These bytes arrive in place of the frame. */
export const garbage = (bytes: Uint8Array): Fault => onWire(() => bytes);

/** These bytes arrive ahead of the frame. */
export const noiseBefore = (bytes: Uint8Array): Fault => onWire((frame) => Uint8Array.of(...bytes, ...frame));

/** Plays a script, one fault per answer, then behaves. `undefined` is one good answer. */
export function scripted(...faults: readonly (Fault | undefined)[]): Fault {
  const left = [...faults];
  return (answer) => (left.shift() ?? good)(answer);
}

const good: Fault = (answer) => answer;

const onWire =
  (spoil: (frame: Uint8Array) => Uint8Array): Fault =>
  (answer) => ({ ...answer, onWire: (frame) => spoil(answer.onWire?.(frame) ?? frame) });
