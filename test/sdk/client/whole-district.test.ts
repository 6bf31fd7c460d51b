import { beforeEach, describe, expect, it } from 'vitest';
import { connect, type Fengsui } from '../../../sdk/index.ts';
import { type Broker, startBroker } from '../../../simulators/broker/start-broker.ts';
import { closedAfterEach } from '../../support/closed-after-each.ts';
import { type FakeGateway, fakeGateway } from '../../support/fake-gateway.ts';
import { until } from '../../support/until.ts';

let broker: Broker;
let gateway: FakeGateway;
let fs: Fengsui;
const own = closedAfterEach();
beforeEach(async () => {
  broker = own(await startBroker());
  gateway = own(await fakeGateway({ port: broker.port }));
  fs = own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603' }));
});

describe('whoever looks at a whole district', () => {
  it('is told in time of its alarms, though the list of one gateway has no end', async () => {
    const other = own(await fakeGateway({ port: broker.port, id: 'gw-2' }));
    await until('it is there', () => fs.gateways.list({ online: true }).length === 2);
    const first = { alarms: [], next: 'a' };
    gateway.answers.set('alarms', ({ params }) => (Object(params).after === 'a' ? { alarms: [], next: 'b' } : first));
    const { unanswered } = await fs.alarms.active({}, { timeoutMs: 500 });
    expect(unanswered).toMatchObject([{ gateway: 'gw-1', error: { code: 'TIMEOUT' } }]);
    expect(other.requests.some(({ method }) => method === 'alarms')).toBe(true);
  });

  it('is told of a gateway that was taken off the broker and comes again as of a new one', async () => {
    const changes = fs.gateways.watch();
    const next = async () => (await changes.next()).value?.type;
    expect(await next()).toBe('added');
    await gateway.publish('presence', new Uint8Array(), true);
    expect(await next()).toBe('removed');
    await gateway.presence(true);
    expect(await next()).toBe('added');
  });
});
