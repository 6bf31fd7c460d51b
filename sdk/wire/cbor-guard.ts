import { FengsuiError } from '../model/errors.ts';

export type CborLimits = {
  /** Bytes of a whole message. */
  readonly bytes: number;
  /** Nesting of arrays and maps. */
  readonly depth: number;
  /** Items in all. */
  readonly items: number;
};

/** For everything that is not a retained document: an alarm, a batch, a request, a reply. */
export const messageLimits: CborLimits = { bytes: 65_536, depth: 8, items: 40_000 };
/** For a gateway's retained documents: its state and its point table. */
export const documentLimits: CborLimits = { bytes: 1_048_576, depth: 8, items: 400_000 };

/** Tag of COSE_Sign1 (RFC 9052); every other tag is refused. */
const sign1 = 18;

/**
 * Walks over CBOR bytes from a wire before any decoder sees them, and refuses what could hurt it: other lengths
 * than announced, deep nesting, too many items, indefinite lengths, tags, bignums.
 * @throws FengsuiError PROTOCOL
 */
export function guardCbor(bytes: Uint8Array, limits: CborLimits = messageLimits): void {
  if (bytes.length > limits.bytes) refuse(`${bytes.length} bytes are more than the ${limits.bytes} allowed`, 0);
  const end = walk(bytes, limits);
  if (end !== bytes.length) refuse(`${bytes.length - end} bytes follow the end of the value`, end);
}

/** Iterative, so that hostile nesting costs no stack. Returns the offset after the first complete value. */
function walk(bytes: Uint8Array, limits: CborLimits): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const open: number[] = []; // items still missing in each open array or map
  let at = 0;
  let items = 0;
  do {
    if (++items > limits.items) refuse(`more than ${limits.items} items`, at);
    const head = readHead(view, at);
    at = head.next;
    let nested = 0;
    if (head.major === 2 || head.major === 3) at += head.value;
    else if (head.major === 4) nested = head.value;
    else if (head.major === 5) nested = head.value * 2;
    else if (head.major === 6) nested = 1;
    if (at > bytes.length || nested > bytes.length - at) refuse('it ends before it is complete', at);
    if (open.length > 0) open[open.length - 1] = (open.at(-1) ?? 0) - 1;
    if (nested > 0) {
      open.push(nested);
      if (open.length > limits.depth) refuse(`nested deeper than ${limits.depth}`, at);
    }
    while (open.at(-1) === 0) open.pop();
  } while (open.length > 0);
  return at;
}

function readHead(view: DataView, at: number): { major: number; value: number; next: number } {
  if (at >= view.byteLength) refuse('it ends before it is complete', at);
  const first = view.getUint8(at);
  const major = first >> 5;
  const info = first & 0x1f;
  const size = info < 24 ? 0 : info <= 27 ? 2 ** (info - 24) : refuse('indefinite or reserved length', at);
  if (at + 1 + size > view.byteLength) refuse('it ends before it is complete', at);
  const value = [info, ...widths][size === 0 ? 0 : Math.log2(size) + 1];
  const number = typeof value === 'function' ? value(view, at + 1) : (value ?? info);
  if (major === 6 && number !== sign1) refuse(`tag ${number} is not allowed`, at);
  if (major === 7 && info < 20) refuse(`simple value ${info} is not allowed`, at);
  if (major === 7 && info === 24) refuse('simple values in two bytes are not allowed', at);
  return { major, value: major === 7 ? 0 : number, next: at + 1 + size };
}

const widths = [
  (view: DataView, at: number): number => view.getUint8(at),
  (view: DataView, at: number): number => view.getUint16(at),
  (view: DataView, at: number): number => view.getUint32(at),
  (view: DataView, at: number): number => Number(view.getBigUint64(at)),
] as const;

function refuse(why: string, at: number): never {
  throw new FengsuiError('PROTOCOL', `CBOR refused at byte ${at}: ${why}`);
}
