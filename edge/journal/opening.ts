import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { elapsed, type Millis, millis, minutes, seconds } from '../../sdk/model/time.ts';
import type { OpenDatabase } from '../../sdk/sqlite/driver.ts';
import type { Clock } from '../platform/clock.ts';

/** Shared by both threads: the one that opens the files counts its steps in it, the other sees that it works. */
export type Steps = Int32Array;

export const newSteps = (): Steps => new Int32Array(new SharedArrayBuffer(4));

/** Each statement is a step: no thread can speak in the middle of one. */
export function counted(open: OpenDatabase, steps: Steps): OpenDatabase {
  const count = <T>(work: () => T): T => {
    Atomics.add(steps, 0, 1);
    return work();
  };
  return (uri) => {
    const db = open(uri);
    return {
      exec: (sql) => count(() => db.exec(sql)),
      prepare(sql) {
        const statement = db.prepare(sql);
        return {
          run: (...values) => count(() => statement.run(...values)),
          get: (...values) => count(() => statement.get(...values)),
          all: (...values) => count(() => statement.all(...values)),
        };
      },
      close: () => db.close(),
    };
  };
}

/** What a step takes that copies nothing: reading 8 MB through, or the log into its file. A card that stalls takes minutes. */
const plainStep = minutes(10);
/** The longest step copies a whole file, before it is brought to another version. No card is slower. */
const slowestCard = 1_000_000;

/** Pure. How long one step may take, by the size of the largest file. */
export const longestStep = (bytes: number): Millis => millis(plainStep + (bytes / slowestCard) * 1_000);

/** The size of the largest of these files; what is not there, or is not to be seen, has none. */
export async function largestOf(directory: string, names: readonly string[]): Promise<number> {
  const sizes = names.map((name) =>
    stat(join(directory, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return Math.max(0, ...(await Promise.all(sizes)));
}

const lookEvery = seconds(10);

/** Calls `stuck` once where no step is made for as long as `within` says then, unless the returned function is called before. */
export function watchSteps(
  steps: Steps,
  { clock, within }: { readonly clock: Clock; readonly within: () => Millis },
  stuck: () => void,
): () => void {
  let seen = Atomics.load(steps, 0);
  let since = clock.mono();
  const look = (): void => {
    const made = Atomics.load(steps, 0);
    if (made !== seen) since = clock.mono();
    seen = made;
    if (elapsed(since, clock.mono()) >= within()) stuck();
    else cancel = clock.after(lookEvery, look);
  };
  let cancel = clock.after(lookEvery, look);
  return () => cancel();
}
