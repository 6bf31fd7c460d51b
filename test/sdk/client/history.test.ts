import { beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../../sdk/index.ts';
import type { Data } from '../../../sdk/wire/request.ts';
import { type Broker, startBroker } from '../../../simulators/broker/start-broker.ts';
import { closedAfterEach } from '../../support/closed-after-each.ts';
import { type FakeGateway, fakeGateway } from '../../support/fake-gateway.ts';

const address = { gateway: 'gw-1', device: 'hydrant-1' };

let broker: Broker;
let gateway: FakeGateway;
const own = closedAfterEach();
const watcher = async () => own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603' }));

beforeEach(async () => {
  broker = own(await startBroker());
  gateway = own(await fakeGateway({ port: broker.port }));
});

describe('history in spans', () => {
  it('is summed up by spans that the caller chooses', async () => {
    const fs = await watcher();
    const device = fs.devices.get(address).as('generic/municipal-hydrant');
    gateway.answers.set('history', ({ params }) =>
      params !== null && typeof params === 'object' && 'after' in params && params['after'] === 7
        ? { buckets: [['pressure', 60_000, 0, 2, null]] }
        : { buckets: [['pressure', 0, 3, 1, 0.4, 0.2, 0.5, 0.35]], next: 7 },
    );
    const query = { from: new Date(0), to: new Date(100_000), every: 60_000 };
    const expected = { gateway: 'gw-1', device: 'hydrant-1', point: 'pressure', unit: 'MPa' };
    expect(await fs.telemetry.history(device, query).all({ max: 10 })).toEqual([
      {
        ...expected,
        from: new Date(0),
        to: new Date(60_000),
        count: 3,
        leftOut: 1,
        last: 0.4,
        min: 0.2,
        max: 0.5,
        mean: 0.35,
      },
      { ...expected, from: new Date(60_000), to: new Date(120_000), count: 0, leftOut: 2, last: undefined },
    ]);
    expect(gateway.requests.at(-1)?.params).toMatchObject({ every: 60_000, after: 7 });
  });

  it('says of an older gateway that it cannot sum up, and refuses spans that cannot be meant', async () => {
    const fs = await watcher();
    gateway.answers.set('history', () => ({ rows: [['pressure', 1, 0.3]] }));
    const history = (every: number) =>
      fs.telemetry.history(address, { from: new Date(0), to: new Date(1), every }).all({ max: 10 });
    await expect(history(60_000)).rejects.toMatchObject({
      code: 'PROTOCOL',
      message: expect.stringContaining('ask without `every`'),
    });
    for (const every of [0, 999, 1_000.5, 32 * 86_400_000, Number.NaN])
      await expect((async () => history(every))()).rejects.toMatchObject({ code: 'INVALID' });
  });

  it.each<[what: string, bucket: Data]>([
    ['a bucket of a point that the profile lacks', ['flow', 0, 1, 0, 3, 3, 3, 3]],
    ['a bucket without a count', ['pressure', 0, null, 0, 0.3]],
    ['a mean in words', ['pressure', 0, 1, 0, 0.3, 0.3, 0.3, 'much']],
    ['no bucket at all', 'pressure'],
  ])('%s is not believed', async (_what, bucket) => {
    const fs = await watcher();
    const device = fs.devices.get(address).as('generic/municipal-hydrant');
    gateway.answers.set('history', () => ({ buckets: [bucket] }));
    const query = { from: new Date(0), to: new Date(1), every: 1_000 };
    await expect(fs.telemetry.history(device, query).all({ max: 10 })).rejects.toMatchObject({ code: 'PROTOCOL' });
  });
});
