/** How characters are sent on a line; always eight data bits. */
export type Framing = {
  /** Bits a second. */
  readonly baud: number;
  readonly parity: 'none' | 'even' | 'odd';
  readonly stopBits: 1 | 2;
};

/** One start bit, eight data bits, parity where there is one, stop bits. */
export function characterMs({ baud, parity, stopBits }: Framing): number {
  return ((1 + 8 + (parity === 'none' ? 0 : 1) + stopBits) * 1_000) / baud;
}

/** Silence that tells frames apart: 3.5 characters, fixed above 19,200 baud. Source: Modbus over serial line V1.02, 2.5.1.1. */
export const frameSilenceMs = (framing: Framing): number => (framing.baud > 19_200 ? 1.75 : 3.5 * characterMs(framing));

/** Longest silence inside a frame: 1.5 characters, fixed above 19,200 baud. Source: as above. */
export const innerSilenceMs = (framing: Framing): number => (framing.baud > 19_200 ? 0.75 : 1.5 * characterMs(framing));

/** Up to this difference of speed a receiver still samples inside the bits: half a bit in ten. */
const speedTolerance = 0.04;

/**
 * What a receiver makes of bytes that were sent with another framing. At another speed it gets other bytes, more or
 * fewer; with another parity it loses those whose last bits do not fit, as a driver does that drops framing errors.
 */
export function misheard(bytes: Uint8Array, from: Framing, to: Framing, random: () => number): Uint8Array {
  if (Math.abs(from.baud - to.baud) > speedTolerance * from.baud) {
    const count = Math.max(1, Math.round((bytes.length * to.baud) / from.baud / 2));
    return Uint8Array.from({ length: count }, () => Math.floor(random() * 256));
  }
  if (from.parity === to.parity) return bytes;
  if (from.parity !== 'none' && to.parity !== 'none') return new Uint8Array(0);
  // Where one side has no parity bit, its stop bit of level 1 stands where the other has it, or looks for it.
  const parity = from.parity === 'none' ? to.parity : from.parity;
  return bytes.filter((byte) => parityBit(byte, parity) === 1);
}

function parityBit(byte: number, parity: Framing['parity']): number {
  let ones = 0;
  for (let rest = byte; rest > 0; rest >>>= 1) ones += rest & 1;
  return (ones & 1) ^ (parity === 'odd' ? 1 : 0);
}
