/** Memory of this process that is in RAM, in bytes. */
export const residentBytes = (): number => process.memoryUsage.rss();

/**
 * Ends this process by force unless it ends by itself within that time: a thread that hangs in the kernel would keep it for
 * ever, and whoever restarts it waiting.
 */
export function endWithin(ms: number): void {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), ms).unref();
}
