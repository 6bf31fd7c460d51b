import { type ChildProcess, fork, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';

/** A process that this demo started and will end. */
export type Child = {
  readonly process: ChildProcess;
  /** Resolves when it is gone. */
  readonly gone: Promise<void>;
};

/** A simulator of this repository, told apart by its file; talks by messages. */
export function simulator(script: URL, args: readonly string[], onMessage: (message: object) => void): Child {
  const child = fork(script, [...args], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  child.on('message', (message) => {
    if (typeof message === 'object' && message !== null) onMessage(message);
  });
  return { process: child, gone: goneOf(child) };
}

/** The gateway as an installer starts it; its log goes to a file. */
export function gatewayProcess(program: URL, config: string, logFile: string): Child {
  const child = spawn(process.execPath, [...smallHeap, program.pathname, 'run', '--config', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, MALLOC_ARENA_MAX: '1' },
  });
  child.stderr.pipe(createWriteStream(logFile, { flags: 'a' }));
  return { process: child, gone: goneOf(child) };
}

/** As in the first line of the program itself, which only a shell reads. */
const smallHeap = ['--max-semi-space-size=1', '--optimize-for-size', '--max-old-space-size=192'];

const goneOf = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });

/** Asks it to end; makes it end after five seconds. */
export async function endChild(child: Child): Promise<void> {
  if (child.process.exitCode !== null || child.process.signalCode !== null) return;
  child.process.kill('SIGTERM');
  const impatience = setTimeout(() => child.process.kill('SIGKILL'), 5_000);
  await child.gone;
  clearTimeout(impatience);
}
