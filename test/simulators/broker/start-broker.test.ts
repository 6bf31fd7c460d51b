import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import { type Broker, startBroker } from '../../../simulators/broker/start-broker.ts';

const brokers: Broker[] = [];
const clients: MqttClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.endAsync(true);
  for (const broker of brokers.splice(0)) await broker.stop();
});

async function start(port?: number): Promise<Broker> {
  const broker = await startBroker(port === undefined ? {} : { port });
  brokers.push(broker);
  return broker;
}

async function join(broker: Broker): Promise<MqttClient> {
  const client = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, { reconnectPeriod: 0 });
  clients.push(client);
  return client;
}

const nextMessage = (client: MqttClient): Promise<[topic: string, payload: string]> =>
  new Promise((done) => client.once('message', (topic, payload) => done([topic, String(payload)])));
const closing = (client: MqttClient): Promise<void> => new Promise((done) => client.once('close', () => done()));

describe('the broker', () => {
  it('passes a message on to who subscribed', async () => {
    const broker = await start();
    const [talker, listener] = [await join(broker), await join(broker)];
    await listener.subscribeAsync('village/+/alarm', { qos: 1 });
    const heard = nextMessage(listener);
    await talker.publishAsync('village/7/alarm', 'smoke', { qos: 1 });
    expect(await heard).toEqual(['village/7/alarm', 'smoke']);
    expect(broker.connections()).toBe(2);
  });

  it('keeps a retained message for who comes later', async () => {
    const broker = await start();
    await (await join(broker)).publishAsync('village/state', 'calm', { qos: 1, retain: true });
    const late = await join(broker);
    const heard = nextMessage(late);
    await late.subscribeAsync('village/state', { qos: 1 });
    expect(await heard).toEqual(['village/state', 'calm']);
  });

  it('publishes the will of who breaks off', async () => {
    const broker = await start();
    const watcher = await join(broker);
    await watcher.subscribeAsync('gone');
    const heard = nextMessage(watcher);
    const will = { topic: 'gone', payload: Buffer.from('gateway'), qos: 1 as const, retain: false };
    const dying = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, { reconnectPeriod: 0, will });
    clients.push(dying);
    dying.stream.destroy();
    expect(await heard).toEqual(['gone', 'gateway']);
  });

  it('a burst of 3000 messages comes through complete and in order', async () => {
    const broker = await start();
    const [talker, listener] = [await join(broker), await join(broker)];
    await listener.subscribeAsync('n', { qos: 1 });
    const got: number[] = [];
    const complete = new Promise<void>((done) => {
      listener.on('message', (_topic, payload) => {
        if (got.push(Number(payload)) === 3_000) done();
      });
    });
    await Promise.all(Array.from({ length: 3_000 }, (_, i) => talker.publishAsync('n', String(i), { qos: 1 })));
    await complete;
    expect(got).toEqual(Array.from({ length: 3_000 }, (_, i) => i));
  });

  it('stops at once, cuts its clients, and stopping twice is stopping once', async () => {
    const broker = await start();
    const client = await join(broker);
    const cut = closing(client);
    await Promise.all([broker.stop(), broker.stop()]);
    await cut;
  });

  it('a taken port is left to its owner, and which one was refused is told', async () => {
    const first = await start();
    const second = await start(first.port);
    expect(second.port).not.toBe(first.port);
    expect(second.refusedPort).toBe(first.port);
  });

  it('the same port can be had again after a stop', async () => {
    const first = await start();
    await first.stop();
    expect((await start(first.port)).port).toBe(first.port);
  });
});
