import type { Line, LinkListener } from '../../edge/bus/modbus/link.ts';

export type LinkParts = {
  readonly line: Line;
  readonly listener: LinkListener;
  /** What the listener was told, with what it was told of it: words, exception, code of the error, unit. */
  readonly told: readonly string[];
  /** Of each answer. */
  readonly turnarounds: readonly number[];
  readonly written: readonly Buffer[];
  readonly flushes: () => number;
};

/** A line that keeps what is written, and a listener that keeps what it is told. */
export function linkParts(): LinkParts {
  const told: string[] = [];
  const turnarounds: number[] = [];
  const written: Buffer[] = [];
  let flushes = 0;
  const line: Line = {
    write: (bytes) => void written.push(Buffer.from(bytes)),
    flush: () => {
      flushes++;
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
  const listener: LinkListener = {
    answered(words, turnaround) {
      told.push(`answered ${words.join(' ')}`);
      turnarounds.push(turnaround);
    },
    refused: (exception) => void told.push(`refused ${exception}`),
    failed: (error) => void told.push(error.code),
    late: (unit) => void told.push(`late ${unit}`),
    foreign: (unit) => void told.push(`foreign ${unit}`),
    broken: () => void told.push('broken'),
  };
  return { told, turnarounds, written, line, listener, flushes: () => flushes };
}
