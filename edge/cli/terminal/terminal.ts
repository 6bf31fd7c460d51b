import { createInterface } from 'node:readline/promises';

/** What a command that talks with a person may touch. */
export type Terminal = {
  out(text: string): void;
  err(text: string): void;
  /** Progress may be written over itself. */
  readonly isScreen: boolean;
  /** Asks the person; `undefined` when they say nothing. Absent where nobody can answer. */
  readonly ask?: (question: string, signal: AbortSignal) => Promise<string | undefined>;
  /** Fires at the first Ctrl-C; the second one ends the program as usual. */
  readonly signal: AbortSignal;
};

export function systemTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(new Error(signal)));
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    isScreen: stderr.isTTY,
    ...(stdin.isTTY && stdout.isTTY ? { ask } : {}),
    signal: stop.signal,
  };
}

/** Besides what a command prints: certificates and codes go where the output goes. */
export const tell = (text: string): void => void process.stderr.write(`${text}\n`);

async function ask(question: string, signal: AbortSignal): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  // In a question the keyboard's Ctrl-C comes as an event of the line, not as a signal of the process.
  lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return (await lines.question(question, { signal })).trim() || undefined;
  } finally {
    lines.close();
  }
}
