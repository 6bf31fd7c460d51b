import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type LinkOptions, mqttLink } from '../../../edge/uplink/mqtt-link.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { settled } from '../../support/settled.ts';
import { listening, smallBroker } from '../../support/small-broker.ts';
import { until } from '../../support/until.ts';

const cleanUp: (() => PromiseLike<void>)[] = [];
afterEach(async () => {
  for (const end of cleanUp.splice(0).toReversed()) await end();
});

async function broker() {
  const started = await smallBroker();
  cleanUp.push(() => started[Symbol.asyncDispose]());
  return started;
}

const nothingToShow: LinkOptions['credentials'] = () => Promise.resolve({});

/** A link on a clock of its own, over real sockets. */
function linkTo(port: number | readonly number[], random: () => number = () => 1, credentials = nothingToShow) {
  const clock = fakeClock();
  const stop = new AbortController();
  const downs: string[] = [];
  let ups = 0;
  const link = mqttLink(
    {
      urls: [port].flat().map((each) => `mqtt://127.0.0.1:${each}`),
      clientId: 'test',
      will: { topic: 'will', payload: Uint8Array.of(1) },
      subscribe: ['request'],
      credentials,
      isUrgent: () => false,
    },
    { clock, log: recordingLog(), random },
  );
  const listener = { up: () => void ups++, down: (why: string) => void downs.push(why), message: () => {} };
  const done = link.run(listener, stop.signal, () => Promise.resolve());
  cleanUp.push(() => {
    stop.abort(new Error('test over'));
    return done;
  });
  return { clock, link, downs, ups: () => ups };
}

/** Passes both ways until it is told to swallow what the broker says. */
async function lossyLine(target: number) {
  const line = { swallows: false };
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    near.on('close', () => far.destroy());
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', (bytes) => {
      if (!line.swallows) near.write(bytes);
    });
  });
  cleanUp.push(
    () =>
      new Promise<void>((done) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => done());
      }),
  );
  return { port: await listening(server), line };
}

describe('the link to a broker', () => {
  it('what the broker had not taken when the connection broke is given back, and waits for ever nowhere', async () => {
    const b = await broker();
    b.manners.takes = false;
    const s = linkTo(b.port);
    await until('the link is up', () => s.link.up);
    const sent = s.link.publish('alarm', Uint8Array.of(1, 2, 3));
    await b.published;
    b.cut();
    await expect(sent).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(s.link.publish('alarm', Uint8Array.of(1))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('knows how long the way is before it is up', async () => {
    const s = linkTo((await broker()).port);
    await until('the link is up', () => s.link.up);
    expect(s.link.roundTrip).toBe(0); // no time passes on this clock
  });

  it('is found dead when nothing comes back, however much is sent, and is made anew', async () => {
    const b = await broker();
    const { port, line } = await lossyLine(b.port);
    const s = linkTo(port);
    await until('the link is up', () => s.link.up);
    line.swallows = true;
    let lost = 0;
    let secondsUp = 0;
    for (; s.link.up && secondsUp < 60; secondsUp++) {
      s.link.publish('telemetry', Uint8Array.of(1)).catch(() => lost++);
      await s.clock.advance(1_000);
    }
    expect(s.downs).toEqual(['nothing has come back for 23 s']);
    expect([secondsUp, lost]).toEqual([23, 23]);
    line.swallows = false;
    await s.clock.advance(1_000);
    await until('the link is up again', () => s.link.up);
  });

  it('pings at its interval also while it sends, and lives as long as anything is answered', async () => {
    const b = await broker();
    const s = linkTo(b.port);
    await until('the link is up', () => s.link.up);
    for (let second = 0; second < 60; second++) {
      await s.link.publish('telemetry', Uint8Array.of(1));
      await s.clock.advance(1_000);
    }
    await until('the pings have come', () => b.pinged() === 5);
    expect(s.downs).toEqual([]);
  });
});

describe('a broker that answers pings and nothing else', () => {
  it('that grants no subscription is left for the next one', async () => {
    const [sick, sound] = [await broker(), await broker()];
    sick.manners.grants = false;
    const s = linkTo([sick.port, sound.port]);
    await until('it is accepted', () => sick.accepted() === 1);
    await until('it was pinged', () => sick.pinged() === 1);
    await s.clock.advance(14_999);
    expect(s.downs).toEqual([]);
    await s.clock.advance(1);
    await until('it is given up', () => s.downs.length === 1);
    expect(s.downs).toEqual(['the broker does not answer the subscription']);
    await s.clock.advance(1_000);
    await until('the next one is used', () => s.link.up);
    expect(sound.accepted()).toBe(1);
  });

  it('that takes no message is left after a minute, and what it had is given back', async () => {
    const [sick, sound] = [await broker(), await broker()];
    sick.manners.takes = false;
    const s = linkTo([sick.port, sound.port]);
    await until('the link is up', () => s.link.up);
    await s.clock.advance(2_000);
    const lost = expect(s.link.publish('alarm', Uint8Array.of(1))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    for (let pings = 2; pings <= 5; pings++) {
      expect(s.downs).toEqual([]);
      await s.clock.advance(14_500);
      await until('it answers pings', () => sick.pinged() >= pings - 1);
      for (let turn = 0; turn < 20; turn++) await settled(); // the answer is on its way back
    }
    await s.clock.advance(7_000);
    await until('it is given up', () => s.downs.length === 1);
    expect(s.downs).toEqual(['the broker has not taken a message for 60 s']);
    await lost;
    await s.clock.advance(1_000);
    await until('the next one is used', () => s.link.up);
    expect(sound.accepted()).toBe(1);
  });
});

describe('a broker that accepts and kicks', () => {
  const bounds = [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000];

  it.each([
    ['the whole of it', 1],
    ['by chance, a part', 0.3],
  ])('is tried again after a wait whose bound doubles up to 15 s: %s', async (_, share) => {
    const b = await broker();
    b.manners.kicks = true;
    const s = linkTo(b.port, () => share);
    for (const [n, bound] of bounds.entries()) {
      await until('it is kicked', () => s.downs.length === n + 1);
      await settled();
      await s.clock.advance(bound * share - 1);
      expect(b.accepted()).toBe(n + 1);
      await s.clock.advance(1);
      await until('it tries again', () => b.accepted() === n + 2);
    }
    expect(s.ups()).toBe(0);
  });

  it('a connection that has lived for 10 s begins the waits anew', async () => {
    const b = await broker();
    b.manners.kicks = true;
    const s = linkTo(b.port);
    for (const n of [0, 1, 2]) {
      await until('it is kicked', () => s.downs.length === n + 1);
      await settled();
      await s.clock.advance(bounds[n] ?? 0);
    }
    b.manners.kicks = false;
    await until('it is kicked or up', () => s.link.up || s.downs.length === 4);
    if (!s.link.up) await s.clock.advance(bounds[3] ?? 0); // the fourth was under way already
    await until('the link is up', () => s.link.up);
    await s.clock.advance(10_001);
    const before = b.accepted();
    const kicked = s.downs.length;
    b.cut();
    await until('it is kicked', () => s.downs.length === kicked + 1);
    await settled();
    await s.clock.advance(249);
    expect(b.accepted()).toBe(before);
    await s.clock.advance(1);
    await until('it tries again', () => b.accepted() === before + 1);
  });
});

describe('several brokers', () => {
  it('are tried in their order: one that kicks is left for the next, which is kept though the first has recovered', async () => {
    const [first, second] = [await broker(), await broker()];
    first.manners.kicks = true;
    const s = linkTo([first.port, second.port]);
    await until('the first has kicked', () => s.downs.length === 1);
    first.manners.kicks = false;
    await settled();
    await s.clock.advance(250);
    await until('the link is up', () => s.link.up);
    expect([first.accepted(), second.accepted()]).toEqual([1, 1]);
    for (let second = 0; second < 70; second++) {
      await s.link.publish('telemetry', Uint8Array.of(1)); // something must come back, else it is found dead
      await s.clock.advance(1_000);
    }
    expect([first.accepted(), second.accepted()]).toEqual([1, 1]);
    expect(s.link.up).toBe(true);
  });

  it('when the one in use breaks, the first is preferred again if its own failure is a minute ago', async () => {
    const [first, second] = [await broker(), await broker()];
    first.manners.kicks = true;
    const s = linkTo([first.port, second.port]);
    await until('the first has kicked', () => s.downs.length === 1);
    first.manners.kicks = false;
    await settled();
    await s.clock.advance(250);
    await until('the link is up', () => s.link.up);
    await s.clock.advance(60_000);
    second.cut();
    await until('it is down', () => s.downs.length === 2);
    await settled();
    await s.clock.advance(250);
    await until('the link is up again', () => s.link.up);
    expect([first.accepted(), second.accepted()]).toEqual([2, 1]);
  });
});

describe('a certificate or key', () => {
  it('that cannot be used is an uplink that is down, until there is one that can', async () => {
    const b = await broker();
    let asked = 0;
    const s = linkTo(
      b.port,
      () => 1,
      async () => {
        asked++;
        if (asked < 3) throw new Error('ENOENT: no such file gateway.pem');
        return {};
      },
    );
    await until('it is told', () => s.downs.length === 1);
    await settled();
    await s.clock.advance(250);
    await until('it is told again', () => s.downs.length === 2);
    await settled();
    await s.clock.advance(500);
    await until('the link is up', () => s.link.up);
    expect(s.downs[0]).toMatch(/certificate or key .* cannot be used: ENOENT/);
    expect(asked).toBe(3);
  });

  it('is for nobody when the link is stopped while it is read', async () => {
    const b = await broker();
    let read: (credentials: object) => void = () => undefined;
    const s = linkTo(
      b.port,
      () => 1,
      () =>
        new Promise((resolve) => {
          read = resolve;
        }),
    );
    const ended = cleanUp.pop()?.();
    read({});
    await ended;
    expect([s.downs, s.ups(), b.accepted()]).toEqual([[], 0, 0]);
  });
});
