import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { PacedLineStats } from '../../simulators/serial/paced-line.ts';
import type { PacedLineOptions, PacedLineOrder } from '../../simulators/serial/paced-line-options.ts';

export type PacedLine = AsyncDisposable & {
  /** Of the pty, for a `ModbusEndpoint`. */
  readonly path: string;
  /** Counted since the start, or the last `reset-stats`. */
  stats(): Promise<PacedLineStats>;
  /** Resolves when it is done. */
  order(order: PacedLineOrder): Promise<void>;
};

/**
 * A serial line with real wire time in a process of its own, which takes one core of the machine while it is in use:
 * `startPacedLine({ baud: 9600, units: 10, registers: 200, strict: true, turnaround: 'minimal', dead: [4] })`.
 * Options: simulators/serial/paced-line-options.ts; all may be left out.
 * @param script the bundled simulators/serial/main.ts; `serial-line.js` beside the bundled benchmarks unless given.
 */
export async function startPacedLine(
  options: PacedLineOptions = {},
  script: URL | string = new URL('./serial-line.js', import.meta.url),
): Promise<PacedLine> {
  const child = fork(script, [JSON.stringify(options)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const replies = listen(child);
  const ready = await replies.first;
  const gone = once(child, 'exit');
  let asked = 0;
  const ask = async (message: object): Promise<Message> => {
    const reply = replies.to(++asked);
    child.send({ ...message, ask: asked });
    const answer = await reply;
    if (answer['ok'] !== true)
      throw new Error(`the serial line refused ${JSON.stringify(message)}: ${String(answer['error'])}`);
    return answer;
  };
  return {
    path: String(ready['path']),
    stats: async () => (await ask({ do: 'stats' }))['stats'] as PacedLineStats,
    order: async (order) => void (await ask(order)),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await gone;
    },
  };
}

type Message = Readonly<Record<string, unknown>>;

function listen(child: ChildProcess): { readonly first: Promise<Message>; to(ask: number): Promise<Message> } {
  const waiting = new Map<unknown, { done: (message: Message) => void; fail: (e: Error) => void }>();
  const to = (ask: unknown): Promise<Message> => new Promise((done, fail) => void waiting.set(ask, { done, fail }));
  const first = to('ready');
  child.on('message', (message) => {
    const told = message as Message;
    const key = told['event'] ?? told['answer'];
    waiting.get(key)?.done(told);
    waiting.delete(key);
  });
  child.once('exit', (code) => {
    for (const { fail } of waiting.values()) fail(new Error(`the serial line ended with code ${code}`));
  });
  return { first, to };
}
