import { spawnSync } from 'node:child_process';
import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type SmallDisk = AsyncDisposable & {
  readonly kind: 'ext4' | 'tmpfs';
  readonly path: string;
  /** Another program takes all the room that is left. */
  fill(): void;
  /** And gives it back. */
  free(): void;
  /** As after an error of the card: nothing can be written any more, and what was not synced is lost. False where that cannot be made. */
  fail(): boolean;
  /** Checked and mounted again, as when the board starts. Nobody may have a file open. */
  repair(): void;
};

const run = (command: string, ...args: string[]): boolean => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** A file system of its own: ext4 in a file where that may be mounted, else tmpfs; `undefined` where nothing may be. */
export async function smallDisk(megabytes: number): Promise<SmallDisk | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'fengsui-disk-'));
  const path = join(folder, 'disk');
  mkdirSync(path);
  const image = join(folder, 'image');
  const kind = makeExt4(image, path, megabytes) ? 'ext4' : mountTmpfs(path, megabytes) && 'tmpfs';
  if (!kind) {
    await rm(folder, { recursive: true, force: true });
    return undefined;
  }
  const filler = join(path, 'filler');
  return {
    kind,
    path,
    fill: () => fill(filler),
    free: () => rmSync(filler, { force: true }),
    fail: () => kind === 'ext4' && run('mount', '-o', 'remount,abort', path),
    repair() {
      run('umount', path);
      run('e2fsck', '-p', image); // its code also tells of what it has mended: the mount decides
      if (!mountExt4(image, path)) throw new Error(`${image} cannot be mounted again: is a file of it still open?`);
    },
    async [Symbol.asyncDispose]() {
      if (!run('umount', path)) run('umount', '--lazy', path);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function makeExt4(image: string, path: string, megabytes: number): boolean {
  writeFileSync(image, '');
  truncateSync(image, megabytes * 1_048_576);
  return run('mkfs.ext4', '-q', '-m', '0', image) && mountExt4(image, path);
}

const mountExt4 = (image: string, path: string): boolean => run('mount', '-o', 'loop,noatime', image, path);

const mountTmpfs = (path: string, megabytes: number): boolean =>
  run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path);

/** Down to the last byte, in ever smaller pieces; on the disk, not in its cache. */
function fill(path: string): void {
  const file = openSync(path, 'a');
  for (let size = 1_048_576; size >= 1; size = Math.floor(size / 4)) {
    try {
      for (;;) writeSync(file, Buffer.alloc(size, 0xff));
    } catch (e) {
      if (!(e instanceof Error && 'code' in e && e.code === 'ENOSPC')) throw e;
    }
    try {
      fsyncSync(file);
    } catch {
      // No room for what the cache had promised: then there is none for anybody.
    }
  }
  closeSync(file);
}
