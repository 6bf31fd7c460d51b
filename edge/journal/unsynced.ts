import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AlarmFile } from './alarm-file.ts';
import { checksum } from './seal.ts';
import type { TelemetrySync } from './store.ts';

/**
 * Where the kernel decides when readings reach the disk, a power cut may take some that a platform has had already, and
 * nothing in their file tells. So the alarms' file records in which run of the kernel that was.
 */
export type Unsynced = {
  /** The last run did not end in order, and the kernel has been started since: numbers may have been given that nobody here knows. */
  readonly mayBeShort: boolean;
  /** From now on. */
  begin(): void;
  /** The telemetry file was closed and synced. */
  end(): void;
};

const name = 'unsynced';

/** @param kernel a number that another start of the kernel does not have; not 0 */
export function unsynced(alarms: AlarmFile, fsync: TelemetrySync, kernel = kernelRun()): Unsynced {
  const before = alarms.file.mark(name) ?? 0;
  const set = (value: number): void => {
    if ((alarms.file.mark(name) ?? 0) === value) return;
    alarms.file.setMark(name, value);
    alarms.sync();
  };
  return {
    mayBeShort: before !== 0 && before !== kernel,
    begin: () => set(fsync === 'os' ? kernel : 0),
    end: () => set(0),
  };
}

/** Where the kernel does not name its runs each process counts as another. */
function kernelRun(): number {
  try {
    return checksum(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')) || 1;
  } catch {
    return randomInt(1, 2 ** 32);
  }
}
