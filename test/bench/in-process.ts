import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * What a task of a benchmark reports, from a process of its own: the driver for Node 20 keeps its lock on a file until the
 * process ends, and a fresh process is what is asked about.
 */
export async function inProcess<T>(script: URL, ...args: string[]): Promise<T> {
  const child = fork(script, args, {
    // As in the first line of our program: what is measured is the gateway's memory, not Node's.
    execArgv: ['--max-semi-space-size=1', '--optimize-for-size', '--max-old-space-size=192'],
    env: { ...process.env, MALLOC_ARENA_MAX: '1' },
  });
  const ended = once(child, 'exit');
  const answered = once(child, 'message');
  const [report] = await Promise.race([
    answered,
    ended.then(([code]) =>
      Promise.reject(new Error(`${basename(fileURLToPath(script))} ${args[0]} ended with ${code}`)),
    ),
  ]);
  await ended;
  return report;
}

/** Tells the kernel to forget the file, once it is on disk; where `dd` is not GNU's it is only cold to the process. */
export async function outOfCache(path: string): Promise<void> {
  const dd = promisify(execFile);
  await dd('dd', [`of=${path}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0', 'status=none'])
    .then(() => dd('dd', [`if=${path}`, 'iflag=nocache', 'count=0', 'status=none']))
    .catch((e: unknown) => console.log('the file stays in the page cache', e));
}
