import { Encoder } from 'cbor-x/index-no-eval';
import { type CborLimits, messageLimits } from './cbor-limits.ts';
import { readCbor } from './cbor-read.ts';

/** What our messages are made of. Integers stay below 2^53. */
export type Cbor = null | boolean | number | string | Uint8Array | readonly Cbor[] | ReadonlyMap<Cbor, Cbor>;

const codec = new Encoder({ useRecords: false, mapsAsObjects: false, tagUint8Array: false });

export const encodeCbor = (value: Cbor): Uint8Array => Uint8Array.from(codec.encode(value));

/** @throws FengsuiError PROTOCOL for anything but one complete, modest, plain CBOR value. */
export const decodeCbor = (bytes: Uint8Array, limits: CborLimits = messageLimits): unknown => readCbor(bytes, limits);
