import { longestFrame } from './rtu-frame.ts';

/** What was received and not yet understood. Two frames long: a flood costs no memory, and pushes out the oldest bytes. */
export type Inbox = {
  readonly bytes: Buffer;
  length(): number;
  /** Takes at most {@link longestFrame} bytes. */
  append(chunk: Buffer, start: number, end: number): void;
  /** Forgets the first bytes, up to, not with, `end`. */
  dropTo(end: number): void;
  clear(): void;
};

export function inbox(): Inbox {
  const bytes = Buffer.alloc(2 * longestFrame);
  let length = 0;
  const dropTo = (end: number): void => {
    bytes.copyWithin(0, end, length);
    length -= end;
  };
  return {
    bytes,
    length: () => length,
    append(chunk, start, end) {
      if (length + end - start > bytes.length) dropTo(length - longestFrame);
      length += chunk.copy(bytes, length, start, end);
    },
    dropTo,
    clear: () => {
      length = 0;
    },
  };
}
