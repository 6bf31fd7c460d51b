import { beforeEach, describe, expect, it } from 'vitest';
import { connect, type Fengsui } from '../../../sdk/index.ts';
import type { AlarmChange } from '../../../sdk/model/alarm.ts';
import { monoTime, type WallTime, wallTime } from '../../../sdk/model/time.ts';
import { encodeAlarm } from '../../../sdk/wire/alarm-message.ts';
import { type Broker, startBroker } from '../../../simulators/broker/start-broker.ts';
import { closedAfterEach } from '../../support/closed-after-each.ts';
import { alarmChange, type FakeGateway, fakeGateway } from '../../support/fake-gateway.ts';
import { until } from '../../support/until.ts';

/** A number of a wire, and no time: a date cannot hold it. */
const never: WallTime = wallTime(8.9e18);

/** Whatever a gateway says of its times, the process of the platform lives: an error in a listener would end it. */
describe('a gateway whose times are none', () => {
  let broker: Broker;
  let gateway: FakeGateway;
  let fs: Fengsui;
  const own = closedAfterEach();
  beforeEach(async () => {
    broker = own(await startBroker());
    gateway = own(await fakeGateway({ port: broker.port }));
    fs = own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603' }));
  });
  const send = (seq: number, changes: Partial<AlarmChange>): Promise<void> =>
    gateway.publish('alarm', encodeAlarm({ log: 7, seq, change: { ...alarmChange(seq), ...changes } }));

  it.each<[what: string, changes: Partial<AlarmChange>]>([
    ['changed', { at: { ...alarmChange(1).at, wall: never } }],
    ['was raised', { since: never }],
    ['is to end', { suppression: { how: 'shelved', why: 'x', until: never } }],
  ])('has an alarm refused that %s at no time', async (_, changes) => {
    const stream = fs.alarms.stream();
    await gateway.alarm(1);
    expect((await stream.next()).value).toMatchObject({ seq: 1 });
    await send(2, changes);
    await until('it is refused', () => fs.refused === 1);
  });

  it('has a state refused that was made at no time', async () => {
    await gateway.state({ at: never, name: 'Nowhere' });
    await until('it is refused', () => fs.refused === 1);
    expect(fs.gateways.get('gw-1').report?.at.toISOString()).toBeDefined();
  });

  it('whose clock would put an alarm at no time has it told as it was stamped', async () => {
    const far = { mono: monoTime(0), wall: wallTime(8.6e15) };
    await gateway.state({ clocks: [{ boot: 1, points: [far] }], name: 'Far' });
    await until('the state is there', () => fs.gateways.get('gw-1').name === 'Far');
    const stream = fs.alarms.stream();
    await gateway.alarm(1);
    expect((await stream.next()).value).toMatchObject({ seq: 1 });
    const at = { boot: 1, mono: monoTime(9e14), wall: wallTime(5_000), trust: 'unknown' } as const;
    await send(2, { at, since: at.wall, raised: at });
    const { value } = await stream.next();
    expect([value?.alarm.at, value?.alarm.since, value?.alarm.isCorrected]).toEqual([
      new Date(5_000),
      new Date(5_000),
      undefined,
    ]);
  });
});
