import { z } from 'zod';

const unit = z.int().min(1).max(247);
const address = z.int().min(0).max(65_535);
const ms = z.number().min(0);
/** From the end of the request to the beginning of the answer; `minimal` is the 3.5 characters of the standard. */
const turnaround = z.union([z.literal('minimal'), ms]);

/**
 * What a paced line is made of. Everything may be left out. Register `a` of unit `u` holds `(u << 8 | a & 0xff)` in the
 * tables `holding` and `input` until it is set; a coil or discrete input is 1 where the sum of unit and address is odd.
 */
export const pacedLineOptions = z.strictObject({
  baud: z.int().min(50).max(4_000_000).default(9_600),
  parity: z.enum(['none', 'even', 'odd']).default('none'),
  stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
  /** Devices have the addresses from 1 to this. */
  units: unit.default(1),
  /** Addresses of each device count from 0 to one less; beyond them it refuses with exception 2. */
  registers: z.int().min(1).max(65_536).default(200),
  /** Ranges inside that are refused with exception 2, by all devices. */
  holes: z.array(z.strictObject({ address, count: z.int().min(1) })).default([]),
  /** Devices drop requests that are not preceded by 3.5 characters of silence (1.75 ms above 19,200 baud). */
  strict: z.boolean().default(true),
  turnaround: turnaround.default('minimal'),
  /** The turnaround of single devices by address, where it differs. */
  turnarounds: z.record(z.string().regex(/^\d+$/), turnaround).default({}),
  /** Addresses from 1 to `units` at which nobody is. */
  dead: z.array(unit).default([]),
  /** How the adapter hands over what comes: each byte when it is over, or all when the frame is over. */
  chunk: z.enum(['byte', 'frame']).default('frame'),
  /** The adapter hears what it sends itself. */
  echo: z.boolean().default(false),
  /** Never sleeps, not even on a line that has long been idle. */
  spin: z.boolean().default(false),
  /** Where a symbolic link to the pty is to lie; in a folder of its own unless given. */
  path: z.string().optional(),
});

export type PacedLineOptions = z.input<typeof pacedLineOptions>;
export type PacedLineSettings = z.output<typeof pacedLineOptions>;

const fault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('mute') }),
  z.strictObject({ kind: z.literal('late'), ms }),
  z.strictObject({ kind: z.literal('exception'), code: z.int().min(1).max(255) }),
  z.strictObject({ kind: z.literal('cut'), keep: z.int().min(0) }),
  z.strictObject({ kind: z.literal('burst'), bit: z.int().min(0) }),
  z.strictObject({ kind: z.literal('noise'), bytes: z.array(z.int().min(0).max(255)).min(1) }),
  z.strictObject({ kind: z.literal('foreign-unit'), unit }),
  z.strictObject({ kind: z.literal('foreign-block'), shift: z.int() }),
]);

/** A fault of every answer of a device, until it is told to behave. */
export type FaultOrder = z.infer<typeof fault>;

/** What a running line can be told. */
export const pacedLineOrder = z.discriminatedUnion('do', [
  /** All counts begin again at zero. */
  z.strictObject({ do: z.literal('reset-stats') }),
  z.strictObject({ do: z.literal('set'), unit, address, value: z.int().min(0).max(65_535) }),
  /** The device is silent for so long. */
  z.strictObject({ do: z.literal('mute'), unit, ms }),
  /** The device is silent for so long, and then has its first register values again. */
  z.strictObject({ do: z.literal('brown-out'), unit, ms }),
  z.strictObject({ do: z.literal('misbehave'), unit, fault }),
  z.strictObject({ do: z.literal('behave'), unit }),
  /** The adapter is pulled out: the path is gone. */
  z.strictObject({ do: z.literal('unplug') }),
  z.strictObject({ do: z.literal('plug') }),
]);

export type PacedLineOrder = z.infer<typeof pacedLineOrder>;
