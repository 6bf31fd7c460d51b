import { describeError, FengsuiError } from '../../../sdk/model/errors.ts';
import { monoTime } from '../../../sdk/model/time.ts';
import type { Clock } from '../../platform/clock.ts';
import { errnoOf, type GpioKernel } from './gpio-kernel.ts';
import {
  gpioRequest,
  lineInfoQuery,
  lineRequest,
  polled,
  pollSet,
  readEvents,
  readLineInfo,
  readValue,
  requestedFd,
  structSize,
  valuesQuery,
} from './gpio-uapi.ts';
import { type Chip, findChip } from './gpiochip-find.ts';
import type { BackendEvents, OpenBackend, OpenLines, WantedLine } from './line-backend.ts';

/** How long one poll(2) may block its thread: also the longest time that closing takes. */
const pollFor = 1_000;
/** poll(2) may be interrupted by a signal; this many failures in a row are none. */
const pollFailures = 5;
const readAtOnce = 16;

type Driver = { readonly clock: Clock; load(): Promise<GpioKernel> };
type HeldLine = { readonly spec: WantedLine; readonly index: number; readonly fd: number; sequence: number };

/**
 * Lines of a kernel GPIO chip, found by its label since the number changes between kernels. Polarity and bias are the
 * kernel's; edges are stamped in the interrupt; outputs have their level from the moment they are taken.
 */
export function gpiochipBackend(label: string, driver: Driver): OpenBackend {
  return async (lines, events) => {
    const kernel = await driver.load();
    const chip = findChip(kernel, label);
    const held = takeAll(kernel, chip, lines);
    let isOver = false;
    const end = (cause: unknown): FengsuiError => {
      const why = gone(chip, cause);
      if (!isOver) events.lost(why);
      isOver = true;
      return why;
    };
    const inputs = held.filter(({ spec }) => spec.direction === 'in');
    try {
      for (const { index, fd } of inputs) events.level(index, levelOf(kernel, fd), driver.clock.mono());
    } catch (e) {
      releaseAll(kernel, held);
      throw gone(chip, e);
    }
    const watching = watch(inputs, { kernel, events, clock: driver.clock, isOver: () => isOver }).catch(end);
    return {
      ...openLines(kernel, held, end),
      async [Symbol.asyncDispose]() {
        isOver = true;
        await watching; // the descriptors are in use until poll has returned
        releaseAll(kernel, held);
      },
    };
  };
}

function openLines(
  kernel: GpioKernel,
  held: readonly HeldLine[],
  end: (cause: unknown) => FengsuiError,
): Pick<OpenLines, 'read' | 'write'> {
  const on = <T>(index: number, work: (fd: number) => T): T => {
    const line = held.find((candidate) => candidate.index === index);
    if (!line) throw new FengsuiError('LINE', `there is no line number ${index}`);
    try {
      return work(line.fd);
    } catch (e) {
      throw end(e);
    }
  };
  return {
    read: async (index) => on(index, (fd) => levelOf(kernel, fd)),
    write: async (index, active) => on(index, (fd) => kernel.ioctl(fd, gpioRequest.setValues, valuesQuery(active))),
  };
}

/** Outputs first: they are what has to be in a known state soonest. All lines or none. */
function takeAll(kernel: GpioKernel, chip: Chip, lines: readonly WantedLine[]): HeldLine[] {
  const held: HeldLine[] = [];
  const chipFd = kernel.open(chip.path);
  try {
    for (const direction of ['out', 'in'])
      for (const [index, spec] of lines.entries())
        if (spec.direction === direction) held.push({ spec, index, fd: take(kernel, chip, chipFd, spec), sequence: 0 });
    return held;
  } catch (e) {
    releaseAll(kernel, held);
    throw e;
  } finally {
    kernel.close(chipFd);
  }
}

function take(kernel: GpioKernel, chip: Chip, chipFd: number, spec: WantedLine): number {
  if (spec.offset >= chip.lines)
    throw refused(chip, spec, `the chip has lines 0 to ${chip.lines - 1}; correct the offset`);
  const request = lineRequest({ ...spec, consumer: `fengsui:${spec.name}` });
  try {
    kernel.ioctl(chipFd, gpioRequest.line, request);
  } catch (cause) {
    throw refused(chip, spec, reasonOf(kernel, chipFd, spec, cause), cause);
  }
  return requestedFd(request);
}

function reasonOf(kernel: GpioKernel, chipFd: number, spec: WantedLine, cause: unknown): string {
  const code = errnoOf(cause);
  if (code === 'EBUSY')
    return `it is in use by ${holderOf(kernel, chipFd, spec.offset)}; end that program or device-tree entry, or choose another line`;
  if (code === 'EACCES' || code === 'EPERM')
    return 'no permission; the kernel or a security module refuses this line to the gateway';
  if (code === 'EINVAL' || code === 'ENOTTY')
    return 'the kernel refuses the request; Linux 5.10 or newer is needed, and a chip that supports this bias';
  return describeError(cause);
}

function holderOf(kernel: GpioKernel, chipFd: number, offset: number): string {
  const info = lineInfoQuery(offset);
  try {
    kernel.ioctl(chipFd, gpioRequest.lineInfo, info);
  } catch (e) {
    return `somebody (${describeError(e)})`;
  }
  return readLineInfo(info).consumer || 'a program without a name';
}

type Watch = {
  readonly kernel: GpioKernel;
  readonly events: BackendEvents;
  readonly clock: Clock;
  isOver(): boolean;
};

/** Tells edges until it is over. Rejects when a line is gone. */
async function watch(inputs: readonly HeldLine[], watching: Watch): Promise<void> {
  if (inputs.length === 0) return;
  const { kernel } = watching;
  const set = pollSet(inputs.map(({ fd }) => fd));
  for (let failures = 0; !watching.isOver(); ) {
    let found: number;
    try {
      found = await kernel.poll(set, inputs.length, pollFor);
      failures = 0;
    } catch (e) {
      if (++failures >= pollFailures) throw e;
      continue;
    }
    if (found === 0 || watching.isOver()) continue;
    for (const [position, line] of inputs.entries()) {
      const { isReadable, isGone } = polled(set, position);
      if (isGone) throw new Error(`line ${line.spec.name} has gone`);
      if (isReadable) drain(line, watching);
    }
  }
}

/** Tells the edges that wait on one line. Where some were dropped, the level itself has the last word. */
function drain(line: HeldLine, { kernel, events, clock }: Watch): void {
  const bytes = Buffer.alloc(readAtOnce * structSize.event);
  let hasGap = false;
  for (const { timestamp, active, sequence } of readEvents(bytes.subarray(0, kernel.read(line.fd, bytes)))) {
    hasGap ||= sequence !== (line.sequence + 1) % 2 ** 32;
    line.sequence = sequence;
    const age = Math.max(0, Number(kernel.monotonic() - timestamp) / 1e6);
    events.level(line.index, active, monoTime(clock.mono() - age));
  }
  if (hasGap) events.level(line.index, levelOf(kernel, line.fd), clock.mono());
}

function levelOf(kernel: GpioKernel, fd: number): boolean {
  const values = valuesQuery();
  kernel.ioctl(fd, gpioRequest.getValues, values);
  return readValue(values);
}

const releaseAll = (kernel: GpioKernel, held: readonly HeldLine[]): void => {
  for (const { fd } of held) kernel.close(fd);
};

const refused = (chip: Chip, { name, offset }: WantedLine, why: string, cause?: unknown): FengsuiError =>
  new FengsuiError('LINE', `line ${name} (offset ${offset} of ${chip.label}): ${why}`, {
    details: { line: name, offset, chip: chip.label },
    cause,
  });
const gone = (chip: Chip, cause: unknown): FengsuiError =>
  new FengsuiError(
    'BUS_DOWN',
    `the GPIO chip ${chip.label} (${chip.path}) does not work any more; check that it is plugged in`,
    { cause },
  );
