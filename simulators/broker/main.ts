import { once } from 'node:events';
import { describeError } from '../../sdk/model/errors.ts';
import { parentLink } from '../process/parent-link.ts';
import { startBroker } from './start-broker.ts';

/**
 * The broker as a process of its own: `node build/broker.js [port]`. Reports
 * `{ event: 'ready', ports: { mqtt }, moved }` to its parent and ends with it.
 */
async function main(): Promise<void> {
  const ended = new AbortController();
  const link = parentLink({
    message: (message) =>
      link.send({ event: 'refused', error: `the broker takes no commands, got ${JSON.stringify(message)}` }),
    gone: () => ended.abort(),
  });
  const broker = await startBroker({ port: Number(process.argv[2] ?? 0) });
  const moved = broker.refusedPort === undefined ? {} : { mqtt: broker.refusedPort };
  link.send({ event: 'ready', ports: { mqtt: broker.port }, moved });
  if (!ended.signal.aborted) await once(ended.signal, 'abort');
  await broker.stop();
}

main().then(
  () => process.exit(0),
  (e: unknown) => {
    process.stderr.write(`broker: ${describeError(e)}\n`);
    process.exit(1);
  },
);
