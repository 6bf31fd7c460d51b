/** Addresses `from` up to but not including `to`, to be read in one piece every `every` ms or more often. */
export type Span = { readonly from: number; readonly to: number; readonly every: number };

export type CoverRules = {
  /** Bus time of reading so many addresses at once, in ms: above 0, and never less for more. */
  readonly price: (count: number) => number;
  /** How far a read that begins at `from` may go at most; at least to the end of every wanted span that begins there. */
  readonly reach: (from: number) => number;
};

/**
 * The reads of least bus time a second (sum of price / period) such that every wanted span lies whole in a read that is
 * repeated at least as often; of equals, the ones of fewest addresses. Reads may lie within each other: a fast one may
 * pick what is urgent out of a slow one.
 *
 * Optimal among all such sets of reads. An optimal set can be put together from left to right: the leftmost span that
 * no read holds yet is where the next read begins, so all that matters of the reads so far is how many spans of each
 * period, counted from the left, they hold. This is dynamic programming over those counts. With one period the work
 * grows with the spans times those within one read. With several periods there may be many ways to the same leftmost
 * span; one is given up when another could catch up with it at no more cost. Of those left {@link mostWays} are
 * followed, the cheapest; only where there are more, the result need not be the optimum.
 */
export function cheapestCover(wanted: readonly Span[], rules: CoverRules): readonly Span[] {
  const ground = survey(wanted, rules);
  const ways = ground.spans.map((): Way[] => []);
  const arrived: Way[] = [];
  const offer = (way: Way): void => keep(ways[leftmost(ground, way.held)] ?? arrived, way, ground);
  offer({ held: ground.levels.map(() => 0), cost: 0 });
  for (const span of ground.spans) {
    for (const way of cheapest(ways[span.rank] ?? [])) goOn(way, span, ground, offer);
    ways[span.rank] = []; // those that went on hold what is still needed of them
  }
  return readsOf(arrived[0]);
}

/**
 * How many ways to one span are followed. Tables of real devices were seen to need one; random tables of 300 spans with
 * three periods, up to 35.
 */
const mostWays = 40;

/** Added for each address, in ms, so that of two ways that cost the same the one that reads less is taken. */
const feather = 1e-6;

/** Spans of one period, by address. None lies within another one that is at least as fast, so their ends rise too. */
type Level = { readonly every: number; readonly spans: readonly Ranked[] };
/** `rank`: its place among all spans, by address; `level`: index of its period, fastest first. */
type Ranked = Span & { readonly rank: number; readonly level: number };
type Ground = { readonly levels: readonly Level[]; readonly spans: readonly Ranked[]; readonly rules: CoverRules };

/** Reads chosen so far. `held`: of each level, how many spans they hold from the left. */
type Way = {
  readonly held: readonly number[];
  readonly cost: number;
  readonly last?: { readonly read: Span; readonly before: Way };
};

function survey(wanted: readonly Span[], rules: CoverRules): Ground {
  const periods = [...new Set(wanted.map((span) => span.every))].toSorted((a, b) => a - b);
  const furthest = periods.map(() => Number.NEGATIVE_INFINITY);
  const spans: Ranked[] = [];
  for (const span of wanted.toSorted((a, b) => a.from - b.from || a.every - b.every || b.to - a.to)) {
    const level = periods.indexOf(span.every);
    if (furthest.some((to, faster) => faster <= level && span.to <= to)) continue; // read with another anyway
    furthest[level] = span.to;
    spans.push({ ...span, level, rank: spans.length });
  }
  const levels = periods.map((every, level) => ({ every, spans: spans.filter((span) => span.level === level) }));
  return { spans, levels, rules: { ...rules, price: priceList(rules.price) } };
}

/** Of the first spans that are not held, the rank of the one that begins first. */
function leftmost({ levels }: Ground, held: readonly number[]): number {
  let rank = Number.POSITIVE_INFINITY;
  for (let level = 0; level < levels.length; level++)
    rank = Math.min(rank, levels[level]?.spans[held[level] ?? 0]?.rank ?? rank);
  return rank;
}

/** Offers all reads that begin with `span`: of each period that is fast enough, up to each end within reach. */
function goOn(way: Way, span: Ranked, { levels, rules }: Ground, offer: (way: Way) => void): void {
  const { from } = span;
  const reach = rules.reach(from);
  for (let level = 0; level <= span.level; level++) {
    const every = levels[level]?.every ?? span.every;
    const held = [...way.held];
    for (let to = span.to; to <= reach; to = nextEnd(levels, held, level)) {
      hold(levels, held, { level, to });
      // A read that holds nothing of its own period may as well be slower.
      if (held[level] === way.held[level]) continue;
      const cost = way.cost + rules.price(to - from) / every;
      offer({ held, cost, last: { read: { from, to, every }, before: way } });
    }
  }
}

/** A read up to `to` holds the spans of its own and of slower levels that end by then. */
function hold(levels: readonly Level[], held: number[], read: { readonly level: number; readonly to: number }): void {
  for (let level = read.level; level < levels.length; level++) {
    const spans = levels[level]?.spans ?? [];
    let count = held[level] ?? 0;
    while ((spans[count]?.to ?? Number.POSITIVE_INFINITY) <= read.to) count++;
    held[level] = count;
  }
}

function nextEnd(levels: readonly Level[], held: readonly number[], from: number): number {
  let end = Number.POSITIVE_INFINITY;
  for (let level = from; level < levels.length; level++)
    end = Math.min(end, levels[level]?.spans[held[level] ?? 0]?.to ?? end);
  return end;
}

/** Adds a copy of a way unless one beats it, and drops those that it beats. */
function keep(ways: Way[], way: Way, ground: Ground): void {
  for (const other of ways) if (beats(other, way, ground)) return;
  let kept = 0;
  for (const other of ways) if (!beats(way, other, ground)) ways[kept++] = other;
  ways.length = kept;
  ways.push({ ...way, held: [...way.held] });
}

/**
 * Whether `a` costs no more than `b` when it holds as much. Both have come to the same leftmost span, so what `b` holds
 * beyond it in one level lies in a single read of `b`, and `a` could read it in one as well.
 */
function beats(a: Way, b: Way, { levels, rules }: Ground): boolean {
  let left = b.cost - a.cost;
  for (let level = 0; level < levels.length && left >= 0; level++) {
    const [has, wants] = [a.held[level] ?? 0, b.held[level] ?? 0];
    if (has >= wants) continue;
    const { every, spans } = levels[level] ?? { every: 1, spans: [] };
    left -= rules.price((spans[wants - 1]?.to ?? 0) - (spans[has]?.from ?? 0)) / every;
  }
  return left >= 0;
}

const cheapest = (ways: Way[]): readonly Way[] =>
  ways.length > mostWays ? ways.toSorted((a, b) => a.cost - b.cost).slice(0, mostWays) : ways;

function readsOf(way: Way | undefined): readonly Span[] {
  const reads: Span[] = [];
  for (let last = way?.last; last; last = last.before.last) reads.push(last.read);
  return reads.toReversed();
}

function priceList(price: (count: number) => number): (count: number) => number {
  const prices: number[] = [];
  return (count) => (prices[count] ??= price(count) + count * feather);
}
