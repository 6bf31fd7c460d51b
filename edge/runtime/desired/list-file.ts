import { z } from 'zod';
import { describeError } from '../../../sdk/model/errors.ts';
import type { DesiredConflict, DesiredProblem } from '../../../sdk/wire/desired.ts';
import { syncs } from '../../../sdk/wire/desired.ts';
import { previousOf, readText, replaceText } from '../../platform/files.ts';
import type { Log } from '../../platform/log.ts';
import { type DeviceEntry, entrySchema } from './device-entry.ts';

/** A version that the platform has sent, told apart from another list of the same number by its digest. */
export type Taken = {
  readonly version: number;
  readonly digest: string;
  readonly sync: 'in-sync' | 'rejected';
  readonly problems: readonly DesiredProblem[];
  /** So many problems more there were. */
  readonly leftOut: number;
};

/** What is kept of the devices that are not in the site's file. */
export type StoredList = {
  /** Grows by one with each change of the list in force. */
  readonly configVersion: number;
  /** The list in force. An earlier program reads this and `configVersion` alone. */
  readonly devices: readonly DeviceEntry[];
  /** Grows by one with each change on site. */
  readonly localVersion: number;
  /** What the platform wants of it; what differs was changed on site. */
  readonly wanted: readonly DeviceEntry[];
  readonly conflicts: readonly DesiredConflict[];
  readonly taken: Taken;
  /** A version that is being tried; `devices` is the list before it. */
  readonly trial?: { readonly version: number; readonly digest: string };
};

const problem = z.object({ device: z.string().exactOptional(), path: z.string(), message: z.string() });
const conflict = z.object({
  device: z.string(),
  field: z.string().exactOptional(),
  onSite: z.json(),
  platform: z.json(),
  kept: z.enum(['on-site', 'platform']),
  version: z.int().min(0),
});
const trial = z.object({ version: z.int().min(1), digest: z.string() });
const taken = z.object({
  version: z.int().min(0),
  digest: z.string(),
  sync: z.enum(syncs).exclude(['trial']),
  problems: z.array(problem),
  leftOut: z.int().min(0),
});
const nothingTaken: Taken = { version: 0, digest: '', sync: 'in-sync', problems: [], leftOut: 0 };
const fileSchema = z
  .object({
    configVersion: z.int().min(0),
    devices: z.array(entrySchema),
    localVersion: z.int().min(0).default(0),
    wanted: z.array(entrySchema).optional(),
    conflicts: z.array(conflict).default([]),
    taken: taken.default({ ...nothingTaken, problems: [] }),
    trial: trial.optional(),
  })
  // A list of an earlier version was the platform's alone.
  .transform((file) => ({ ...file, wanted: file.wanted ?? file.devices }));

const empty: StoredList = {
  configVersion: 0,
  devices: [],
  localVersion: 0,
  wanted: [],
  conflicts: [],
  taken: nothingTaken,
};

/**
 * Reads what is stored. A damaged list, or a card that does not give it back, must not keep the gateway from watching what
 * it still knows: that is the list before the last change, under a version of its own, else none.
 */
export async function readList(file: string, log: Log): Promise<StoredList> {
  try {
    return (await readOne(file)) ?? empty;
  } catch (e) {
    log.warn('device.list-unreadable', { file, why: describeError(e) });
  }
  const before = await readOne(previousOf(file)).catch(() => undefined);
  if (!before) return empty;
  log.warn('device.list-before', { file: previousOf(file), devices: before.devices.length });
  return { ...before, configVersion: before.configVersion + 2 };
}

/** `undefined`: there is none. @throws when it cannot be read */
async function readOne(file: string): Promise<StoredList | undefined> {
  const text = await readText(file);
  return text === undefined ? undefined : withoutTrial(fileSchema.parse(JSON.parse(text)));
}

export const storeList = (file: string, list: StoredList): Promise<void> =>
  replaceText(file, `${JSON.stringify(list, undefined, 2)}\n`);

/**
 * A version that was on trial when the gateway died may be what killed it: the list before it stays in force, and
 * nothing is tried twice.
 */
function withoutTrial({ trial: open, ...list }: z.infer<typeof fileSchema>): StoredList {
  if (!open) return { ...list, taken: list.taken };
  const message =
    'the gateway was killed or stopped while this version was on trial; send it again under the next version';
  const taken: Taken = { ...open, sync: 'rejected', problems: [{ path: '', message }], leftOut: 0 };
  return { ...list, configVersion: list.configVersion + 1, taken };
}
