/** Memory of this process that is in RAM, in bytes. */
export const residentBytes = (): number => process.memoryUsage.rss();
