import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { RunClock } from '../../../sdk/model/run-clock.ts';
import { encodeCbor } from '../../../sdk/wire/cbor.ts';
import { hearEntry } from '../../../sdk/wire/lane-entry.ts';
import type { Fields } from '../../../sdk/wire/parse.ts';
import type { Data } from '../../../sdk/wire/request.ts';
import { runClockCbor } from '../../../sdk/wire/run-clock.ts';
import type { Journal } from '../../journal/journal.ts';

/** More than this is for the platform, which stores them. */
const mostRecords = 1_000;
const usualRecords = 100;
/** Entries read at once, and looked at in all. */
const page = 500;
const mostLookedAt = 20_000;

/**
 * Answers `records` on this host: the newest `last` of them, oldest first, each as it stands in the journal, and how
 * their stamps lie in right time; bytes as base64.
 * @throws FengsuiError PROTOCOL, INVALID, JOURNAL
 */
export async function recordsAnswer(
  { journal, clocks }: { readonly journal: Journal; readonly clocks: readonly RunClock[] },
  p: Fields,
): Promise<Data> {
  const wanted = p.has('last') ? p.count('last') : usualRecords;
  if (wanted < 1 || wanted > mostRecords)
    throw new FengsuiError('INVALID', `last: expected 1 to ${mostRecords}, got ${wanted}`);
  const { last } = journal.status().lanes.alarm;
  const found: Uint8Array[] = [];
  for (let end = last; end > Math.max(0, last - mostLookedAt) && found.length < wanted; end -= page) {
    const entries = await journal.read('alarm', Math.max(0, end - page), page);
    found.unshift(...entries.filter(({ seq, body }) => seq <= end && isRecord(body)).map(({ body }) => body));
  }
  return {
    records: found.slice(-wanted).map(base64),
    clocks: base64(encodeCbor(clocks.map(runClockCbor))),
  };
}

/** What a later version has written is left out. */
function isRecord(body: Uint8Array): boolean {
  try {
    return 'record' in hearEntry(body);
  } catch {
    return false;
  }
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
