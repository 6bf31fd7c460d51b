import { decodeCbor, encodeCbor } from './cbor.ts';
import { fieldsOf, isCount, isList, mapOf } from './parse.ts';

/** What an application has taken for good: it moves the gateway's cursor, so it is signed like a command. */
export type Receipt = {
  readonly log: number;
  readonly ranges: readonly (readonly [number, number])[];
  /** The longest time between an alarm's arrival at the application and its being taken for good, ms. */
  readonly heldMs?: number;
};

const key = { log: 1, ranges: 2, heldMs: 3 } as const;

/** Checked against docs/contract/fengsui.cddl. */
export { key as receiptKeys };

export const encodeReceipt = (r: Receipt): Uint8Array =>
  encodeCbor(
    mapOf([
      [key.log, r.log],
      [key.ranges, r.ranges],
      [key.heldMs, r.heldMs],
    ]),
  );

/** @throws FengsuiError PROTOCOL */
export function decodeReceipt(bytes: Uint8Array): Receipt {
  const fields = fieldsOf(decodeCbor(bytes), 'receipt');
  const ranges = fields.list(key.ranges).flatMap((raw): (readonly [number, number])[] => {
    const [from, to] = isList(raw) ? raw : [];
    return isCount(from) && isCount(to) && from <= to ? [[from, to]] : [];
  });
  return {
    log: fields.count(key.log),
    ranges,
    ...(fields.has(key.heldMs) && { heldMs: fields.count(key.heldMs) }),
  };
}
