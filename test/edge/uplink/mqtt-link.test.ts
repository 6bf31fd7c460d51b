import { createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../edge/platform/clock.ts';
import { type Link, type LinkOptions, mqttLink } from '../../../edge/uplink/mqtt-link.ts';
import { recordingLog } from '../../support/recording-log.ts';

/** Accepts CONNECT and SUBSCRIBE, and takes no message: what a broker does that dies at the wrong moment. */
function deafBroker(): Promise<{
  port: number;
  cut: () => void;
  close: () => Promise<void>;
  published: Promise<void>;
}> {
  const sockets = new Set<Socket>();
  let heard = (): void => {};
  const published = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      const type = (bytes[0] ?? 0) >> 4;
      if (type === 1) socket.write(Uint8Array.of(0x20, 2, 0, 0));
      if (type === 8) socket.write(Uint8Array.of(0x90, 3, bytes[2] ?? 0, bytes[3] ?? 0, 1));
      if (type === 3) heard();
    });
  });
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      const close = (): Promise<void> =>
        new Promise((done) => {
          cut();
          server.close(() => done());
        });
      resolve({ port, cut, close, published });
    });
  });
}

const linkTo = (port: number, credentials: LinkOptions['credentials']): Link =>
  mqttLink(
    {
      url: `mqtt://127.0.0.1:${port}`,
      clientId: 'test',
      will: { topic: 'will', payload: Uint8Array.of(1) },
      subscribe: ['request'],
      credentials,
      isUrgent: () => true,
    },
    { clock: systemClock(), log: recordingLog(), random: () => 0 },
  );

describe('the link to a broker', () => {
  let stop: AbortController;
  beforeEach(() => {
    stop = new AbortController();
  });
  afterEach(() => stop.abort(new Error('test over')));

  it('what the broker had not taken when the connection broke is given back, and waits for ever nowhere', async () => {
    const broker = await deafBroker();
    const link = linkTo(broker.port, () => Promise.resolve({}));
    const downs: string[] = [];
    const running = new Promise<void>((resolve) => {
      const listener = {
        up: () => resolve(),
        down: (why: string) => void downs.push(why),
        message: () => {},
      };
      link.run(listener, stop.signal, () => Promise.resolve()).catch((e: unknown) => downs.push(String(e)));
    });
    await running;
    const sent = link.publish('alarm', Uint8Array.of(1, 2, 3));
    await broker.published;
    broker.cut();
    await expect(sent).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(link.publish('alarm', Uint8Array.of(1))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    stop.abort(new Error('test over'));
    await broker.close();
  });

  it('a key that cannot be used is an uplink that is down, until there is one that can', async () => {
    const broker = await deafBroker();
    let ready = false;
    const asked: string[] = [];
    const link = linkTo(broker.port, async () => {
      asked.push('again');
      if (!ready) throw new Error('ENOENT: no such file gateway.pem');
      return {};
    });
    const told = await new Promise<string>((resolve, reject) => {
      let first: string | undefined;
      const listener = {
        up: () => resolve(first ?? 'never down'),
        down: (why: string) => {
          first ??= why;
          ready = asked.length > 2;
        },
        message: () => {},
      };
      link.run(listener, stop.signal, () => Promise.resolve()).catch(reject);
    });
    expect(told).toMatch(/certificate or key .* cannot be used: ENOENT/);
    expect(asked).toHaveLength(4);
    stop.abort(new Error('test over'));
    await broker.close();
  });

  it('connects to nobody when it is stopped while it reads its key', async () => {
    const broker = await deafBroker();
    let read: (credentials: object) => void = () => undefined;
    const link = linkTo(
      broker.port,
      () =>
        new Promise((resolve) => {
          read = resolve;
        }),
    );
    const told: string[] = [];
    const listener = { up: () => told.push('up'), down: (why: string) => told.push(why), message: () => {} };
    const ended = link.run(listener, stop.signal, () => Promise.resolve());
    stop.abort(new Error('test over'));
    read({});
    await ended;
    expect(told).toEqual([]);
    await broker.close();
  });
});
