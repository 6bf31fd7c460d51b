import { beforeEach, describe, expect, it } from 'vitest';
import { defineProfile } from '../../../device-profiles/index.ts';
import { connect, ed25519Signer, type Fengsui, FengsuiError, generateOperatorKey } from '../../../sdk/index.ts';
import { encodePointTable, pointTable } from '../../../sdk/wire/point-table.ts';
import { encodeReply } from '../../../sdk/wire/request.ts';
import { encodeTelemetry } from '../../../sdk/wire/telemetry.ts';
import { type Broker, startBroker } from '../../../simulators/broker/start-broker.ts';
import { closedAfterEach } from '../../support/closed-after-each.ts';
import { type FakeGateway, fakeGateway, hydrant, sample, silence } from '../../support/fake-gateway.ts';
import { until } from '../../support/until.ts';

const operator = generateOperatorKey();
const signer = ed25519Signer({ keyId: 'duty', privateKey: operator.privateKey });
const address = { gateway: 'gw-1', device: 'hydrant-1' };

let broker: Broker;
let gateway: FakeGateway;
const own = closedAfterEach();
const watcher = async () => own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603' }));
const commander = async () =>
  own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603', signer, operator: 'Li' }));
const errorsOf = (fs: Fengsui): FengsuiError[] => {
  const errors: FengsuiError[] = [];
  fs.on('error', (e) => errors.push(e));
  return errors;
};

beforeEach(async () => {
  broker = own(await startBroker());
  gateway = own(await fakeGateway({ port: broker.port, operators: { duty: operator.publicKey } }));
});

describe('connect', () => {
  it('refuses a profile whose points contradict each other, before it calls the broker', async () => {
    const at5 = { from: 'holding', at: 5, unit: '1', resolution: 1, range: [0, 9] } as const;
    const profile = defineProfile({
      id: 'mine/broken',
      name: { en: 'Broken', zh: '坏' },
      source: 'a test',
      points: { a: { ...at5, as: 'u16' }, b: { ...at5, as: 'u32' } },
      pollMs: 1_000,
      silenceMs: 10_000,
    });
    await expect(connect({ url: 'mqtt://127.0.0.1:1', district: '330603', profiles: [profile] })).rejects.toMatchObject(
      { code: 'INVALID', message: expect.stringMatching(/mine\/broken.*“b”/) },
    );
  });
  it('lists the gateways of the district as soon as it resolves', async () => {
    const fs = await watcher();
    expect(fs.status).toBe('connected');
    expect(fs.gateways.list().map((g) => g.id)).toEqual(['gw-1']);
    const { link, report, name, town } = fs.gateways.get('gw-1');
    expect({ name, town, online: link.online, version: report?.version, clock: report?.clock }).toEqual({
      name: 'Station 1',
      town: '001',
      online: true,
      version: '0.1.0',
      clock: 'synced',
    });
  });

  it.each([
    ['a district that is none', { url: 'mqtt://127.0.0.1:1', district: '33060' }],
    ['a URL that is none', { url: 'broker', district: '330603' }],
    ['a scheme that is not MQTT', { url: 'http://127.0.0.1:1', district: '330603' }],
  ])('refuses %s before it connects', async (_, options) => {
    await expect(connect(options)).rejects.toMatchObject({ code: 'INVALID' });
  });

  it('gives up with the reason when there is no broker', async () => {
    const { port } = broker;
    await broker.stop();
    await expect(
      connect({ url: `mqtt://127.0.0.1:${port}`, district: '330603', timeoutMs: 200 }),
    ).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('ECONNREFUSED') });
  });

  it('stops connecting when its signal fires', async () => {
    const { port } = broker;
    await broker.stop();
    const stop = new AbortController();
    const attempt = connect({ url: `mqtt://127.0.0.1:${port}`, district: '330603', signal: stop.signal });
    stop.abort();
    await expect(attempt).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('closes with its signal', async () => {
    const stop = new AbortController();
    const fs = own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603', signal: stop.signal }));
    stop.abort();
    await until('it is closed', () => fs.status === 'closed');
  });
});

describe('devices', () => {
  it('shows the latest value with the type, unit and age of its profile', async () => {
    const fs = await watcher();
    await fs.ready();
    const { pressure } = fs.devices.get(address).as('generic/municipal-hydrant').latest();
    expect(pressure).toMatchObject({ quality: 'good', value: 0.421, unit: 'MPa' });
    expect(pressure.ageMs).toBeGreaterThanOrEqual(2_000);
  });

  it('refuses to see a device as another profile', async () => {
    const fs = await watcher();
    expect(() => fs.devices.get(address).as('generic/siren')).toThrow(/is of profile “generic\/municipal-hydrant”/);
  });

  it('lists by profile and by health', async () => {
    const fs = await watcher();
    expect(fs.devices.list({ profile: 'generic/municipal-hydrant' })[0]?.latest().pressure.unit).toBe('MPa');
    expect(fs.devices.list({ profile: 'generic/siren' })).toEqual([]);
    expect(fs.devices.list({ health: 'fault' })).toEqual([]);
    expect(fs.devices.list({ gateway: 'gw-1', health: 'ok' })).toHaveLength(1);
    expect(() => fs.devices.get({ gateway: 'gw-1', device: 'none' })).toThrow(FengsuiError);
  });

  it('marks values as stale while the gateway is away: blind is not safe', async () => {
    const fs = await watcher();
    await fs.ready();
    gateway.vanish();
    await until('it is offline', () => !fs.gateways.get('gw-1').link.online);
    expect(fs.devices.get(address).as('generic/municipal-hydrant').latest().pressure).toMatchObject({
      quality: 'doubtful',
      why: 'stale',
      value: 0.421,
    });
  });

  it('provisions with a signed answer to a fresh challenge', async () => {
    const fs = await commander();
    gateway.answers.set('provision', () => ({ configVersion: 4 }));
    const { device, version, sync } = await fs.devices.provision(
      {
        gateway: 'gw-1',
        id: 'hydrant-2',
        bus: 'rs485',
        unit: 4,
        profile: 'generic/municipal-hydrant',
        name: 'second',
        settings: { low: 0.2 },
      },
      { ifVersion: 3 },
    );
    expect({ version, sync }).toEqual({ version: 4, sync: 'in-sync' });
    expect(device.latest().pressure).toMatchObject({ quality: 'lost', why: 'never-read', unit: 'MPa' });
    expect(gateway.requests.find((r) => r.method === 'provision')).toMatchObject({
      params: {
        device: { id: 'hydrant-2', unit: 4, profile: 'generic/municipal-hydrant', settings: { low: 0.2 } },
        ifVersion: 3,
      },
    });
  });

  it('passes on why the gateway refused, in its words', async () => {
    const fs = await commander();
    gateway.answers.set('provision', () => {
      throw new FengsuiError('CONFLICT', 'unit 4 on bus rs485 is taken by hydrant-9');
    });
    const attempt = fs.devices.provision({
      gateway: 'gw-1',
      id: 'hydrant-2',
      bus: 'rs485',
      unit: 4,
      profile: 'generic/municipal-hydrant',
      name: 'second',
    });
    await expect(attempt).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'unit 4 on bus rs485 is taken by hydrant-9',
    });
  });

  it('refuses changes without a signer, and says what to do', async () => {
    const fs = await watcher();
    await expect(fs.devices.remove(address)).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining('ed25519Signer'),
    });
    expect(gateway.requests.some((r) => r.method === 'remove')).toBe(false);
  });

  it('is refused by a gateway that does not know the key', async () => {
    const stranger = ed25519Signer({ keyId: 'duty', privateKey: generateOperatorKey().privateKey });
    const fs = own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603', signer: stranger }));
    await expect(fs.devices.remove(address)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('refuses at once when the gateway is offline, or was never seen', async () => {
    const fs = await commander();
    await gateway.presence(false);
    await until('it is offline', () => !fs.gateways.get('gw-1').link.online);
    const before = gateway.requests.length;
    await expect(fs.devices.remove(address)).rejects.toMatchObject({ code: 'GATEWAY_OFFLINE' });
    await expect(fs.devices.remove({ gateway: 'gw-2', device: 'x' })).rejects.toMatchObject({
      code: 'GATEWAY_UNKNOWN',
      message: expect.stringContaining('gw-1'),
    });
    expect(gateway.requests.length).toBe(before);
  });

  it('never sends a command twice, and says that its outcome is unknown', async () => {
    const fs = await commander();
    gateway.answers.set('remove', silence);
    await expect(fs.devices.remove(address, { timeoutMs: 300 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining('is not known'),
    });
    expect(gateway.requests.filter((r) => r.method === 'remove')).toHaveLength(1);
  });

  it('acknowledges and resets in the name of the operator', async () => {
    const fs = await commander();
    gateway.answers.set('acknowledge', () => ({ phase: 'active-acked' }));
    gateway.answers.set('reset', () => ({ phase: 'normal' }));
    const alarm = { ...address, condition: 'low', occurrence: 2 };
    expect(await fs.alarms.ack(alarm, { operator: 'Wang' })).toEqual({ phase: 'active-acked' });
    expect(await fs.alarms.reset(alarm)).toEqual({ phase: 'normal' });
    const sent = gateway.requests.filter((r) => r.nonce);
    expect(sent.map((r) => r.params)).toEqual([
      { device: 'hydrant-1', condition: 'low', occurrence: 2, operator: 'Wang' },
      { device: 'hydrant-1', condition: 'low', occurrence: 2, operator: 'Li' },
    ]);
  });
});

describe('requests', () => {
  it('asks a question a second time when half the time is over', async () => {
    const fs = await watcher();
    await fs.ready();
    let calls = 0;
    gateway.answers.set('alarms', () => {
      calls++;
      return { alarms: [] };
    });
    gateway.answers.set('latest', silence);
    const before = gateway.requests.length;
    await expect(fs.telemetry.latest(address, { timeoutMs: 200 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    const asked = () => gateway.requests.slice(before).filter((r) => r.method === 'latest');
    await until('the second question is there', () => asked().length > 1);
    expect(asked()).toHaveLength(2);
    expect(calls).toBe(0);
  });

  it('rejects what is pending when the client closes', async () => {
    const fs = await commander();
    gateway.answers.set('status', silence);
    gateway.answers.set('remove', silence);
    const pending = [fs.gateways.status('gw-1'), fs.devices.remove(address)].map((p) => p.catch((e: unknown) => e));
    await until(
      'both are asked',
      () => gateway.requests.some((r) => r.method === 'remove') && gateway.requests.some((r) => r.method === 'status'),
    );
    await fs.close();
    for (const outcome of await Promise.all(pending)) expect(outcome).toMatchObject({ code: 'ABORTED' });
    await expect(fs.gateways.status('gw-1')).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('gives up when the caller does', async () => {
    const fs = await watcher();
    gateway.answers.set('status', silence);
    await expect(fs.gateways.status('gw-1', { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      code: 'ABORTED',
    });
    await expect(fs.gateways.status('gw-1', { timeoutMs: 0 })).rejects.toMatchObject({ code: 'INVALID' });
  });
});

describe('telemetry', () => {
  it('streams readings that are typed by their profile', async () => {
    const fs = await watcher();
    const stream = fs.telemetry.stream({ profile: 'generic/municipal-hydrant', device: 'hydrant-1' });
    await gateway.telemetry(1, [sample(0, 0.3), sample(1, 'smoke')]);
    const { value } = await stream.next();
    expect(value).toMatchObject({
      gateway: 'gw-1',
      device: 'hydrant-1',
      point: 'pressure',
      value: 0.3,
      unit: 'MPa',
      quality: 'good',
    });
    await until('the cache has it, too', () => fs.devices.get(address).latest()['pressure']?.value === 0.3);
  });

  it('lets the oldest go when the reader is slow, and counts', async () => {
    const fs = await watcher();
    const stream = fs.telemetry.stream({}, { buffer: 2 });
    await gateway.telemetry(1, [sample(0, 0.1), sample(0, 0.2), sample(0, 0.3), sample(0, 0.4)]);
    await until('two are dropped', () => stream.dropped === 2);
    expect((await stream.next()).value?.value).toBe(0.3);
  });

  it('does not put an old value that was sent again in the place of a newer one', async () => {
    const fs = await watcher();
    await fs.ready();
    const stream = fs.telemetry.stream();
    await gateway.telemetry(9, [sample(0, 0.9)]);
    await gateway.telemetry(3, [sample(0, 0.3)]);
    await stream.next();
    await stream.next();
    expect(fs.devices.get(address).latest()['pressure']?.value).toBe(0.9);
  });

  it('fetches batches that were sent while it did not listen, and delivers each once', async () => {
    const fs = await watcher();
    const gaps: unknown[] = [];
    fs.on('gap', (gap) => gaps.push(gap));
    const missed = [3, 4].map((seq) =>
      encodeTelemetry({ log: 7, seq, boot: 1, trust: 'synced', table: gateway.table.hash }, gateway.table, [
        sample(0, seq / 10),
      ]),
    );
    gateway.answers.set('batches', () => ({ batches: missed }));
    const stream = fs.telemetry.stream();
    for (const seq of [2, 5, 5]) await gateway.telemetry(seq, [sample(0, seq / 10)]);
    const values = [];
    for (let n = 0; n < 4; n++) values.push((await stream.next()).value?.value);
    expect(values).toEqual([0.2, 0.5, 0.3, 0.4]);
    expect(gateway.requests.filter((r) => r.method === 'batches')).toMatchObject([
      { params: { log: 7, after: 2, upTo: 4 } },
    ]);
    expect(gaps).toEqual([]);
  });

  it('does not give up batches because the gateway was busy once: the next batch asks again', async () => {
    const fs = await watcher();
    const gaps: unknown[] = [];
    const problems: unknown[] = [];
    fs.on('gap', (gap) => gaps.push(gap));
    fs.on('error', (e) => problems.push(e.code));
    gateway.answers.set('batches', () => {
      throw new FengsuiError('OVERLOADED', 'too many requests at once');
    });
    const stream = fs.telemetry.stream();
    for (const seq of [2, 4]) await gateway.telemetry(seq, [sample(0, seq / 10)]);
    await until('the refusal is told', () => problems.length > 0);
    const head = { log: 7, seq: 3, boot: 1, trust: 'synced', table: gateway.table.hash } as const;
    gateway.answers.set('batches', () => ({ batches: [encodeTelemetry(head, gateway.table, [sample(0, 0.3)])] }));
    await gateway.telemetry(5, [sample(0, 0.5)]);
    const values = [];
    for (let n = 0; n < 4; n++) values.push((await stream.next()).value?.value);
    expect(values).toEqual([0.2, 0.4, 0.5, 0.3]);
    expect([problems, gaps]).toEqual([['OVERLOADED'], []]);
  });

  it('tells of batches that the gateway does not have any more', async () => {
    const fs = await watcher();
    const gaps: unknown[] = [];
    fs.on('gap', (gap) => gaps.push(gap));
    gateway.answers.set('batches', () => ({ batches: [] }));
    for (const seq of [1, 2, 5]) await gateway.telemetry(seq, [sample(0, 0.1)]);
    await until('a gap is told', () => gaps.length === 1);
    expect(gaps[0]).toMatchObject({ lane: 'telemetry', gateway: 'gw-1', from: 3, to: 4 });
  });

  it('fetches a table that it does not know, and reads what waited for it', async () => {
    const fs = await watcher();
    const stream = fs.telemetry.stream();
    const other = pointTable([{ device: hydrant.id, point: 'pressure', unit: 'MPa', resolution: 0.01 }]);
    gateway.answers.set('table', () => ({ table: encodePointTable(other) }));
    await gateway.telemetry(1, [sample(0, 0.25)], other);
    expect((await stream.next()).value?.value).toBe(0.25);
    expect(gateway.requests.filter((r) => r.method === 'table')).toMatchObject([{ params: { hash: other.hash } }]);
  });

  it('tells when a table is not to be had, instead of guessing', async () => {
    const fs = await watcher();
    const errors = errorsOf(fs);
    gateway.answers.set('table', () => {
      throw new FengsuiError('NOT_FOUND', 'no such table');
    });
    const other = pointTable([{ device: hydrant.id, point: 'pressure', unit: 'kPa', resolution: 1 }]);
    await gateway.telemetry(1, [sample(0, 300)], other);
    await until('it is told', () => errors.some((e) => e.message.includes('is not to be had')));
    expect(fs.devices.get(address).latest()['pressure']?.value).not.toBe(300);
  });

  it('loses a value that does not fit its profile, rather than show it', async () => {
    const fs = await watcher();
    const other = pointTable([{ device: hydrant.id, point: 'pressure', unit: 'kPa', resolution: 1 }]);
    await gateway.publish('points', encodePointTable(other), true);
    const stream = fs.telemetry.stream({ profile: 'generic/municipal-hydrant' });
    await gateway.telemetry(1, [sample(0, 421)], other);
    expect((await stream.next()).value).toMatchObject({ quality: 'lost', why: 'bad-reply', value: undefined });
  });

  it('asks the gateway itself for the latest', async () => {
    const fs = await watcher();
    const device = fs.devices.get(address).as('generic/municipal-hydrant');
    gateway.answers.set('latest', () => ({
      devices: [{ device: 'hydrant-1', points: [['pressure', 1_000, 0.2, '~out-of-range']] }],
    }));
    expect((await fs.telemetry.latest(device)).pressure).toMatchObject({
      quality: 'doubtful',
      why: 'out-of-range',
      value: 0.2,
      at: new Date(1_000),
    });
    gateway.answers.set('latest', () => ({
      devices: [{ device: 'hydrant-1', points: [['pressure', 1_000, null, 'timeout']] }],
    }));
    expect((await fs.telemetry.latest(device)).pressure).toMatchObject({
      quality: 'lost',
      why: 'timeout',
      value: undefined,
    });
  });

  it('reads history page by page, as far as it is read', async () => {
    const fs = await watcher();
    const device = fs.devices.get(address).as('generic/municipal-hydrant');
    gateway.answers.set('history', ({ params }) => {
      const after =
        params !== null && typeof params === 'object' && 'after' in params && typeof params['after'] === 'number'
          ? params['after']
          : 0;
      return { rows: [['pressure', after * 1_000, after / 10]], ...(after < 3 && { next: after + 1 }) };
    });
    const query = { points: ['pressure'] as const, from: new Date(0), to: new Date(10_000) };
    expect((await fs.telemetry.history(device, query).all({ max: 10 })).map((r) => r.value)).toEqual([
      0, 0.1, 0.2, 0.3,
    ]);
    await expect(fs.telemetry.history(device, query).all({ max: 2 })).rejects.toMatchObject({ code: 'OVERLOADED' });
    const before = gateway.requests.length;
    for await (const page of fs.telemetry.history(device, query).pages()) {
      expect(page).toHaveLength(1);
      break;
    }
    expect(gateway.requests.length).toBe(before + 1);
  });

  it('does not read a listing for ever that does not advance', async () => {
    const fs = await watcher();
    gateway.answers.set('history', () => ({ rows: [], next: 5 }));
    const history = fs.telemetry.history(address, { from: new Date(0), to: new Date(1) });
    await expect(history.all({ max: 10 })).rejects.toMatchObject({ code: 'PROTOCOL' });
  });
});

describe('connection', () => {
  it('comes back by itself, and only its status tells', async () => {
    const fs = await watcher();
    const seen: string[] = [];
    fs.on('status', (s) => seen.push(s));
    const errors = errorsOf(fs);
    const stream = fs.telemetry.stream();
    await gateway[Symbol.asyncDispose]();
    broker.dropConnections();
    await until('it noticed', () => seen.includes('reconnecting'));
    const again = own(await fakeGateway({ port: broker.port }));
    await until('it is back', () => fs.status === 'connected' && fs.gateways.get('gw-1').link.online);
    await again.telemetry(1, [sample(0, 0.5)]);
    expect((await stream.next()).value?.value).toBe(0.5);
    expect(seen).toEqual(['reconnecting', 'connected']);
    expect(errors).toEqual([]);
  });

  it('asks again for what was on its way when the connection broke', async () => {
    const fs = await watcher();
    await fs.ready();
    gateway.answers.set('alarms', silence);
    const pending = fs.alarms.active({ gateway: 'gw-1' });
    await until('it was asked', () => gateway.requests.some((r) => r.method === 'alarms'));
    await gateway[Symbol.asyncDispose]();
    broker.dropConnections();
    own(await fakeGateway({ port: broker.port }));
    await expect(pending).resolves.toEqual({ alarms: [], unanswered: [] });
  });

  it('ends streams and watches when it closes', async () => {
    const fs = await watcher();
    const ends = [fs.telemetry.stream().next(), fs.alarms.stream().next()];
    const watch = fs.gateways.watch();
    expect((await watch.next()).value).toMatchObject({ type: 'added', gateway: { id: 'gw-1' } });
    await fs.close();
    for (const end of await Promise.all([...ends, watch.next()])) expect(end.done).toBe(true);
    expect(fs.status).toBe('closed');
    expect(() => fs.telemetry.stream()).toThrow(FengsuiError);
  });

  it('warns of no leak when many streams and requests are open', async () => {
    const warnings: string[] = [];
    const note = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', note);
    const fs = await watcher();
    for (let i = 0; i < 30; i++) fs.telemetry.stream();
    await Promise.all(Array.from({ length: 10 }, () => fs.alarms.active()));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  it('tells when gateways come and go', async () => {
    const fs = await watcher();
    const seen: string[] = [];
    const watching = (async () => {
      for await (const { type, gateway: g } of fs.gateways.watch()) seen.push(`${type} ${g.link.online}`);
    })();
    gateway.vanish();
    await until('the last will came', () => seen.includes('offline false'));
    await fs.close();
    await watching;
    expect(seen).toEqual(['added true', 'offline false']);
  });

  it('forgets a gateway whose presence was cleared from the broker', async () => {
    const fs = await watcher();
    await gateway.publish('presence', new Uint8Array(), true);
    await until('it is gone', () => fs.gateways.list().length === 0);
    expect(() => fs.gateways.get('gw-1')).toThrow(/was ever seen/);
  });
});

describe('hostile messages', () => {
  it.each(['presence', 'state', 'points', 'alarm', 'telemetry'] as const)(
    'on %s are told and counted, and nothing else happens',
    async (channel) => {
      const fs = await watcher();
      const errors = errorsOf(fs);
      const stream = fs.telemetry.stream();
      const rubbish = [
        'ff',
        'a0',
        '9fff',
        'a10181',
        '1bffffffffffffffff',
        'd86400',
        `${'81'.repeat(40)}00`,
        'a201a002f7',
      ].map((hex) => Buffer.from(hex, 'hex'));
      for (const bytes of rubbish) await gateway.publish(channel, bytes);
      await until('all are told', () => fs.refused === rubbish.length);
      expect(errors.every((e) => e.details['topic'] === `fengsui/v1/330603/001/gw-1/${channel}`)).toBe(true);
      await gateway.telemetry(1, [sample(0, 0.3)]);
      expect((await stream.next()).value?.value).toBe(0.3);
      expect(fs.gateways.get('gw-1').link.online).toBe(true);
    },
  );

  it('cannot pass off one gateway’s reply as another’s', async () => {
    const fs = await watcher();
    const errors = errorsOf(fs);
    const other = own(await fakeGateway({ port: broker.port, id: 'gw-2' }));
    gateway.answers.set('alarms', async ({ id, client }) => {
      await other.reply(client, encodeReply({ id, ok: true, result: { alarms: [] } }));
      return {
        alarms: [
          {
            device: 'hydrant-1',
            condition: 'low',
            kind: 'supervisory',
            phase: 'active-unacked',
            occurrence: 1,
            at: 5,
            rule: 'r',
          },
        ],
      };
    });
    expect((await fs.alarms.active({ gateway: 'gw-1' })).alarms).toHaveLength(1);
    expect(errors).toMatchObject([{ code: 'PROTOCOL', message: expect.stringContaining('gw-2') }]);
  });

  it('on the reply topic fail no call but their own', async () => {
    const fs = await watcher();
    const errors = errorsOf(fs);
    gateway.answers.set('alarms', async ({ client }) => {
      await gateway.reply(client, Buffer.from('ff', 'hex'));
      return { alarms: 5 };
    });
    await expect(fs.alarms.active({ gateway: 'gw-1' })).rejects.toMatchObject({ code: 'PROTOCOL' });
    expect(errors).toHaveLength(1);
  });

  it('does not call alarms absent that a gateway could not tell', async () => {
    const fs = await watcher();
    const other = own(await fakeGateway({ port: broker.port, id: 'gw-2' }));
    await until('it is there', () => fs.gateways.list().length === 2);
    await other.presence(false);
    await until('it is offline', () => !fs.gateways.get('gw-2').link.online);
    expect(await fs.alarms.active()).toMatchObject({
      alarms: [],
      unanswered: [{ gateway: 'gw-2', error: { code: 'GATEWAY_OFFLINE' } }],
    });
  });
});
