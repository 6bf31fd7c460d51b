import { readFileSync } from 'node:fs';

/** What the kernel says of a process. */
export type ProcessFigures = { readonly cpuSeconds: number; readonly rssMb: number };

/** Clock ticks a second of /proc/PID/stat on Linux. */
const ticks = 100;

export function processFigures(pid: number): ProcessFigures {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name may hold blanks
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticks,
    rssMb: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1_024,
  };
}
