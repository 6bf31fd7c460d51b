/** The system calls the GPIO character device needs. What fails throws an Error whose `code` is the errno's name. */
export interface GpioKernel {
  /** Paths of all GPIO chips; empty where there is none. */
  chips(): readonly string[];
  open(path: string): number;
  close(fd: number): void;
  /** `argument` is read and overwritten in place. */
  ioctl(fd: number, request: number, argument: Buffer): void;
  /** poll(2) on a thread of its own; resolves with how many descriptors have something, 0 after `timeoutMs`. */
  poll(set: Buffer, count: number, timeoutMs: number): Promise<number>;
  /** Returns how many bytes were read. */
  read(fd: number, into: Buffer): number;
  /** CLOCK_MONOTONIC in nanoseconds, the clock of line events. */
  monotonic(): bigint;
}

/** The errno name of a failed system call, e.g. `EBUSY`. */
export function errnoOf(e: unknown): string | undefined {
  return e instanceof Error && 'code' in e && typeof e.code === 'string' ? e.code : undefined;
}
