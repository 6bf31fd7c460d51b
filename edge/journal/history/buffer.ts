import { hourOf, inOrder, type Sample, type Series, summaryOf } from './sample.ts';
import { earlier, type Source, seriesKey } from './source.ts';

/** Samples that are not in the file yet, by hour. */
export type BufferedSeries = Series & { step: number | undefined; readonly hours: Map<number, Sample[]> };

export type HistoryBuffer = {
  readonly source: Source;
  /** The place of a series, made when it is new. */
  series(of: Series, step: number | undefined): BufferedSeries;
  add(to: BufferedSeries, sample: Sample): void;
  /** Samples held. */
  count(): number;
  all(): readonly BufferedSeries[];
  /** Everything held is in the file now. */
  clear(): void;
};

export function historyBuffer(): HistoryBuffer {
  const bySeries = new Map<string, BufferedSeries>();
  let count = 0;
  const find = (of: Series): BufferedSeries | undefined => bySeries.get(seriesKey(of));
  const samples = (of: Series, hour: number): readonly Sample[] => inOrder(find(of)?.hours.get(hour) ?? []);
  return {
    source: {
      points: (device) =>
        [...bySeries.values()].flatMap((s) => (s.device === device && s.hours.size > 0 ? [s.point] : [])),
      nextHour: (of, from) =>
        [...(find(of)?.hours.keys() ?? [])]
          .filter((hour) => hour >= from)
          .reduce<number | undefined>((least, hour) => earlier(least, hour), undefined),
      samples,
      summary: (of, hour) => summaryOf(samples(of, hour)),
    },
    series(of, step) {
      const found = find(of) ?? { ...of, step, hours: new Map() };
      found.step = step;
      bySeries.set(seriesKey(of), found);
      return found;
    },
    add(to, sample) {
      const hour = hourOf(sample.at);
      const list = to.hours.get(hour);
      if (list) list.push(sample);
      else to.hours.set(hour, [sample]);
      count++;
    },
    count: () => count,
    all: () => [...bySeries.values()].filter((series) => series.hours.size > 0),
    clear() {
      for (const series of bySeries.values()) series.hours.clear();
      count = 0;
    },
  };
}
