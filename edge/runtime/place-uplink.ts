import { describeError } from '../../sdk/model/errors.ts';
import { seconds } from '../../sdk/model/time.ts';
import { fieldsOf } from '../../sdk/wire/parse.ts';
import type { Journal, Lane, Seq } from '../journal/journal.ts';
import type { Clock } from '../platform/clock.ts';
import { withDeadline } from '../platform/deadline.ts';
import type { Log } from '../platform/log.ts';
import { stopper } from '../platform/stop.ts';
import type { UplinkConfig } from './config/config-schema.ts';

type Place = Readonly<Record<Lane, Seq>>;
type Starting = Pick<UplinkConfig, 'id' | 'startAt'>;

const lanes = ['alarm', 'telemetry'] as const satisfies readonly Lane[];
/** A disk that takes nothing must not keep a gateway from starting. */
const within = seconds(2);

/**
 * Gives an uplink whose id the journal does not know yet its place in the lanes, once and for all: whatever becomes of
 * the configuration, it goes on from where it was. From then on no alarm is let go that it has not taken.
 */
export async function placeUplink(
  uplink: Starting,
  { journal, clock, log }: { readonly journal: Journal; readonly clock: Clock; readonly log: Log },
): Promise<void> {
  const deadline = { clock, ms: within, signal: stopper().signal, what: `the place of uplink ${uplink.id}` };
  await withDeadline(deadline, () => place(uplink, journal)).catch((e: unknown) =>
    log.warn('uplink.not-placed', { uplink: uplink.id, why: describeError(e) }),
  );
}

async function place(uplink: Starting, journal: Journal): Promise<void> {
  const { id } = uplink;
  const key = `uplink/${id}`;
  const kept = (await journal.kept(key)).get(key);
  const start = kept ? readPlace(kept) : await newPlace(uplink, journal);
  if (!kept) await journal.keep({ key, value: Buffer.from(JSON.stringify(start)) });
  // Each time: the cursors are written later than the place, and a power cut may come between.
  for (const lane of lanes)
    await journal.acknowledge(id, lane, Math.min(start[lane], journal.status().lanes[lane].last));
}

/** One that has a cursor was there before places were kept, and stays where it is. */
async function newPlace({ id, startAt }: Starting, journal: Journal): Promise<Place> {
  const cursors = { alarm: await journal.cursor(id, 'alarm'), telemetry: await journal.cursor(id, 'telemetry') };
  const isKnown = cursors.alarm > 0 || cursors.telemetry > 0;
  if (isKnown || startAt === 'stored') return cursors;
  const { alarm, telemetry } = journal.status().lanes;
  return { alarm: alarm.last, telemetry: telemetry.last };
}

function readPlace(bytes: Uint8Array): Place {
  const fields = fieldsOf(JSON.parse(Buffer.from(bytes).toString('utf8')), 'place');
  return { alarm: fields.count('alarm'), telemetry: fields.count('telemetry') };
}
