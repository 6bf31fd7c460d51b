import { setTimeout as pause } from 'node:timers/promises';
import type { AlarmStream, AlarmUpdate, RecordStreamOptions, RecordUpdate } from '../../client/alarm-stream.ts';
import type { Gap } from '../../client/client-events.ts';
import { FengsuiError } from '../../model/errors.ts';
import type { AuditEntry, PlatformStore } from '../platform-store.ts';
import { alarmEntryOf, auditOfGap, auditOfRecord } from './entries.ts';
import { type Keep, storeAudit } from './keep.ts';
import { keepReadings, type ReadClient } from './keep-readings.ts';
import { retrying } from './retry.ts';

/** What it needs of a client; every `Fengsui` is one. */
export type KeptDistrict = ReadClient & {
  readonly alarms: { readonly stream: (options: RecordStreamOptions) => AlarmStream<AlarmUpdate | RecordUpdate> };
  readonly on: (event: 'gap', listener: (gap: Gap) => void) => () => void;
};

export type KeepOptions = {
  /** Ends it; without one it goes on until the client is closed. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Also appends readings to `store.history`: those that come, and those that came while no process listened or the store
   * was away, which are fetched from the gateways.
   */
  readonly history?: boolean | undefined;
  /** Told of each failure of the store or of a gateway that is tried again, and of what could not be stored. */
  readonly problem?: ((error: FengsuiError) => void) | undefined;
};

const dayMs = 86_400_000;
/** So many gaps wait for the store; of a storm the oldest say least. */
const mostGaps = 1_000;

/**
 * Takes a district over into a store: every alarm change and every record of a gateway is stored, then committed; gaps are
 * stored as they come. A store that is away is tried again, with nothing committed meanwhile, so that the gateways keep what
 * they have. Can be ended and begun again at any time: what is there already is passed over.
 *
 * With `history` readings are stored, too, each entry of a gateway's telemetry lane once, from the first that is ever heard
 * of the gateway on. What was not heard is fetched, little by little, from the gateway's lane and else from its history;
 * what neither has any more becomes an audit entry, `history.hole`.
 * @throws FengsuiError FORBIDDEN with the first change, when the client has no signer
 */
export async function keepDistrict(fs: KeptDistrict, store: PlatformStore, options: KeepOptions = {}): Promise<void> {
  const over = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, over.signal]) : over.signal;
  const problem = options.problem ?? (() => undefined);
  const keep: Keep = { store, signal, problem, retry: retrying(signal, problem) };
  const parts = [
    keepAlarms(keep, fs),
    keepGaps(keep, fs),
    ...(options.history ? [keepReadings(keep, fs), prune(keep)] : []),
  ];
  try {
    await Promise.race(parts.map(unlessEnded)); // the first that ends, or fails, ends the others
  } finally {
    over.abort();
    await Promise.allSettled(parts);
  }
}

/** The end of the signal or of the client is no failure. */
const unlessEnded = (part: Promise<void>): Promise<void> =>
  part.catch((e: unknown) => (FengsuiError.is(e, 'ABORTED') ? undefined : Promise.reject(e)));

async function keepAlarms(keep: Keep, fs: KeptDistrict): Promise<void> {
  for await (const update of fs.alarms.stream({ records: true, signal: keep.signal }))
    if (await stored(keep, update)) await update.commit();
}

/** What the store can never take is not committed either: its gateway keeps it. */
async function stored({ store, retry, problem }: Keep, update: AlarmUpdate | RecordUpdate): Promise<boolean> {
  const receivedAt = new Date();
  try {
    await retry.untilDone(async () =>
      'record' in update
        ? store.audit.append(auditOfRecord(update, receivedAt))
        : store.alarms.append(alarmEntryOf(update, receivedAt)),
    );
    return true;
  } catch (e) {
    if (!FengsuiError.is(e, 'INVALID')) throw e;
    problem(e);
    return false;
  }
}

async function keepGaps(keep: Keep, fs: KeptDistrict): Promise<void> {
  const waiting: AuditEntry[] = [];
  let wake = (): void => undefined;
  const off = fs.on('gap', (gap) => {
    if (waiting.push(auditOfGap(gap, new Date())) > mostGaps) waiting.shift();
    wake();
  });
  keep.signal.addEventListener('abort', () => wake(), { once: true });
  try {
    while (!keep.signal.aborted) {
      const next = waiting.shift();
      if (next) await storeAudit(keep, next);
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    off();
  }
}

async function prune({ store, retry, signal }: Keep): Promise<void> {
  while (!signal.aborted) {
    await retry.untilDone(() => store.history.prune());
    await pause(dayMs, undefined, { signal }).catch(() => undefined); // the end is looked at above
  }
}
