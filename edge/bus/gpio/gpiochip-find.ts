import { describeError, FengsuiError } from '../../../sdk/model/errors.ts';
import { errnoOf, type GpioKernel } from './gpio-kernel.ts';
import { type ChipInfo, gpioRequest, readChipInfo, structSize } from './gpio-uapi.ts';

export type Chip = ChipInfo & { readonly path: string };

/** The chip with this label. @throws FengsuiError LINE that says which chips there are */
export function findChip(kernel: GpioKernel, label: string): Chip {
  const chips: Chip[] = [];
  const refused: { readonly path: string; readonly cause: unknown }[] = [];
  for (const path of kernel.chips()) {
    try {
      const chip = { ...chipAt(kernel, path), path };
      // Raspberry Pi OS links /dev/gpiochip4 to /dev/gpiochip0: one chip, two paths.
      if (!chips.some(({ name }) => name === chip.name)) chips.push(chip);
    } catch (cause) {
      refused.push({ path, cause });
    }
  }
  const [found, second] = chips.filter((chip) => chip.label === label);
  if (found && !second) return found;
  const details = { label, chips: chips.map((chip) => chip.label) };
  if (second) throw new FengsuiError('LINE', `more than one GPIO chip is labelled ${label}; remove one`, { details });
  throw new FengsuiError('LINE', absent(label, chips, refused), { details, cause: refused[0]?.cause });
}

function chipAt(kernel: GpioKernel, path: string): ChipInfo {
  const fd = kernel.open(path);
  try {
    const bytes = Buffer.alloc(structSize.chipInfo);
    kernel.ioctl(fd, gpioRequest.chipInfo, bytes);
    return readChipInfo(bytes);
  } finally {
    kernel.close(fd);
  }
}

function absent(
  label: string,
  chips: readonly Chip[],
  refused: readonly { readonly path: string; readonly cause: unknown }[],
): string {
  const noPermission = refused.filter(({ cause }) => ['EACCES', 'EPERM'].includes(errnoOf(cause) ?? ''));
  if (noPermission.length > 0)
    return `no permission for ${noPermission.map(({ path }) => path).join(', ')}, so the GPIO chip ${label} cannot be looked for; add the gateway's user to the group gpio`;
  if (refused.length > 0)
    return `no GPIO chip is labelled ${label}; ${refused.map(({ path, cause }) => `${path} could not be asked (${describeError(cause)})`).join(', ')}`;
  if (chips.length === 0)
    return `no GPIO chip is labelled ${label}: this machine has none (/dev/gpiochip*); enable its driver or use a Firmata board`;
  return `no GPIO chip is labelled ${label}; this machine has ${chips.map((chip) => `${chip.label} (${chip.lines} lines)`).join(', ')}; correct the label`;
}
