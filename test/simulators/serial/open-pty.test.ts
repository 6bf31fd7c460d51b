import { closeSync, constants, existsSync, openSync, readlinkSync, readSync, writeSync } from 'node:fs';
import { SerialPort } from 'serialport';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPty, type Pty } from '../../../simulators/serial/open-pty.ts';
import { until } from '../../support/until.ts';

const bytes = Uint8Array.of(0, 3, 4, 0x0a, 0x0d, 0x11, 0x13, 0x1a, 0x7f, 0xff);

describe.skipIf(process.platform !== 'linux')('a pty', () => {
  let pty: Pty;
  beforeEach(async () => {
    pty = await openPty();
  });
  afterEach(() => pty[Symbol.dispose]());

  const open = (): number => openSync(pty.path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  const received = (): Buffer => {
    const inbox = Buffer.alloc(64);
    return inbox.subarray(0, pty.read(inbox));
  };

  it('carries all bytes as they are, both ways, and echoes none', async () => {
    const fd = open();
    writeSync(fd, bytes);
    await pty.readable(1_000);
    expect(received()).toEqual(Buffer.from(bytes));
    pty.write(bytes);
    const inbox = Buffer.alloc(64);
    expect(readSync(fd, inbox)).toBe(bytes.length);
    expect(inbox.subarray(0, bytes.length)).toEqual(Buffer.from(bytes));
    expect(received()).toHaveLength(0);
    closeSync(fd);
  });

  it('shows the speed that a program sets, odd ones too', async () => {
    for (const baudRate of [2_400, 115_200, 31_250]) {
      const port = new SerialPort({ path: pty.path, baudRate, parity: 'even', autoOpen: false });
      await new Promise<void>((done, fail) => port.open((e) => (e ? fail(e) : done())));
      expect(pty.baud()).toBe(baudRate);
      await new Promise((done) => port.close(done));
    }
  });

  it('pulled out, the program gets a hang-up; put back, the path is the same', async () => {
    const fd = open();
    pty.unplug();
    expect(existsSync(pty.path)).toBe(false);
    expect(readSync(fd, Buffer.alloc(1))).toBe(0);
    expect(() => writeSync(fd, bytes)).toThrow('EIO');
    expect([received().length, pty.baud()]).toEqual([0, 0]);
    pty.write(bytes);
    pty.plug();
    const again = open();
    writeSync(again, bytes);
    await until('the bytes come', () => received().length === bytes.length);
    closeSync(fd);
    closeSync(again);
  });

  it('what is written while nobody has the port open does not wait for the next one', async () => {
    closeSync(open());
    expect(received()).toHaveLength(0);
    pty.write(bytes);
    const fd = open();
    expect(() => readSync(fd, Buffer.alloc(64))).toThrow('EAGAIN');
    closeSync(fd);
  });

  it('waiting ends after the time that was given when nothing comes', async () => {
    const began = performance.now();
    await pty.readable(20);
    expect(performance.now() - began).toBeGreaterThanOrEqual(19);
  });

  it('leaves no path behind', () => {
    expect(readlinkSync(pty.path)).toMatch(/^\/dev\/pts\/\d+$/);
    pty[Symbol.dispose]();
    expect(existsSync(pty.path)).toBe(false);
  });
});
