/** Which numbers above a cursor were taken. Receipts may come in any order, twice, or not at all. */
export type Taken = {
  readonly cursor: number;
  readonly above: ReadonlySet<number>;
};

/** Adds a range, not beyond `last`, and moves the cursor over what is complete. Pure. */
export function take(taken: Taken, range: readonly [number, number], last: number): Taken {
  const above = new Set(taken.above);
  const from = Math.max(range[0], taken.cursor + 1);
  for (let seq = from; seq <= Math.min(range[1], last); seq++) above.add(seq);
  let { cursor } = taken;
  while (above.delete(cursor + 1)) cursor++;
  return { cursor, above };
}
