import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { describeError } from '../../sdk/model/errors.ts';
import { parentLink } from '../process/parent-link.ts';
import { obey } from './obey.ts';
import { startVillage, type Village } from './start-village.ts';

/**
 * The village as a process of its own: `node build/village.js [--hydrants PORT] [--wireless PORT] [--home PORT]
 * [--noise-seed N]`. Reports `{ event: 'ready', ports, moved }` to its parent, takes orders from it, tells
 * `{ event: 'output', name, on, at }` when the siren or a relay changes, and ends with it.
 */
async function main(): Promise<void> {
  const ended = new AbortController();
  let village: Village | undefined;
  const link = parentLink({
    message(message) {
      if (village !== undefined) return link.send(obey(village, message, Date.now));
      link.send({ answer: null, ok: false, error: 'the village is not ready: wait for its "ready"' });
    },
    gone: () => ended.abort(),
  });
  const { ports, noiseSeed } = options();
  village = await startVillage(ports, {
    ...(noiseSeed === undefined ? {} : { noiseSeed }),
    onTrouble: (e) => link.send({ event: 'trouble', error: describeError(e), at: Date.now() }),
  });
  const output = (name: string, on: boolean): void => link.send({ event: 'output', name, on, at: Date.now() });
  village.home.onSiren((on) => output('siren', on));
  village.relays.onChange((relay, on) => output(`relay-${relay}`, on));
  link.send({ event: 'ready', ports: village.ports, moved: village.refusedPorts });
  if (!ended.signal.aborted) await once(ended.signal, 'abort');
  await village[Symbol.asyncDispose]();
}

function options() {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { hydrants: text, wireless: text, home: text, 'noise-seed': text } });
  const { 'noise-seed': seed, ...ports } = values;
  return {
    ports: Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, Number(port)])),
    noiseSeed: seed === undefined ? undefined : Number(seed),
  };
}

main().then(
  () => process.exit(0),
  (e: unknown) => {
    process.stderr.write(`village: ${describeError(e)}\n`);
    process.exit(1);
  },
);
