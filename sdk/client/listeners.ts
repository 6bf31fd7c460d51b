/** A list of callbacks for one kind of event. */
export type Listeners<T> = {
  /** Returns the function that takes the callback off again. */
  readonly add: (listener: (event: T) => void) => () => void;
  readonly emit: (event: T) => void;
  readonly clear: () => void;
};

/** A callback that throws is the application's fault: the others still run, and the error surfaces as uncaught. */
export function listeners<T>(): Listeners<T> {
  const all = new Set<{ readonly call: (event: T) => void }>();
  return {
    add(listener) {
      const entry = { call: listener };
      all.add(entry);
      return () => all.delete(entry);
    },
    emit(event) {
      for (const { call } of all) {
        try {
          call(event);
        } catch (e) {
          queueMicrotask(() => {
            throw e;
          });
        }
      }
    },
    clear: () => all.clear(),
  };
}
