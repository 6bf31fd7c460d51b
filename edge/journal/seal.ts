import { crc32c } from './crc32c.ts';

const crcBytes = 4;

/** `body` with the checksum of `label` and `body` behind it: a body that was damaged, or swapped with another's, is seen. */
export function seal(label: string, body: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(body.length + crcBytes);
  sealed.set(body);
  new DataView(sealed.buffer).setUint32(body.length, checksum(label, body), true);
  return sealed;
}

/** A copy of the body, or undefined when it is not what `seal` made for this label. */
export function unseal(label: string, sealed: unknown): Uint8Array | undefined {
  if (!(sealed instanceof Uint8Array) || sealed.length < crcBytes) return undefined;
  const end = sealed.length - crcBytes;
  const body = new Uint8Array(sealed.subarray(0, end)); // a copy: SQLite's buffer may be a view of a larger one
  const crc = new DataView(sealed.buffer, sealed.byteOffset + end, crcBytes).getUint32(0, true);
  return crc === checksum(label, body) ? body : undefined;
}

export const checksum = (label: string, body: Uint8Array = new Uint8Array()): number =>
  crc32c(body, crc32c(new TextEncoder().encode(label)));
