import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { polled, pollSet } from '../../../../edge/bus/gpio/gpio-uapi.ts';
import { gpiochipBackend } from '../../../../edge/bus/gpio/gpiochip-backend.ts';
import { loadKernel } from '../../../../edge/bus/gpio/koffi-kernel.ts';
import { fakeClock } from '../../../support/fake-clock.ts';

const onLinux = process.platform === 'linux';

describe.skipIf(!onLinux)('system calls through koffi (Linux)', () => {
  it('a failed ioctl names its errno', async () => {
    const kernel = await loadKernel();
    const fd = kernel.open('/dev/null');
    expect(() => kernel.ioctl(fd, 0x8044b401, Buffer.alloc(68))).toThrow('ENOTTY');
    kernel.close(fd);
  });

  it('poll wakes when something can be read, and otherwise after its time', async () => {
    const kernel = await loadKernel();
    const folder = mkdtempSync(join(tmpdir(), 'fengsui-gpio-'));
    const pipe = join(folder, 'pipe');
    execFileSync('sh', ['-c', 'mkfifo "$0"', pipe]);
    const fd = openSync(pipe, constants.O_RDWR);
    try {
      const set = pollSet([fd]);
      expect(await kernel.poll(set, 1, 10)).toBe(0);
      const polling = kernel.poll(set, 1, 10_000);
      writeSync(fd, 'edge');
      expect(await polling).toBe(1);
      expect(polled(set, 0)).toEqual({ isReadable: true, isGone: false });
      expect(kernel.read(fd, Buffer.alloc(48))).toBe(4);
    } finally {
      closeSync(fd);
      rmSync(folder, { recursive: true });
    }
  });

  it('monotonic time goes forward', async () => {
    const kernel = await loadKernel();
    const before = kernel.monotonic();
    expect(kernel.monotonic() >= before).toBe(true);
  });

  it('a label that no machine has is a LINE fault, with or without GPIO chips', async () => {
    const backend = gpiochipBackend('no-such-chip', { clock: fakeClock(), load: loadKernel });
    const events = { level() {}, lost() {} };
    await expect(backend([], events, new AbortController().signal)).rejects.toMatchObject({ code: 'LINE' });
  });
});
