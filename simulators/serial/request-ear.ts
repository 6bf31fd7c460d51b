import { type Request, rtuReceiver } from '../modbus/rtu-frame.ts';

/** A request as a slave makes it out. */
export type Heard = {
  readonly request: Request;
  /** When its last character ended. */
  readonly end: number;
};

export type RequestEar = {
  /**
   * What the master said, and how long the line had been silent before: under `silent`'s limit it goes on with the
   * burst before. Returns the requests in it, which a tolerant device takes at once.
   */
  readonly hear: (bytes: Uint8Array, times: { end: number; silenceMs: number }) => Heard[];
  /**
   * The line was silent long enough to end a frame. Returns requests of unknown functions, which only the silence
   * ends, and the one that a strict device takes: alone in its burst, with silence before and no pause inside.
   */
  readonly silent: () => { late: Heard[]; strict: Heard | undefined; all: readonly Heard[] };
  /** Bursts in which nobody found a request. */
  readonly unreadable: () => number;
};

type Limits = { readonly silenceMs: number; readonly innerMs: number };

/** Clock sums are not exact: a microsecond is no violation. */
export const clockError = 1e-3;

export function requestEar({ silenceMs, innerMs }: Limits): RequestEar {
  const receiver = rtuReceiver();
  let burst: { length: number; end: number; isSound: boolean; found: Heard[] } | undefined;
  let unreadable = 0;
  return {
    hear(bytes, times) {
      const isTimely =
        burst === undefined
          ? times.silenceMs > silenceMs - clockError
          : burst.isSound && times.silenceMs < innerMs + clockError;
      const found = receiver.push(bytes).map((request) => ({ request, end: times.end }));
      burst = {
        length: (burst?.length ?? 0) + bytes.length,
        end: times.end,
        isSound: isTimely,
        found: [...(burst?.found ?? []), ...found],
      };
      return found;
    },
    silent() {
      if (burst === undefined) return { late: [], strict: undefined, all: [] };
      const { length, end, isSound, found } = burst;
      burst = undefined;
      const late = receiver.idle().map((request) => ({ request, end }));
      const all = [...found, ...late];
      if (all.length === 0) unreadable++;
      const only = all.length === 1 ? all[0] : undefined;
      const isWhole = only !== undefined && only.request.pdu.length + 3 === length;
      return { late, strict: isSound && isWhole ? only : undefined, all };
    },
    unreadable: () => unreadable,
  };
}
