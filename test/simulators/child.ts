import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

type Message = Readonly<Record<string, unknown>>;

/** A simulator as a process, and what it says, in order. */
export type Child = {
  readonly process: ChildProcess;
  send(message: unknown): void;
  /** The first message that fits, said already or to come. */
  heard(fits: (message: Message) => boolean): Promise<Message>;
  exited: Promise<{ code: number | null; errors: string }>;
};

export const forked = (script: string, args: readonly string[] = []): Child => {
  const child = fork(script, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const ear = listener();
  child.on('message', (message) => ear.hear(message as Message));
  return talking(child, ear.heard, (message) => void child.send(message as object));
};

/** Talks in JSON lines, as a shell or another language would. */
export const spawned = (script: string, args: readonly string[] = []): Child => {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ear = listener();
  createInterface({ input: child.stdout }).on('line', (line) => ear.hear(JSON.parse(line) as Message));
  const send = (message: unknown): void =>
    void child.stdin.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`);
  return talking(child, ear.heard, send);
};

/** A process that ends before it said what is waited for fails the test at once, with its last words. */
function talking(process: ChildProcess, heard: Child['heard'], send: Child['send']): Child {
  const exited = exit(process);
  const silent = async (): Promise<never> => {
    const { code, errors } = await exited;
    throw new Error(`the process ended with code ${code} and did not say it: ${errors}`);
  };
  return { process, send, exited, heard: (fits) => Promise.race([heard(fits), silent()]) };
}

function listener() {
  const said: Message[] = [];
  const waiting = new Set<(message: Message) => void>();
  return {
    hear(message: Message): void {
      said.push(message);
      for (const wake of waiting) wake(message);
    },
    heard: (fits: (message: Message) => boolean): Promise<Message> =>
      new Promise((done) => {
        const found = said.find(fits);
        if (found !== undefined) return done(found);
        const wake = (message: Message): void => {
          if (!fits(message)) return;
          waiting.delete(wake);
          done(message);
        };
        waiting.add(wake);
      }),
  };
}

async function exit(child: ChildProcess): Promise<{ code: number | null; errors: string }> {
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors += String(chunk);
  });
  const [code]: (number | null)[] = await once(child, 'exit');
  return { code: code ?? null, errors };
}
