/** Whole numbers from–to, both included. */
export type Range = readonly [from: number, to: number];
/** Ascending, neither touching nor overlapping. */
export type Ranges = readonly Range[];

/** Adds a range and joins what touches. Pure. */
export function addRange(ranges: Ranges, [from, to]: Range): Ranges {
  if (from > to) return ranges;
  const last = ranges.at(-1);
  // The next number, as it nearly always is.
  if (last?.[1] === from - 1) return [...ranges.slice(0, -1), [last[0], to]];
  const before = ranges.filter(([, end]) => end < from - 1);
  const after = ranges.filter(([begin]) => begin > to + 1);
  const touching = ranges.slice(before.length, ranges.length - after.length);
  const joined: Range = [Math.min(from, touching[0]?.[0] ?? from), Math.max(to, touching.at(-1)?.[1] ?? to)];
  return [...before, joined, ...after];
}

/** Takes a range out. Pure. */
export const withoutRange = (ranges: Ranges, [from, to]: Range): Ranges =>
  ranges.flatMap(([begin, end]): Ranges => {
    if (end < from || begin > to) return [[begin, end]];
    const left: Ranges = begin < from ? [[begin, from - 1]] : [];
    const right: Ranges = end > to ? [[to + 1, end]] : [];
    return [...left, ...right];
  });

export const inRanges = (ranges: Ranges, n: number): boolean => ranges.some(([from, to]) => from <= n && n <= to);

/** What of the ranges is not below `from`. */
export const fromOn = (ranges: Ranges, from: number): Ranges => withoutRange(ranges, [0, from - 1]);

export const joinRanges = (a: Ranges, b: Ranges): Ranges => b.reduce(addRange, a);
