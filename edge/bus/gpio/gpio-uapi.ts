/**
 * The structures and requests of the kernel's GPIO character device, uAPI version 2 (Linux 5.10 and newer), as bytes.
 * Source: include/uapi/linux/gpio.h. All targets are little-endian.
 */

/** Sizes in bytes, asserted by the kernel: they are part of each request number. */
export const structSize = { chipInfo: 68, lineInfo: 256, lineRequest: 592, lineConfig: 272, values: 16, event: 48 };

const readWrite = 3;
const readOnly = 2;
/** `_IOC(direction, 0xB4, number, size)` of include/uapi/asm-generic/ioctl.h, as arm, arm64 and x86 have it. */
const ioc = (direction: number, number: number, size: number): number =>
  ((direction << 30) | (size << 16) | (0xb4 << 8) | number) >>> 0;

export const gpioRequest = {
  chipInfo: ioc(readOnly, 0x01, structSize.chipInfo),
  lineInfo: ioc(readWrite, 0x05, structSize.lineInfo),
  line: ioc(readWrite, 0x07, structSize.lineRequest),
  getValues: ioc(readWrite, 0x0e, structSize.values),
  setValues: ioc(readWrite, 0x0f, structSize.values),
} as const;

const lineFlag = {
  used: 1n << 0n,
  activeLow: 1n << 1n,
  input: 1n << 2n,
  output: 1n << 3n,
  risingEdge: 1n << 4n,
  fallingEdge: 1n << 5n,
  pullUp: 1n << 8n,
  pullDown: 1n << 9n,
  biasDisabled: 1n << 10n,
};
const outputValuesAttribute = 2;
const nameSize = 32;

export type ChipInfo = { readonly name: string; readonly label: string; readonly lines: number };

export function readChipInfo(bytes: Buffer): ChipInfo {
  return { name: text(bytes, 0), label: text(bytes, nameSize), lines: bytes.readUInt32LE(64) };
}

export function lineInfoQuery(offset: number): Buffer {
  const bytes = Buffer.alloc(structSize.lineInfo);
  bytes.writeUInt32LE(offset, 64);
  return bytes;
}

/** Who holds a line; an empty `consumer` is possible even while it is used. */
export function readLineInfo(bytes: Buffer): { readonly consumer: string; readonly isUsed: boolean } {
  return { consumer: text(bytes, nameSize), isUsed: (bytes.readBigUInt64LE(72) & lineFlag.used) !== 0n };
}

/** One line as it is asked for. `active` is the level an output has from the first moment on, without a glitch. */
export type LineRequest = {
  readonly offset: number;
  readonly consumer: string;
  readonly direction: 'in' | 'out';
  readonly activeLow: boolean;
  readonly bias: 'none' | 'up' | 'down';
  readonly active: boolean;
};

/** How many edges the kernel holds for us, per line. */
const eventBuffer = 64;

export function lineRequest(line: LineRequest): Buffer {
  const bytes = Buffer.alloc(structSize.lineRequest);
  bytes.writeUInt32LE(line.offset, 0);
  bytes.write(line.consumer.slice(0, nameSize - 1), 256, nameSize - 1, 'utf8');
  const config = 288;
  bytes.writeBigUInt64LE(flagsOf(line), config);
  if (line.direction === 'out') {
    bytes.writeUInt32LE(1, config + 8); // one attribute
    const attribute = config + 32;
    bytes.writeUInt32LE(outputValuesAttribute, attribute);
    bytes.writeBigUInt64LE(line.active ? 1n : 0n, attribute + 8);
    bytes.writeBigUInt64LE(1n, attribute + 16); // for the first line of this request
  }
  bytes.writeUInt32LE(1, 560);
  bytes.writeUInt32LE(line.direction === 'in' ? eventBuffer : 0, 564);
  return bytes;
}

/** The file descriptor the kernel put into the answered request. */
export const requestedFd = (bytes: Buffer): number => bytes.readInt32LE(588);

export function valuesQuery(active = false): Buffer {
  const bytes = Buffer.alloc(structSize.values);
  bytes.writeBigUInt64LE(active ? 1n : 0n, 0);
  bytes.writeBigUInt64LE(1n, 8);
  return bytes;
}

export const readValue = (bytes: Buffer): boolean => (bytes.readBigUInt64LE(0) & 1n) !== 0n;

export type LineEvent = {
  /** CLOCK_MONOTONIC in nanoseconds, taken in the interrupt. */
  readonly timestamp: bigint;
  /** A rising edge, seen logically: the line became active. */
  readonly active: boolean;
  /** Counts up by one from 1, and wraps at 2^32; a gap tells of edges that were dropped. */
  readonly sequence: number;
};

/** Whole events only; the kernel never hands out parts. */
export function readEvents(bytes: Buffer): LineEvent[] {
  return Array.from({ length: Math.floor(bytes.length / structSize.event) }, (_, index) => {
    const at = index * structSize.event;
    return {
      timestamp: bytes.readBigUInt64LE(at),
      active: bytes.readUInt32LE(at + 8) === 1,
      sequence: bytes.readUInt32LE(at + 20),
    };
  });
}

/** `struct pollfd` for each descriptor, asking for POLLIN. */
export function pollSet(fds: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 * fds.length);
  for (const [index, fd] of fds.entries()) {
    bytes.writeInt32LE(fd, 8 * index);
    bytes.writeInt16LE(1, 8 * index + 4);
  }
  return bytes;
}

/** What poll(2) found for one descriptor; hang-up, error and an invalid descriptor are all `isGone`. */
export function polled(bytes: Buffer, index: number): { readonly isReadable: boolean; readonly isGone: boolean } {
  const found = bytes.readInt16LE(8 * index + 6);
  return { isReadable: (found & 0x01) !== 0, isGone: (found & 0x38) !== 0 };
}

function flagsOf(line: LineRequest): bigint {
  const polarity = line.activeLow ? lineFlag.activeLow : 0n;
  if (line.direction === 'out') return lineFlag.output | polarity;
  const bias = { none: lineFlag.biasDisabled, up: lineFlag.pullUp, down: lineFlag.pullDown }[line.bias];
  return lineFlag.input | lineFlag.risingEdge | lineFlag.fallingEdge | bias | polarity;
}

function text(bytes: Buffer, at: number): string {
  const field = bytes.subarray(at, at + nameSize);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? nameSize : end);
}
