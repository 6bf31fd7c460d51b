import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** What reached a block device: bytes, and in how many writes. */
export type DeviceWrites = { readonly bytes: number; readonly writes: number };

export type CountedDisk = AsyncDisposable & {
  readonly path: string;
  /** So far, once everything that waits in memory is on the device. */
  written(): DeviceWrites;
};

/** Fully laid out at once: else the kernel writes on its own account for minutes after the first mount. */
const laidOut = 'lazy_itable_init=0,lazy_journal_init=0,nodiscard';

/** An ext4 of its own in a loop file, mounted with `options`; `undefined` where none may be mounted. */
export async function countedDisk(megabytes: number, options: string): Promise<CountedDisk | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'fengsui-counted-'));
  const [image, path] = [join(folder, 'image'), join(folder, 'disk')];
  mkdirSync(path);
  writeFileSync(image, '');
  truncateSync(image, megabytes * 1_048_576);
  const isMounted =
    run('mkfs.ext4', '-q', '-m', '0', '-b', '4096', '-I', '256', '-E', laidOut, image) &&
    run('mount', '-o', `loop,${options}`, image, path);
  if (!isMounted) {
    await rm(folder, { recursive: true, force: true });
    return undefined;
  }
  const device = basename(output('findmnt', '-n', '-o', 'SOURCE', path).trim());
  return {
    path,
    written() {
      run('sync', '-f', path);
      const fields = readFileSync(`/sys/block/${device}/stat`, 'utf8').trim().split(/\s+/).map(Number);
      return { bytes: (fields[6] ?? 0) * 512, writes: fields[4] ?? 0 };
    },
    async [Symbol.asyncDispose]() {
      if (!run('umount', path)) run('umount', '--lazy', path);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const run = (command: string, ...args: string[]): boolean => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
const output = (command: string, ...args: string[]): string => spawnSync(command, args, { encoding: 'utf8' }).stdout;
