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
  /** The next item as an iterator tells it; done at the end. */
  readonly pull: () => Promise<IteratorResult<T, undefined>>;
};

const end = { done: true, value: undefined } as const;

export function pullQueue<T extends object>(): PullQueue<T> {
  const items: T[] = [];
  let head = 0;
  let ended = false;
  const waiting: ((next: IteratorResult<T, undefined>) => void)[] = [];
  const take = (): T | undefined => {
    const next = items[head];
    if (head < items.length) head++;
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
      if (reader) reader({ done: false, value: item });
      else items.push(item);
    },
    remove(isMeant) {
      const kept = items.slice(head).filter((item) => !isMeant(item));
      items.splice(0, items.length, ...kept);
      head = 0;
    },
    shift: take,
    end() {
      ended = true;
      items.length = 0;
      head = 0;
      for (const reader of waiting.splice(0)) reader(end);
    },
    pull() {
      if (ended) return Promise.resolve(end);
      const value = take();
      if (value !== undefined) return Promise.resolve({ done: false, value });
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}
