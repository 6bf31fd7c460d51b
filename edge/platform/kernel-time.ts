/** What the kernel knows of its own wall clock. */
export type KernelTime = {
  /** A time service keeps it right. The kernel itself takes this back when the clock is set by hand, or left alone for some hours. */
  readonly isSynced: boolean;
  /** How far it may be off at most. */
  readonly errorMs: number;
};

/** Flag of `struct timex`: nobody keeps the clock right. */
const unsynchronised = 0x40;
/** More than any kernel's `struct timex`. */
const timexBytes = 256;

/** Asks the kernel (adjtimex) through koffi, an optional dependency. `undefined`: it cannot be asked here. */
export async function kernelTime(): Promise<(() => KernelTime | undefined) | undefined> {
  if (process.platform !== 'linux') return undefined;
  try {
    const koffi = await import('koffi');
    const adjtimex = koffi.load(null).func('int adjtimex(void *state)');
    const ask = (): KernelTime | undefined => {
      const state = Buffer.alloc(timexBytes); // mode 0: only look
      const result: unknown = adjtimex(state);
      return typeof result === 'number' && result >= 0 ? readTimex(state, wordBytes()) : undefined;
    };
    return ask() && ask;
  } catch {
    return undefined; // no koffi, or a sandbox that forbids the call: the file of the time service has to do
  }
}

/** The head of `struct timex` is the same with every C library: modes, offset, freq, maxerror (µs), esterror, status. */
export function readTimex(state: Buffer, word: 4 | 8): KernelTime {
  const maxErrorAt = word * 3;
  const micros = word === 4 ? state.readInt32LE(maxErrorAt) : Number(state.readBigInt64LE(maxErrorAt));
  return { isSynced: (state.readInt32LE(word * 5) & unsynchronised) === 0, errorMs: micros / 1_000 };
}

const wordBytes = (): 4 | 8 => (process.arch === 'arm' || process.arch === 'ia32' ? 4 : 8);
