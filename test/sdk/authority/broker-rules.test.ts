import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fromGateway, toGateway } from '../../../sdk/wire/topics.ts';
import { debian } from '../../support/debian.ts';
import { type Identity, type SecureBroker, secureBroker } from '../../support/secure-broker.ts';
import { until } from '../../support/until.ts';

type Name = 'gw-1' | 'gw-2' | 'gw-3' | 'centre' | 'duty' | 'desk';
const holders = [
  { kind: 'gateway', name: 'gw-1', town: '001' },
  { kind: 'gateway', name: 'gw-2', town: '001' },
  { kind: 'gateway', name: 'gw-3', town: '002' },
  { kind: 'town', name: 'centre', town: '001' },
  { kind: 'district', name: 'duty' },
  { kind: 'district', name: 'desk' },
] as const;
const gateways = ['gw-1', 'gw-2', 'gw-3'] as const;
type Gateway = (typeof gateways)[number];

const townOf = { 'gw-1': '001', 'gw-2': '001', 'gw-3': '002' } as const;
const topic = (gateway: Gateway, channel: string, town: string = townOf[gateway]): string =>
  `fengsui/v1/330603/${town}/${gateway}/${channel}${channel === 'reply' ? '/c' : ''}`;
const allOf = (gateway: Gateway, channels: readonly string[]): readonly string[] =>
  channels.map((channel) => topic(gateway, channel));

/** Where a process of the platform says to its group that it is there. */
const member = (town: string): string => `fengsui/v1/330603/${town}/_group/desk/sdk-0123456789abcdef`;

/** Whatever anybody could think of to listen to. */
const everything = [
  '#',
  '$SYS/#',
  '+/+/+/+/+/+',
  'fengsui/v1/330603/+/+/+',
  'fengsui/v1/330603/+/+/reply/+',
  'fengsui/v1/330603/+/_group/#',
  ...gateways.flatMap((gateway) => allOf(gateway, [...fromGateway, ...toGateway])),
];

describe.skipIf(!debian('mosquitto'))('mosquitto with the rules of the district', { timeout: 30_000 }, () => {
  let folder = '';
  let broker: SecureBroker;
  const ids = new Map<string, Identity>();
  const clients: MqttClient[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fengsui-rules-'));
    broker = await secureBroker(folder);
    for (const holder of holders) ids.set(holder.name, await broker.issue(holder));
    await broker.update();
    await broker.restart();
  }, 30_000);
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.endAsync(true);
  });
  afterAll(async () => {
    await broker[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  /** MQTT 5 tells whether a message was taken. */
  const opened = async (who: Name, more: IClientOptions = {}): Promise<MqttClient> => {
    const id = ids.get(who);
    if (!id) throw new Error(`no certificate for ${who}`);
    const { ca, cert, key } = id;
    const options = { ca, cert, key, protocolVersion: 5, reconnectPeriod: 0, connectTimeout: 8_000, ...more } as const;
    const client = await connectAsync(broker.url, options, false);
    client.on('error', () => undefined);
    clients.push(client);
    return client;
  };
  const takes = (client: MqttClient, to: string): Promise<boolean> =>
    client.publishAsync(to, 'x', { qos: 1 }).then(
      () => true,
      (e: Error) => {
        if (e.message.includes('Not authorized')) return false;
        throw e;
      },
    );
  /** All that somebody hears who listens to everything, while everybody else says all that they may. */
  const heardBy = async (who: Name, lastWord: { readonly by: Name; readonly to: string }): Promise<Set<string>> => {
    const listener = await opened(who);
    const heard: string[] = [];
    listener.on('message', (on) => heard.push(on));
    await listener.subscribeAsync(everything, { qos: 1 });
    const duty = await opened('duty');
    for (const gateway of gateways) {
      for (const to of allOf(gateway, toGateway)) expect(await takes(duty, to)).toBe(true);
      if (gateway === who) continue;
      const speaker = await opened(gateway);
      for (const to of allOf(gateway, fromGateway)) expect(await takes(speaker, to)).toBe(true);
    }
    const before = heard.filter((on) => on === lastWord.to).length;
    expect(await takes(await opened(lastWord.by), lastWord.to)).toBe(true);
    await until('the last word is heard', () => heard.filter((on) => on === lastWord.to).length > before);
    return new Set(heard.map((on) => (on.startsWith('$SYS/') ? '$SYS' : on)));
  };

  it.each(allOf('gw-1', fromGateway))('a gateway may publish %s', async (to) => {
    expect(await takes(await opened('gw-1'), to)).toBe(true);
  });

  it.each([
    ...allOf('gw-1', toGateway),
    ...allOf('gw-2', [...fromGateway, ...toGateway]),
    ...allOf('gw-3', [...fromGateway, ...toGateway]),
    ...fromGateway.map((channel) => topic('gw-1', channel, '002')),
    'fengsui/v1/330604/001/gw-1/alarm',
    'fengsui/v2/330603/001/gw-1/alarm',
    'fengsui/v1/330603/001/gw-1/reply',
    'fengsui/v1/330603/001/gw-1/reply/c/d',
    'fengsui/v1/330603/001/gw-1/alarm/x',
    'fengsui/v1/330603/001/gw-1',
    member('all'),
    member('001'),
    '/fengsui/v1/330603/001/gw-1/alarm',
    '$SYS/broker/version',
    'anything',
  ])('a gateway may not publish %s', async (to) => {
    expect(await takes(await opened('gw-1'), to)).toBe(false);
  });

  it.each(gateways)('%s reads what is sent to itself and nothing else, whatever it subscribes to', async (who) => {
    const heard = await heardBy(who, { by: 'duty', to: topic(who, 'receipt') });
    expect(heard).toEqual(new Set(allOf(who, toGateway)));
  });

  it('a town’s centre reads its own gateways and no others', async () => {
    const heard = await heardBy('centre', { by: 'gw-1', to: topic('gw-1', 'alarm') });
    expect(heard).toEqual(new Set([...allOf('gw-1', fromGateway), ...allOf('gw-2', fromGateway)]));
  });

  it('a client of the district reads every gateway, and how the broker does', async () => {
    const heard = await heardBy('desk', { by: 'gw-1', to: topic('gw-1', 'alarm') });
    expect(heard).toEqual(new Set(['$SYS', ...gateways.flatMap((gateway) => allOf(gateway, fromGateway))]));
  });

  it.each<[who: Name, may: readonly string[], mayNot: readonly string[]]>([
    [
      'centre',
      [...allOf('gw-1', toGateway), ...allOf('gw-2', toGateway), member('001')],
      [
        ...allOf('gw-3', toGateway),
        member('all'),
        member('002'),
        ...gateways.flatMap((gateway) => allOf(gateway, fromGateway)),
      ],
    ],
    [
      'desk',
      [...gateways.flatMap((gateway) => allOf(gateway, toGateway)), member('all'), member('001')],
      [...gateways.flatMap((gateway) => allOf(gateway, fromGateway)), 'fengsui/v1/330604/001/gw-1/request', '$SYS/x'],
    ],
  ])('%s may speak to its gateways and for none of them', async (who, may, mayNot) => {
    const client = await opened(who);
    for (const to of may) expect([to, await takes(client, to)]).toEqual([to, true]);
    for (const to of mayNot) expect([to, await takes(client, to)]).toEqual([to, false]);
  });

  it('a gateway has no last will on the topics of another', async () => {
    const desk = await opened('desk');
    const heard: string[] = [];
    desk.on('message', (on) => heard.push(on));
    await desk.subscribeAsync('fengsui/v1/330603/+/+/presence', { qos: 1 });
    const will = { topic: topic('gw-2', 'presence'), payload: Buffer.from('gone'), qos: 1, retain: false } as const;
    const liar = await opened('gw-1', { will });
    liar.stream.destroy();
    const own = await opened('gw-1', { will: { ...will, topic: topic('gw-1', 'presence') } });
    own.stream.destroy();
    await until('its own will is heard', () => heard.length > 0);
    expect(heard).toEqual([topic('gw-1', 'presence')]);
  });

  it('members of a group hear of one another, the broker’s last word for them included', async () => {
    const listener = await opened('desk');
    const heard: string[] = [];
    listener.on('message', (on, bytes) => heard.push(`${on} ${bytes.toString()}`));
    await listener.subscribeAsync('fengsui/v1/330603/all/_group/desk/+', { qos: 1 });
    const will = { topic: member('all'), payload: Buffer.alloc(0), qos: 1, retain: true } as const;
    const other = await opened('duty', { will });
    expect(await takes(other, member('all'))).toBe(true);
    other.stream.destroy();
    await until('both are heard', () => heard.length === 2);
    expect(heard).toEqual([`${member('all')} x`, `${member('all')} `]);
  });

  it('nobody takes over the session of another by its name', async () => {
    const duty = await opened('duty', { clientId: 'session-1' });
    await opened('gw-1', { clientId: 'session-1', username: 'district.duty' });
    const liar = await opened('gw-2', { clientId: 'gw-3', username: 'gw-3', password: 'x' });
    expect(await takes(liar, topic('gw-3', 'alarm'))).toBe(false);
    expect(await takes(duty, topic('gw-1', 'request'))).toBe(true);
    expect(duty.connected).toBe(true);
  });

  it('a second connection with one certificate takes the place of the first', async () => {
    const first = await opened('desk');
    const closed = new Promise<void>((resolve) => first.once('close', () => resolve()));
    await opened('desk', { clientId: 'another' });
    await closed;
    expect(first.connected).toBe(false);
  });
});
