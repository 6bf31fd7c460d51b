import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { constants } from 'node:os';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { GpioKernel } from './gpio-kernel.ts';

type Poll = { async(set: Buffer, count: number, timeoutMs: number, done: (e: unknown, found: unknown) => void): void };

/** The system calls of this machine, through koffi, an optional dependency. @throws FengsuiError DRIVER_MISSING */
export async function loadKernel(): Promise<GpioKernel> {
  if (process.platform !== 'linux')
    throw new FengsuiError('DRIVER_MISSING', `GPIO chips exist on Linux only, not on ${process.platform}; use Firmata`);
  const koffi = await import('koffi').catch((cause: unknown) => {
    const what =
      'GPIO lines of the kernel need the package koffi 3.3.4; install it beside fengsui: npm install koffi@3.3.4';
    throw new FengsuiError('DRIVER_MISSING', what, { cause });
  });
  const symbols = koffi.load(null); // what is loaded already, glibc or musl alike
  const ioctl = symbols.func('int ioctl(int fd, unsigned long request, void *argument)');
  const poll: Poll = symbols.func('int poll(void *set, unsigned long count, int timeout)');
  return {
    chips: () =>
      readdirSync('/dev')
        .filter((name) => /^gpiochip\d+$/.test(name))
        .map((name) => `/dev/${name}`),
    open: (path) => openSync(path, 'r+'),
    close: closeSync,
    ioctl(fd, request, argument) {
      const result: unknown = ioctl(fd, request, argument);
      if (typeof result !== 'number' || result < 0) throw systemFault('ioctl', koffi.errno());
    },
    poll: (set, count, timeoutMs) =>
      new Promise((resolve, reject) => {
        poll.async(set, count, timeoutMs, (e, found) => {
          if (typeof found === 'number' && found >= 0) resolve(found);
          else reject(e instanceof Error ? e : new Error('poll failed'));
        });
      }),
    read: (fd, into) => readSync(fd, into),
    monotonic: () => process.hrtime.bigint(),
  };
}

function systemFault(call: string, errno: number): Error {
  const code = Object.entries(constants.errno).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`;
  return Object.assign(new Error(`${call}: ${code}`), { code });
}
