import { setTimeout as pause } from 'node:timers/promises';

export type BatchLimits = { readonly most: number; readonly withinMs: number };

/** What a stream has handed over: up to `most` items, or what came within `withinMs` of the first. Nothing is read ahead of the reader. */
export async function* batches<T>(
  stream: AsyncIterator<T, undefined>,
  { most, withinMs }: BatchLimits,
): AsyncGenerator<readonly T[], void> {
  let coming = stream.next();
  for (;;) {
    const first = await coming;
    if (first.done) return;
    const batch = [first.value];
    coming = stream.next();
    const timer = new AbortController();
    const late = pause(withinMs, 'late' as const, { signal: timer.signal }).catch(() => 'late' as const);
    while (batch.length < most) {
      const next = await Promise.race([coming, late]);
      if (next === 'late' || next.done) break;
      batch.push(next.value);
      coming = stream.next();
    }
    timer.abort();
    yield batch;
  }
}
