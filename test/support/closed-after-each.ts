import { afterEach } from 'vitest';

/** Closes what a test has opened when the test is over, the last first: `const own = closedAfterEach()`, in a file or a `describe`. */
export function closedAfterEach(): <T extends AsyncDisposable>(x: T) => T {
  const open: AsyncDisposable[] = [];
  afterEach(async () => {
    for (const x of open.splice(0).toReversed()) await x[Symbol.asyncDispose]();
  });
  return (x) => {
    open.push(x);
    return x;
  };
}
