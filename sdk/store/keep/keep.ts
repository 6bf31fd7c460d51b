import { FengsuiError } from '../../model/errors.ts';
import type { AuditEntry, HistoryMark, PlatformStore, Sample } from '../platform-store.ts';
import type { Retry } from './retry.ts';

/** What every part of keeping a district works with. */
export type Keep = {
  readonly store: PlatformStore;
  readonly signal: AbortSignal;
  readonly problem: (error: FengsuiError) => void;
  readonly retry: Retry;
};

/** Tries until it is stored. What the store can never take is told and passed over. @throws FengsuiError ABORTED */
export async function untilStored({ retry, problem }: Keep, work: () => Promise<unknown>): Promise<void> {
  try {
    await retry.untilDone(work);
  } catch (e) {
    if (!FengsuiError.is(e, 'INVALID')) throw e;
    problem(e);
  }
}

/** So many samples fit into one `append`. */
const mostSamples = 10_000;

/** Readings, and with the last of them the marks that they make true. */
export async function storeReadings(
  keep: Keep,
  samples: readonly Sample[],
  marks: readonly HistoryMark[],
): Promise<void> {
  const { history } = keep.store;
  let from = 0;
  for (; samples.length - from > mostSamples; from += mostSamples) {
    const part = samples.slice(from, from + mostSamples);
    await untilStored(keep, () => history.append(part));
  }
  const rest = samples.slice(from);
  if (rest.length + marks.length > 0) await untilStored(keep, () => history.append(rest, { marks }));
}

export const storeAudit = (keep: Keep, entry: AuditEntry): Promise<void> =>
  untilStored(keep, () => keep.store.audit.append(entry));
