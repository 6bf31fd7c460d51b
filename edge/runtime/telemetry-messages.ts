import type { PointValue } from '../../sdk/model/point.ts';
import type { ClockTrust } from '../../sdk/model/time.ts';
import type { Sample } from '../../sdk/wire/telemetry.ts';

/** A sample, and what was known of the time when it was stamped. */
export type StampedSample = {
  readonly sample: Sample;
  readonly trust: ClockTrust;
  /** Wall time less monotonic time, ms. */
  readonly offset: number;
};

/** Samples of one message, of one time: no step of the clock lies between them. */
export type Bundle = Omit<StampedSample, 'sample'> & { readonly samples: readonly Sample[] };

/**
 * One message fits into one segment of TCP, so that an alarm behind it waits no more than a third of a second on a line
 * of 32 kbit/s.
 */
const messageBytes = 1_200;
/** What comes beside the samples: head and topic. */
const headBytes = 60;
/** By more than this it is another time, ms. */
const step = 500;

/** Cuts samples into messages, in their order. Pure. */
export function bundles(stamped: Iterable<StampedSample>): readonly Bundle[] {
  const cut: (Omit<Bundle, 'samples'> & { readonly samples: Sample[] })[] = [];
  let columns = new Set<number>();
  let room = 0;
  for (const { sample, trust, offset } of stamped) {
    const value = valueBytes(sample.value);
    const last = cut.at(-1);
    const size = value + (columns.has(sample.column) ? 0 : columnBytes(sample.column));
    if (last && size <= room && last.trust === trust && Math.abs(last.offset - offset) <= step) {
      last.samples.push(sample);
      room -= size;
    } else {
      cut.push({ trust, offset, samples: [sample] });
      columns = new Set();
      room = messageBytes - headBytes - columnBytes(sample.column) - value;
    }
    columns.add(sample.column);
  }
  return cut;
}

/** Its index, and where its times and values begin. */
const columnBytes = (column: number): number => (column < 256 ? 5 : 6);

/** About: its time in three bytes, and its value. */
function valueBytes(value: PointValue): number {
  if (value.quality === 'lost') return 6;
  if (typeof value.value === 'string') return 6 + 3 * value.value.length;
  return value.quality === 'good' ? 6 : 14;
}
