import { joinBytes } from './join-bytes.ts';
import type { Request } from './rtu-frame.ts';

/** Transaction, protocol, length, unit. Source: Modbus messaging on TCP/IP V1.0b, 3.1.3. */
const headerLength = 7;
const longestBody = 254;

export function mbapFrame(transaction: number, unit: number, pdu: Uint8Array): Uint8Array {
  const length = pdu.length + 1;
  return Uint8Array.of(transaction >>> 8, transaction & 0xff, 0, 0, length >>> 8, length & 0xff, unit, ...pdu);
}

export type MbapReceiver = {
  /** Bytes in any cuts. `undefined`: this is not Modbus TCP, and nothing can be found in it any more. */
  push(bytes: Uint8Array): Request[] | undefined;
};

export function mbapReceiver(): MbapReceiver {
  let held: Uint8Array = new Uint8Array(0);
  return {
    push(bytes) {
      held = joinBytes(held, bytes);
      const found: Request[] = [];
      while (held.length >= headerLength) {
        const view = new DataView(held.buffer, held.byteOffset);
        const length = view.getUint16(4);
        if (view.getUint16(2) !== 0 || length < 2 || length > longestBody) return undefined;
        if (held.length < 6 + length) break;
        found.push({
          transaction: view.getUint16(0),
          unit: view.getUint8(6),
          pdu: held.slice(headerLength, 6 + length),
        });
        held = held.slice(6 + length);
      }
      return found;
    },
  };
}
