import type { Entry, Lane } from '../../../edge/journal/journal.ts';
import { wallTime } from '../../../sdk/model/time.ts';
import { seededRandom } from '../../../simulators/water/seeded-random.ts';
import { numberedReadings } from '../../support/numbered-readings.ts';

/** Small, so that the trial sees many checkpoints, readings summed up to minutes and quarters, and evictions. */
export const maxBytes = 256 * 1_024;
/** The history is a third file beside them; it is made of telemetry and can be made again. */
export const history = { days: 400, maxBytes: 64 * 1_048_576 };
export const maxDays = 90;
export const journalId = 7;
export const destinations = ['platform', 'centre'] as const;
const longest = { alarm: 250, telemetry: 4_000 } as const satisfies Record<Lane, number>;

/** Of each hundred telemetry entries so many are nothing that could be read or summed up. */
const unreadable = 10;
export const readings = numberedReadings({
  log: journalId,
  columns: 30,
  stepMs: 20_000,
  other: (seq) => (seq % 100 < unreadable ? garbage('telemetry', seq) : undefined),
});

/** What stands in an entry follows from its number, so that whoever reads it back knows what it has to be. */
export function entryOf(lane: Lane, seq: number): Entry {
  if (lane === 'telemetry') return readings.entry(seq);
  return { seq, at: wallTime(1_767_225_600_000 + seq), body: garbage(lane, seq) };
}

function garbage(lane: Lane, seq: number): Uint8Array {
  const random = seededRandom(seq * 2 + (lane === 'alarm' ? 0 : 1));
  const body = new Uint8Array(40 + Math.floor(random() * longest[lane]));
  for (let i = 0; i < body.length; i++) body[i] = Math.floor(random() * 256);
  body[0] = 0xff; // no CBOR begins with it
  return body;
}

export const keptKey = (lane: Lane): string => `state/${lane}`;
export const keptValue = (seq: number): Uint8Array => new TextEncoder().encode(`as of ${seq}`);
export const keptSeq = (value: Uint8Array | undefined): number =>
  Number(/^as of (\d+)$/.exec(new TextDecoder().decode(value))?.[1] ?? Number.NaN);

/** What the writer says once a write was acknowledged to it; each is one `write` to its standard output. */
export type Told = { readonly lane: Lane; readonly upTo: number };
export const toldLine = ({ lane, upTo }: Told): string => `${lane} ${upTo}\n`;
export function toldIn(line: string): Told | undefined {
  const [lane, upTo] = line.trim().split(' ');
  return lane === 'alarm' || lane === 'telemetry' ? { lane, upTo: Number(upTo) } : undefined;
}
