import { Encoder } from 'cbor-x/index-no-eval';
import { FengsuiError } from '../model/errors.ts';
import { type CborLimits, guardCbor, messageLimits } from './cbor-guard.ts';

/** What our messages are made of. Integers stay below 2^53. */
export type Cbor = null | boolean | number | string | Uint8Array | readonly Cbor[] | ReadonlyMap<Cbor, Cbor>;

const codec = new Encoder({ useRecords: false, mapsAsObjects: false, tagUint8Array: false });

export const encodeCbor = (value: Cbor): Uint8Array => Uint8Array.from(codec.encode(value));

/** @throws FengsuiError PROTOCOL for anything but one complete, modest, plain CBOR value. */
export function decodeCbor(bytes: Uint8Array, limits: CborLimits = messageLimits): unknown {
  guardCbor(bytes, limits);
  try {
    return codec.decode(bytes);
  } catch (cause) {
    throw new FengsuiError('PROTOCOL', 'CBOR cannot be decoded', { cause });
  }
}
