/** `AsyncDisposableStack` for Node 20, which has the symbols but not the class. Closes in reverse order. */
export type Scope = AsyncDisposable & { readonly own: <T extends AsyncDisposable>(resource: T) => T };

export function scope(): Scope {
  const owned: AsyncDisposable[] = [];
  return {
    own(resource) {
      owned.push(resource);
      return resource;
    },
    async [Symbol.asyncDispose]() {
      const failures: unknown[] = [];
      for (const resource of owned.splice(0).toReversed()) {
        try {
          await resource[Symbol.asyncDispose]();
        } catch (e) {
          failures.push(e); // one bad close must not leave the rest open
        }
      }
      if (failures.length > 0) throw new AggregateError(failures, 'shutdown was not clean');
    },
  };
}
