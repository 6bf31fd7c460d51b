import { FengsuiError } from '../model/errors.ts';

/** A listing that is fetched page by page, as far as it is read. */
export type Paged<T> = AsyncIterable<T> & {
  /** Page by page instead of item by item. */
  readonly pages: () => AsyncIterable<readonly T[]>;
  /** Everything at once. @throws FengsuiError OVERLOADED when there is more than `max`. */
  readonly all: (options: { readonly max: number }) => Promise<readonly T[]>;
};

/** @param fetch gets one page; it is given the `next` of the page before, and `undefined` for the first. */
export function paged<T, C extends string | number>(
  fetch: (after: C | undefined) => Promise<{ readonly items: readonly T[]; readonly next?: C }>,
): Paged<T> {
  async function* pages(): AsyncGenerator<readonly T[], void> {
    let after: C | undefined;
    for (;;) {
      const page = await fetch(after);
      if (page.items.length > 0) yield page.items;
      if (page.next === undefined) return;
      // A listing that does not advance would be read for ever.
      if (page.next === after)
        throw new FengsuiError('PROTOCOL', `the listing does not advance: its next page is ${page.next} again`);
      after = page.next;
    }
  }
  async function* items(): AsyncGenerator<T, void> {
    for await (const page of pages()) yield* page;
  }
  return {
    [Symbol.asyncIterator]: items,
    pages,
    async all({ max }) {
      const found: T[] = [];
      for await (const item of items()) {
        if (found.length >= max)
          throw new FengsuiError(
            'OVERLOADED',
            `there are more than ${max} items; ask for a shorter span, or read page by page`,
          );
        found.push(item);
      }
      return found;
    },
  };
}
