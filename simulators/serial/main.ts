import { once } from 'node:events';
import { describeError, FengsuiError } from '../../sdk/model/errors.ts';
import { parentLink } from '../process/parent-link.ts';
import { type PacedLine, pacedLine } from './paced-line.ts';
import { pacedLineOptions, pacedLineOrder } from './paced-line-options.ts';

/**
 * A serial line as a process of its own: `node build/serial-line.js [OPTIONS AS JSON]`. Reports
 * `{ event: 'ready', path }` to its parent, does what `{ ask?: number, do: … }` says, tells its figures when `do` is
 * `stats`, answers each with `{ answer, ok, … }`, and ends with its parent.
 */
async function main(): Promise<void> {
  const ended = new AbortController();
  let line: PacedLine | undefined;
  const link = parentLink({
    message: (message) => link.send(reply(line, message)),
    gone: () => ended.abort(),
  });
  line = await pacedLine(pacedLineOptions.parse(JSON.parse(process.argv[2] ?? '{}')));
  link.send({ event: 'ready', path: line.path });
  if (!ended.signal.aborted) await once(ended.signal, 'abort');
  await line[Symbol.asyncDispose]();
}

type Reply =
  | { readonly answer: unknown; readonly ok: true; readonly stats?: object }
  | { readonly answer: unknown; readonly ok: false; readonly error: string };

function reply(line: PacedLine | undefined, message: unknown): Reply {
  const { ask = null, ...order } = typeof message === 'object' && message !== null ? { ask: null, ...message } : {};
  try {
    if (line === undefined) throw new FengsuiError('UNAVAILABLE', 'the line is not ready: wait for its "ready"');
    if ('do' in order && order.do === 'stats') return { answer: ask, ok: true, stats: line.stats() };
    line.obey(pacedLineOrder.parse(order));
    return { answer: ask, ok: true };
  } catch (e) {
    return { answer: ask, ok: false, error: describeError(e) };
  }
}

main().then(
  () => process.exit(0),
  (e: unknown) => {
    process.stderr.write(`serial line: ${describeError(e)}\n`);
    process.exit(1);
  },
);
