import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { connectAsync } from 'mqtt';
import { beforeAll, describe, expect, it } from 'vitest';
import { startBroker } from '../../../simulators/broker/start-broker.ts';
import { bundled } from '../bundled.ts';
import { forked, spawned } from '../child.ts';

let script: string;
beforeAll(async () => {
  script = await bundled('broker', 'simulators/broker/main.ts');
  return () => rm(dirname(script), { recursive: true });
});

describe('the broker as a process', () => {
  it('reports its port, serves, and ends with its parent while a client is connected', async () => {
    const broker = forked(script);
    const said = await broker.heard(({ event }) => event === 'ready');
    const { mqtt } = said['ports'] as { mqtt: number };
    const client = await connectAsync(`mqtt://127.0.0.1:${mqtt}`, { reconnectPeriod: 0 });
    await client.publishAsync('a', 'b', { qos: 1 });
    broker.process.disconnect();
    expect(await broker.exited).toEqual({ code: 0, errors: '' });
    await client.endAsync(true);
  });

  it('leaves a taken port to its owner, refuses orders, and ends on SIGTERM', async () => {
    const owner = await startBroker();
    const broker = spawned(script, [String(owner.port)]);
    expect(await broker.heard(({ event }) => event === 'ready')).toMatchObject({ moved: { mqtt: owner.port } });
    broker.send({ do: 'stop' });
    expect(await broker.heard(({ event }) => event === 'refused')).toMatchObject({
      error: 'the broker takes no commands, got {"do":"stop"}',
    });
    broker.process.kill('SIGTERM');
    expect(await broker.exited).toEqual({ code: 0, errors: '' });
    await owner.stop();
  });

  it('ends when its input ends', async () => {
    const broker = spawned(script);
    await broker.heard(({ event }) => event === 'ready');
    broker.process.stdin?.end();
    expect(await broker.exited).toEqual({ code: 0, errors: '' });
  });
});
