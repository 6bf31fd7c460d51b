import { FengsuiError } from '../../sdk/model/errors.ts';
import type { LineClock, Piece } from './wire.ts';

/** What the adapter tells the master. After `lost` it is silent. */
export type AdapterListener = { received(chunk: Buffer): void; lost(why: Error): void };

/** The master's end of the line. */
export type Adapter = {
  readonly write: (bytes: Uint8Array) => void;
  /** Drops what came and was not handed over. */
  readonly flush: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export type MasterPort = {
  /** @throws FengsuiError UNAVAILABLE while the adapter is pulled out, or another master has it. */
  readonly connect: (listener: AdapterListener) => Adapter;
  readonly unplug: (why?: Error) => void;
  readonly plug: () => void;
  /** Something is to be heard on the wire. */
  readonly hear: (piece: Piece) => void;
};

export type MasterPortOptions = {
  readonly clock: LineClock;
  /** It also hears itself; else its ear is closed while it speaks. */
  readonly echo: boolean;
  readonly speak: (bytes: Uint8Array) => void;
  /** What it makes of the bytes with its speed and parity. */
  readonly understand: (bytes: Uint8Array) => Uint8Array;
};

/** An RS-485 adapter for one master at a time. */
export function masterPort({ clock, echo, speak, understand }: MasterPortOptions): MasterPort {
  let listener: AdapterListener | undefined;
  let flushedAt = Number.NEGATIVE_INFINITY;
  let isPlugged = true;
  return {
    connect(next) {
      if (!isPlugged) throw new FengsuiError('UNAVAILABLE', 'the adapter is pulled out: plug it in');
      if (listener !== undefined) throw new FengsuiError('UNAVAILABLE', 'the line has a master: close that one first');
      listener = next;
      return {
        write: (bytes) => {
          if (listener === next && bytes.length > 0) speak(bytes);
        },
        flush: () => {
          flushedAt = clock.mono();
          return Promise.resolve();
        },
        close: () => {
          if (listener === next) listener = undefined;
          return Promise.resolve();
        },
      };
    },
    unplug(why = new Error('the adapter was pulled out')) {
      const master = listener;
      listener = undefined;
      isPlugged = false;
      master?.lost(why);
    },
    plug: () => {
      isPlugged = true;
    },
    hear(piece) {
      const isOwn = piece.by.role === 'master';
      if (isOwn && !echo) return;
      const perByte = (piece.end - piece.start) / piece.bytes.length;
      const audible = piece.bytes.filter(
        (_, i) =>
          piece.start + (i + 1) * perByte >= flushedAt &&
          (echo || !piece.clashes[i]?.some((other) => other.role === 'master')),
      );
      const bytes = isOwn ? audible : understand(audible);
      if (bytes.length > 0) listener?.received(Buffer.from(bytes));
    },
  };
}
