import { describe, expect, it } from 'vitest';
import { connect } from '../../../sdk/index.ts';
import { closedAfterEach } from '../../support/closed-after-each.ts';
import { debian } from '../../support/debian.ts';
import { fakeGateway } from '../../support/fake-gateway.ts';
import { freePort, type Mosquitto, startMosquitto } from '../../support/mosquitto.ts';
import { smallBroker } from '../../support/small-broker.ts';
import { until } from '../../support/until.ts';

const own = closedAfterEach();
const district = '330603';
const urlOf = (port: number): string => `mqtt://127.0.0.1:${port}`;

describe('connect with several brokers', () => {
  it.each([
    ['none', []],
    ['one that is none', ['mqtt://127.0.0.1:1', 'http://127.0.0.1:1']],
    ['more than any cluster has', Array.from({ length: 17 }, (_, i) => urlOf(i + 1))],
  ])('refuses a list with %s before it connects', async (_, url) => {
    await expect(connect({ url, district })).rejects.toMatchObject({ code: 'INVALID' });
  });

  it('tells of each broker why it could not be used', async () => {
    const dead = [await freePort(), await freePort()];
    const refused = connect({ url: dead.map(urlOf), district, timeoutMs: 1_500 });
    await expect(refused).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    for (const port of dead)
      await expect(refused).rejects.toThrow(new RegExp(`broker mqtt://127.0.0.1:${port} cannot be reached`));
  });

  describe.skipIf(!debian('mosquitto'))('on two mosquittos', () => {
    const brokers = async (): Promise<[Mosquitto, Mosquitto]> => [
      own(await startMosquitto()),
      own(await startMosquitto()),
    ];

    it('uses the first, goes on with the second when it stops, and hears from gateways there', async () => {
      const [first, second] = await brokers();
      own(await fakeGateway({ port: first.port, id: 'gw-a' }));
      own(await fakeGateway({ port: second.port, id: 'gw-b' }));
      const fs = own(await connect({ url: [urlOf(first.port), urlOf(second.port)], district }));
      expect(fs.gateways.list().map((g) => g.id)).toEqual(['gw-a']);
      const statuses: string[] = [];
      fs.on('status', (status) => statuses.push(status));
      await first[Symbol.asyncDispose]();
      await until('the second is in use', () => fs.gateways.list().some((g) => g.id === 'gw-b'));
      expect(statuses).toEqual(['reconnecting', 'connected']);
    });

    it('goes past one that accepts and never takes the subscriptions, as a node whose cluster has no quorum', async () => {
      const silent = own(await smallBroker());
      silent.manners.grants = false;
      const good = own(await startMosquitto());
      own(await fakeGateway({ port: good.port }));
      const fs = own(await connect({ url: [urlOf(silent.port), urlOf(good.port)], district, timeoutMs: 20_000 }));
      expect(silent.accepted()).toBe(1);
      expect(fs.gateways.list().map((g) => g.id)).toEqual(['gw-1']);
    }, 25_000);

    it('goes past one that does not listen and one that accepts and kicks', async () => {
      const [, good] = await brokers();
      const kicking = await smallBroker();
      own(kicking);
      kicking.manners.kicks = true;
      own(await fakeGateway({ port: good.port }));
      const url = [urlOf(await freePort()), urlOf(kicking.port), urlOf(good.port)];
      const fs = own(await connect({ url, district }));
      expect(fs.gateways.list().map((g) => g.id)).toEqual(['gw-1']);
      expect(kicking.accepted()).toBe(1);
    });
  });
});
