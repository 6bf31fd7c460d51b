import { inOrder, joined, type Sample, type Series, type Summary } from './sample.ts';

/** Where history is read from: the file, what is not written yet, or both as one. */
export interface Source {
  /** Points of a device of which anything is kept, by name. */
  points(device: string): readonly string[];
  /** The first hour, from this one on, of which there is anything. */
  nextHour(series: Series, from: number): number | undefined;
  /** In order of time. */
  samples(series: Series, hour: number): readonly Sample[];
  summary(series: Series, hour: number): Summary;
}

export const seriesKey = ({ device, point }: Series): string => `${device}/${point}`;

export function both(a: Source, b: Source): Source {
  return {
    points: (device) => [...new Set([...a.points(device), ...b.points(device)])].toSorted(),
    nextHour: (series, from) => earlier(a.nextHour(series, from), b.nextHour(series, from)),
    samples: (series, hour) => inOrder([...a.samples(series, hour), ...b.samples(series, hour)]),
    summary: (series, hour) => joined(a.summary(series, hour), b.summary(series, hour)),
  };
}

export function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}
