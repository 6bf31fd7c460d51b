/** Items pushed from a socket and pulled by `for await`. It sets no bound of its own: whoever pushes looks at `size`. */
export type PullQueue<T> = {
  readonly size: number;
  readonly push: (item: T) => void;
  /** Takes the oldest away. */
  readonly shift: () => T | undefined;
  /** Takes all away that are meant. */
  readonly remove: (isMeant: (item: T) => boolean) => void;
  /** Every reader sees the end at once; what was not pulled is let go. */
  readonly end: () => void;
  /** Resolves with `undefined` at the end. */
  readonly pull: () => Promise<{ readonly item: T } | undefined>;
};

export function pullQueue<T>(): PullQueue<T> {
  const items: { readonly item: T }[] = [];
  let head = 0;
  let ended = false;
  const waiting: ((next: { readonly item: T } | undefined) => void)[] = [];
  const take = (): { readonly item: T } | undefined => {
    const next = items[head];
    if (!next) return undefined;
    head++;
    // Moving the rest for every item would make a long queue slow.
    if (head > 1_024 && head * 2 > items.length) {
      items.splice(0, head);
      head = 0;
    }
    return next;
  };
  return {
    get size() {
      return items.length - head;
    },
    push(item) {
      if (ended) return;
      const reader = waiting.shift();
      if (reader) reader({ item });
      else items.push({ item });
    },
    shift: () => take()?.item,
    remove(isMeant) {
      const kept = items.slice(head).filter(({ item }) => !isMeant(item));
      items.splice(0, items.length, ...kept);
      head = 0;
    },
    end() {
      ended = true;
      items.length = 0;
      head = 0;
      for (const reader of waiting.splice(0)) reader(undefined);
    },
    pull() {
      if (ended) return Promise.resolve(undefined);
      const next = take();
      return next ? Promise.resolve(next) : new Promise((resolve) => waiting.push(resolve));
    },
  };
}
