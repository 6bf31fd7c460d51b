import { crc16 } from './crc16.ts';
import { joinBytes } from './join-bytes.ts';

/** One request as it came off a wire. */
export type Request = { readonly unit: number; readonly pdu: Uint8Array; readonly transaction?: number };

/** Longest RTU frame. Source: Modbus over serial line V1.02, 2.5.1. */
const longest = 256;

export function rtuFrame(unit: number, pdu: Uint8Array): Uint8Array {
  const body = Uint8Array.of(unit, ...pdu);
  const crc = crc16(body);
  return Uint8Array.of(...body, crc & 0xff, crc >>> 8);
}

export type RtuReceiver = {
  /** Bytes as they come, in any cuts. Returns the requests that are complete. */
  push(bytes: Uint8Array): Request[];
  /** The line has been quiet: what is left is a whole frame of a function we do not know, or noise. */
  idle(): Request[];
  /** Bytes that belonged to no frame. */
  discarded(): number;
};

/**
 * Finds requests in a stream that may hold noise: the first place where a frame of fitting length has a right check
 * sum is a frame, whatever stood before it.
 */
export function rtuReceiver(): RtuReceiver {
  let held: Uint8Array = new Uint8Array(0);
  let discarded = 0;
  const drop = (count: number): void => {
    discarded += count;
    held = held.subarray(count);
  };
  const take = (from: number, length: number): Request => {
    drop(from);
    const request = { unit: held[0] ?? 0, pdu: held.slice(1, length - 2) };
    held = held.slice(length);
    return request;
  };
  return {
    push(bytes) {
      held = joinBytes(held, bytes);
      const found: Request[] = [];
      for (let at = 0; at < held.length; at++) {
        const length = requestLength(held, at);
        if (length === undefined || !isSound(held.subarray(at, at + length), length)) continue;
        found.push(take(at, length));
        at = -1;
      }
      if (held.length > longest) drop(held.length - longest);
      return found;
    },
    idle() {
      const found = isSound(held, held.length) ? [take(0, held.length)] : [];
      drop(held.length);
      return found;
    },
    discarded: () => discarded,
  };
}

/** Length of the request that would begin at `at`; `undefined` where the function or the byte count is not known. */
function requestLength(bytes: Uint8Array, at: number): number | undefined {
  const code = bytes[at + 1] ?? 0;
  if (code >= 1 && code <= 6) return 8;
  const count = bytes[at + 6];
  return (code === 15 || code === 16) && count !== undefined ? 9 + count : undefined;
}

function isSound(frame: Uint8Array, length: number): boolean {
  if (length < 4 || frame.length < length) return false;
  const body = frame.subarray(0, length - 2);
  const crc = crc16(body);
  return frame[length - 2] === (crc & 0xff) && frame[length - 1] === crc >>> 8;
}
