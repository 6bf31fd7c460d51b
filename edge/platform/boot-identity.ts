import { readText } from './files.ts';

/** What tells whether two runs of the gateway share a monotonic clock, and how theirs lie to each other. */
export type BootIdentity = {
  /** Random name of this start of the kernel; absent where it has none. */
  readonly kernel?: string;
  /** The kernel's monotonic time, ms, at which this run's own began. */
  readonly origin: number;
};

/** @param mono this run's monotonic time, just now */
export async function bootIdentity(mono: number): Promise<BootIdentity> {
  const origin = Number(process.hrtime.bigint()) / 1e6 - mono;
  const kernel = (await readText('/proc/sys/kernel/random/boot_id').catch(() => undefined))?.trim();
  return { origin, ...(kernel && { kernel }) };
}
