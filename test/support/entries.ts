import type { Journal, Lane } from '../../edge/journal/journal.ts';
import { wallTime } from '../../sdk/model/time.ts';

/** Puts entries into a lane whose bytes are their own number. */
export async function appendNumbered(journal: Journal, lane: Lane, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await journal.append(lane, wallTime(0), (seq) => Uint8Array.of(seq >> 8, seq & 0xff));
}
export const numberOf = (body: Uint8Array): number => (body[0] ?? 0) * 256 + (body[1] ?? 0);
