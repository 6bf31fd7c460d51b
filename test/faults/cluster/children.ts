import { type ChildProcess, fork } from 'node:child_process';

/** A process of the trial, and the words that it says. */
export type Child = AsyncDisposable & { readonly kill: () => Promise<void> };

/** @param script built beside this one */
export function startChild(script: string, options: object, said: (word: unknown) => void): Child {
  const child: ChildProcess = fork(new URL(`./${script}`, import.meta.url), [JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.on('message', said);
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await gone;
  };
  return { kill, [Symbol.asyncDispose]: kill };
}
