import type { GpioKernel } from '../../../../edge/bus/gpio/gpio-kernel.ts';
import { gpioRequest } from '../../../../edge/bus/gpio/gpio-uapi.ts';

type FakeLine = { fd: number; offset: number; flags: bigint; level: boolean; sequence: number; events: Buffer[] };
export type FakeChip = { readonly path: string; readonly label: string; readonly lines: number };

const fault = (code: string): Error => Object.assign(new Error(code), { code });

/** A kernel with GPIO chips, as far as the gateway talks to it. Levels are logical. */
export function fakeKernel(chips: readonly FakeChip[]) {
  const held = new Map<number, FakeLine>();
  const fds = new Map<number, FakeChip>();
  const refusedOpens = new Map<string, string>();
  const refusedIoctls = new Map<number, string>();
  const busy = new Map<number, string>();
  const levels = new Map<number, boolean>();
  let nextFd = 10;
  let now = 0n;
  let wake: (() => void) | undefined;
  let isUnplugged = false;

  const lineAt = (offset: number): FakeLine => {
    const line = [...held.values()].find((candidate) => candidate.offset === offset);
    if (!line) throw new Error(`line ${offset} is not held`);
    return line;
  };
  const request = (bytes: Buffer): void => {
    const offset = bytes.readUInt32LE(0);
    if (busy.has(offset)) throw fault('EBUSY');
    const flags = bytes.readBigUInt64LE(288);
    const isOutput = (flags & 8n) !== 0n;
    const level = isOutput ? bytes.readBigUInt64LE(328) === 1n : (levels.get(offset) ?? false);
    const fd = nextFd++;
    held.set(fd, { fd, offset, flags, level, sequence: 0, events: [] });
    bytes.writeInt32LE(fd, 588);
  };
  const scan = (set: Buffer, count: number): number => {
    let found = 0;
    for (let at = 0; at < count; at++) {
      const line = held.get(set.readInt32LE(8 * at));
      const revents = isUnplugged ? 0x10 : line && line.events.length > 0 ? 1 : 0;
      set.writeInt16LE(revents, 8 * at + 6);
      if (revents) found++;
    }
    return found;
  };
  const kernel: GpioKernel = {
    chips: () => chips.map(({ path }) => path),
    open(path) {
      const code = refusedOpens.get(path);
      const chip = chips.find((candidate) => candidate.path === path);
      if (code !== undefined || !chip) throw fault(code ?? 'ENOENT');
      fds.set(nextFd, chip);
      return nextFd++;
    },
    close(fd) {
      if (!fds.delete(fd) && !held.delete(fd)) throw fault('EBADF');
    },
    ioctl(fd, number, argument) {
      const code = refusedIoctls.get(number);
      if (code !== undefined) throw fault(code);
      const line = held.get(fd);
      const chip = fds.get(fd);
      if (chip && number === gpioRequest.chipInfo) {
        argument.write(chip.path.slice(5), 0);
        argument.write(chip.label, 32);
        argument.writeUInt32LE(chip.lines, 64);
      } else if (chip && number === gpioRequest.lineInfo) {
        argument.write(busy.get(argument.readUInt32LE(64)) ?? '', 32);
      } else if (chip && number === gpioRequest.line) request(argument);
      else if (line && number === gpioRequest.getValues) argument.writeBigUInt64LE(line.level ? 1n : 0n, 0);
      else if (line && number === gpioRequest.setValues) line.level = argument.readBigUInt64LE(0) === 1n;
      else throw fault('ENOTTY');
    },
    async poll(set, count, timeoutMs) {
      if (scan(set, count) === 0)
        await new Promise<void>((go) => {
          const timer = setTimeout(go, timeoutMs);
          wake = () => {
            clearTimeout(timer);
            go();
          };
        });
      return scan(set, count);
    },
    read(fd, into) {
      const line = held.get(fd);
      const events = line?.events.splice(0, Math.floor(into.length / 48)) ?? [];
      return Buffer.concat(events).copy(into);
    },
    monotonic: () => now,
  };
  return {
    kernel,
    /** What the level of a line is when it is requested. */
    levels,
    /** Who holds a line already. */
    busy,
    refusedOpens,
    refusedIoctls,
    lineAt,
    openFds: (): number => held.size + fds.size,
    setNow: (nanoseconds: bigint): void => {
      now = nanoseconds;
    },
    /** An edge; `isDropped`: the kernel's buffer was full, only its number is missing. */
    edge(offset: number, level: boolean, isDropped = false): void {
      const line = lineAt(offset);
      line.level = level;
      line.sequence++;
      if (isDropped) return;
      const event = Buffer.alloc(48);
      event.writeBigUInt64LE(now, 0);
      event.writeUInt32LE(level ? 1 : 2, 8);
      event.writeUInt32LE(offset, 12);
      event.writeUInt32LE(line.sequence, 20);
      line.events.push(event);
      wake?.();
    },
    unplug(): void {
      isUnplugged = true;
      for (const number of [gpioRequest.getValues, gpioRequest.setValues]) refusedIoctls.set(number, 'ENODEV');
      wake?.();
    },
    /** Ends a poll before its time. */
    tick: (): void => wake?.(),
  };
}
