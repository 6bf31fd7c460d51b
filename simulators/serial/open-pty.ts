import { closeSync, constants as files, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FengsuiError } from '../../sdk/model/errors.ts';

/** The far end of a serial port that is none: what a program writes to `path` is read here, and the other way round. */
export type Pty = Disposable & {
  /** A symbolic link that stays the same when the adapter is pulled out and put back. */
  readonly path: string;
  /** Never waits. How many bytes came; 0 where there are none, or nobody has the port open. */
  readonly read: (into: Uint8Array) => number;
  /** Never waits. What nobody takes is lost, as on a wire. */
  readonly write: (bytes: Uint8Array) => void;
  /** Resolves when something may have come, or after `ms` at the latest. */
  readonly readable: (ms: number) => Promise<void>;
  /** Bits a second, as the program set them. Its parity cannot be seen: Linux clears that flag on a pty. */
  readonly baud: () => number;
  /** The program gets a hang-up, and the path is gone. */
  readonly unplug: () => void;
  readonly plug: () => void;
};

/** TCGETS2, TCSETS2 and their struct on all but MIPS, PowerPC and SPARC. Source: asm-generic/ioctls.h, termbits.h. */
const getTermios = 0x802c542a;
const setTermios = 0x402c542b;
const termiosLength = 44;
const [controlFlags, minimumRead, outputSpeed] = [8, 17 + 6, 40];
/** CS8 | CREAD | CLOCAL | B38400. */
const rawControl = 0x30 | 0x80 | 0x800 | 0xf;
const pollIn = 1;
/** How often it is looked for somebody who opens the port: a pty that was closed reports a hang-up without end. */
const vacantMs = 5;

/**
 * A pseudo-terminal in raw mode through koffi, an optional dependency.
 * @param link where the symbolic link is to lie; in a folder of its own unless given.
 * @throws FengsuiError DRIVER_MISSING without koffi or off Linux, UNAVAILABLE when the system has no pty left.
 */
export async function openPty(link?: string): Promise<Pty> {
  const system = await systemCalls();
  const path = link ?? join(mkdtempSync(join(tmpdir(), 'fengsui-line-')), 'tty');
  let fd: number | undefined;
  let isVacant = false;
  const unplug = (): void => {
    if (fd === undefined) return;
    closeSync(fd);
    fd = undefined;
    rmSync(path, { force: true });
  };
  const plug = (): void => {
    if (fd !== undefined) return;
    const opened = openMaster(system);
    rmSync(path, { force: true });
    symlinkSync(opened.name, path);
    fd = opened.fd;
    isVacant = false;
  };
  plug();
  return {
    path,
    read(into) {
      const count = fd === undefined ? 0 : system.read(fd, into, into.length);
      isVacant = count < 0 && system.errno() === constants.errno.EIO;
      return Math.max(0, count);
    },
    write(bytes) {
      if (fd !== undefined && !isVacant) system.write(fd, bytes, bytes.length);
    },
    readable: (ms) =>
      fd === undefined || isVacant
        ? new Promise((done) => setTimeout(done, Math.min(ms, vacantMs)))
        : system.poll(fd, ms),
    baud: () => (fd === undefined ? 0 : termios(system, fd).readUInt32LE(outputSpeed)),
    unplug,
    plug,
    [Symbol.dispose]() {
      unplug();
      if (link === undefined) rmSync(dirname(path), { recursive: true, force: true });
    },
  };
}

type System = {
  readonly read: (fd: number, into: Uint8Array, length: number) => number;
  readonly write: (fd: number, bytes: Uint8Array, length: number) => number;
  readonly ioctl: (fd: number, request: number, argument: Buffer) => number;
  readonly openMaster: () => number;
  readonly grant: (fd: number) => number;
  readonly unlock: (fd: number) => number;
  readonly name: (fd: number, into: Buffer, length: number) => number;
  /** Resolves after at most `ms`. */
  readonly poll: (fd: number, ms: number) => Promise<void>;
  readonly errno: () => number;
};

async function systemCalls(): Promise<System> {
  if (process.platform !== 'linux')
    throw new FengsuiError('DRIVER_MISSING', `a serial line is simulated on Linux only, not on ${process.platform}`);
  const koffi = await import('koffi').catch((cause: unknown) => {
    throw new FengsuiError('DRIVER_MISSING', 'a pty needs the package koffi: npm install koffi@3.3.4', { cause });
  });
  const symbols = koffi.load(null); // what is loaded already, glibc or musl alike
  const poll = symbols.func('int poll(void *set, unsigned long count, int timeout)');
  const flags = files.O_RDWR | files.O_NOCTTY | files.O_NONBLOCK;
  const openMaster = symbols.func('int posix_openpt(int flags)');
  return {
    read: symbols.func('long read(int fd, void *into, size_t length)'),
    write: symbols.func('long write(int fd, void *bytes, size_t length)'),
    ioctl: symbols.func('int ioctl(int fd, unsigned long request, void *argument)'),
    openMaster: () => openMaster(flags),
    grant: symbols.func('int grantpt(int fd)'),
    unlock: symbols.func('int unlockpt(int fd)'),
    name: symbols.func('int ptsname_r(int fd, void *into, size_t length)'),
    poll(fd, ms) {
      const set = Buffer.alloc(8);
      set.writeInt32LE(fd, 0);
      set.writeInt16LE(pollIn, 4);
      return new Promise((done) => poll.async(set, 1, Math.ceil(ms), () => done()));
    },
    errno: () => koffi.errno(),
  };
}

function openMaster(system: System): { fd: number; name: string } {
  const fd = system.openMaster();
  const name = Buffer.alloc(64);
  if (fd < 0 || system.grant(fd) !== 0 || system.unlock(fd) !== 0 || system.name(fd, name, name.length) !== 0)
    throw new FengsuiError('UNAVAILABLE', 'the system gave no pty: is /dev/pts mounted, and is one left?');
  const raw = termios(system, fd);
  raw.fill(0, 0, outputSpeed - 4);
  raw.writeUInt32LE(rawControl, controlFlags);
  raw[minimumRead] = 1;
  system.ioctl(fd, setTermios, raw);
  return { fd, name: name.toString('utf8', 0, name.indexOf(0)) };
}

/** On Linux the master of a pty answers for its other side. */
function termios(system: System, fd: number): Buffer {
  const found = Buffer.alloc(termiosLength);
  system.ioctl(fd, getTermios, found);
  return found;
}
