import { setTimeout as pause } from 'node:timers/promises';

export type BatchLimits<T> = {
  readonly most: number;
  /** What an item counts towards `most`. */
  readonly sizeOf: (item: T) => number;
  readonly withinMs: number;
};

/** What a stream has handed over: items until there are `most`, or what came within `withinMs` of the first. Nothing is read ahead of the reader. */
export async function* batches<T>(
  stream: Pick<AsyncIterator<T, undefined>, 'next'>,
  { most, sizeOf, withinMs }: BatchLimits<T>,
): AsyncGenerator<readonly T[], void> {
  let coming = stream.next();
  for (;;) {
    const first = await coming;
    if (first.done) return;
    const batch = [first.value];
    let size = sizeOf(first.value);
    coming = stream.next();
    const timer = new AbortController();
    const late = pause(withinMs, 'late' as const, { signal: timer.signal }).catch(() => 'late' as const);
    while (size < most) {
      const next = await Promise.race([coming, late]);
      if (next === 'late' || next.done) break;
      batch.push(next.value);
      size += sizeOf(next.value);
      coming = stream.next();
    }
    timer.abort();
    yield batch;
  }
}
