/** Milliseconds on a clock that never goes back, and how to be woken by it. */
export type LineClock = {
  mono(): number;
  /** Calls `wake` once after `ms` unless the returned function is called before. */
  after(ms: number, wake: () => void): () => void;
};

/** Who may put bytes on the wire. `noise` counts neither as a talker in collisions nor as a frame. */
export type Speaker = { readonly role: 'master' | 'slave' | 'noise' };

/** Part of a speech that is over, as it sounds on the wire. */
export type Piece = {
  readonly by: Speaker;
  readonly bytes: Uint8Array;
  /** When its first character began and its last one ended. */
  readonly start: number;
  readonly end: number;
  /** One for each byte: somebody else spoke at the same time. */
  readonly clashes: readonly (readonly Speaker[])[];
  /** The speaker is silent from now on. */
  readonly last: boolean;
};

export type Wire = {
  /** Begins at `at`, or when the same speaker has finished. Returns when it begins and ends. */
  readonly speak: (
    by: Speaker,
    bytes: Uint8Array,
    timing: { at: number; characterMs: number },
  ) => { start: number; end: number };
  /** The end of the last frame; of the last sound, noise included; whether a slave is speaking. */
  readonly lastFrameEnd: () => number;
  readonly lastSoundEnd: () => number;
  readonly slaveSpeaks: () => boolean;
  readonly collisions: () => number;
  /** Time for which there was something on the wire, added up over all speakers. */
  readonly busyMs: () => number;
};

export type WireOptions = {
  readonly clock: LineClock;
  /** `byte`: each character is a piece of its own. */
  readonly pieces: 'byte' | 'frame';
  readonly heard: (piece: Piece) => void;
};

type Speech = {
  readonly by: Speaker;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly characterMs: number;
  readonly end: number;
  isOver: boolean;
};

/** Sums of character times are not exact: a nanosecond is no overlap. */
const nothing = 1e-6;

/** Two wires on which everybody hears everybody, and who talks at once garbles each other. */
export function wire({ clock, pieces, heard }: WireOptions): Wire {
  let speeches: Speech[] = [];
  let lastFrameEnd = Number.NEGATIVE_INFINITY;
  let lastSoundEnd = Number.NEGATIVE_INFINITY;
  let collisions = 0;
  let busyMs = 0;

  const deliver = (speech: Speech, from: number): void => {
    const to = pieces === 'byte' ? from + 1 : speech.bytes.length;
    const end = speech.start + to * speech.characterMs;
    const cells = Array.from({ length: to - from }, (_, i) => sounding(speech, from + i, speeches));
    speech.isOver = to === speech.bytes.length;
    // What a slave sends is over when the master can have it: on a real clock that may be a little late.
    const over = speech.by.role === 'master' ? end : Math.max(end, clock.mono());
    lastSoundEnd = Math.max(lastSoundEnd, over);
    if (speech.by.role !== 'noise') lastFrameEnd = Math.max(lastFrameEnd, over);
    if (!speech.isOver) wakeAt(speech, to);
    heard({
      by: speech.by,
      bytes: Uint8Array.from(cells, (cell) => cell.byte),
      clashes: cells.map((cell) => cell.clash),
      start: speech.start + from * speech.characterMs,
      end,
      last: speech.isOver,
    });
  };
  const wakeAt = (speech: Speech, from: number): void => {
    const to = pieces === 'byte' ? from + 1 : speech.bytes.length;
    clock.after(speech.start + to * speech.characterMs - clock.mono(), () => deliver(speech, from));
  };

  return {
    speak(by, bytes, { at, characterMs }) {
      const own = speeches.filter((other) => other.by === by);
      const start = Math.max(at, ...own.map((other) => other.end));
      const speech = { by, bytes, start, characterMs, end: start + bytes.length * characterMs, isOver: false };
      if (bytes.length === 0) return speech;
      speeches = stillAudible(speeches);
      if (by.role !== 'noise') collisions += speeches.filter((other) => isTalkOver(speech, other)).length;
      speeches.push(speech);
      busyMs += speech.end - start;
      wakeAt(speech, 0);
      return { start, end: speech.end };
    },
    lastFrameEnd: () => lastFrameEnd,
    lastSoundEnd: () => lastSoundEnd,
    slaveSpeaks: () => speeches.some((speech) => speech.by.role === 'slave' && !speech.isOver),
    collisions: () => collisions,
    busyMs: () => busyMs,
  };
}

/** Those that are not over, and those that may still have to be mixed with one of these. */
function stillAudible(speeches: readonly Speech[]): Speech[] {
  const running = speeches.filter((speech) => !speech.isOver);
  return speeches.filter((speech) => !speech.isOver || running.some((other) => overlaps(speech, other)));
}

const overlaps = (a: { start: number; end: number }, b: { start: number; end: number }): boolean =>
  a.start < b.end - nothing && b.start < a.end - nothing;

const isTalkOver = (speech: Speech, other: Speech): boolean =>
  other.by.role !== 'noise' && other.by !== speech.by && overlaps(speech, other);

/** A driven 0 wins over an idle or driven 1 where two drivers fight, as with transceivers of unequal strength. */
function sounding(speech: Speech, index: number, all: readonly Speech[]): { byte: number; clash: readonly Speaker[] } {
  const start = speech.start + index * speech.characterMs;
  const cell = { start, end: start + speech.characterMs };
  const clash: Speaker[] = [];
  let byte = speech.bytes[index] ?? 0;
  for (const other of all) {
    if (other.by === speech.by || !overlaps(cell, other)) continue;
    clash.push(other.by);
    const first = Math.max(0, Math.floor((cell.start - other.start) / other.characterMs + nothing));
    const last = Math.min(other.bytes.length, Math.ceil((cell.end - other.start) / other.characterMs - nothing));
    for (let i = first; i < last; i++) byte &= other.bytes[i] ?? 0xff;
  }
  return { byte, clash };
}
