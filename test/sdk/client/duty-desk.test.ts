import { beforeEach, describe, expect, it } from 'vitest';
import { connect, ed25519Signer, type Fengsui, FengsuiError, generateOperatorKey } from '../../../sdk/index.ts';
import { millis, wallTime } from '../../../sdk/model/time.ts';
import { encodeAlarm } from '../../../sdk/wire/alarm-message.ts';
import { type Cbor, decodeCbor, encodeCbor } from '../../../sdk/wire/cbor.ts';
import { fieldsOf } from '../../../sdk/wire/parse.ts';
import type { Data } from '../../../sdk/wire/request.ts';
import { type Broker, startBroker } from '../../../simulators/broker/start-broker.ts';
import { closedAfterEach } from '../../support/closed-after-each.ts';
import { alarmChange, type FakeGateway, fakeGateway, hydrant } from '../../support/fake-gateway.ts';
import { until } from '../../support/until.ts';

const operator = generateOperatorKey();
const signer = ed25519Signer({ keyId: 'duty', privateKey: operator.privateKey });
const alarm = { gateway: 'gw-1', device: 'hydrant-1', condition: 'low', occurrence: 2 };
const device = { gateway: 'gw-1', device: 'hydrant-1' };
const operators = { duty: operator.publicKey };

let broker: Broker;
let gateway: FakeGateway;
const own = closedAfterEach();
const desk = async (): Promise<Fengsui> =>
  own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603', signer, operator: 'Li' }));

beforeEach(async () => {
  broker = own(await startBroker());
  gateway = own(await fakeGateway({ port: broker.port, operators }));
});

const change = {
  ...alarmChange(2),
  count: 3,
  silenced: true as const,
  suppression: { how: 'shelved', why: 'pump test', operator: 'Li', until: wallTime(1_790_000_600_000) } as const,
};
const standing = {
  device: 'hydrant-1',
  condition: 'low',
  kind: 'supervisory',
  phase: 'active-unacked',
  occurrence: 2,
  at: 1_790_000_000_123,
  rule: 'pressure below 0.14 MPa for 5 s',
  value: 0.12,
} as const;
const { rule: _rule, value: _value, ...facts } = change.cause;
const explained = {
  en: '0.12 MPa: pressure below 0.14 MPa for 5 s; it had been so for 5 s; 3 times; rule from: GB 50974-2014 7.2.8',
  zh: '0.12 MPa：压力低于 0.14 MPa，持续 5 秒；已持续 5 秒；共 3 次；依据：GB 50974-2014 7.2.8',
};
const told = { ...standing, count: 3, silenced: true, suppression: change.suppression, cause: facts, explained };

describe('an alarm', () => {
  it('is the same from the stream and from those that stand', async () => {
    gateway.answers.set('alarms', () => ({ alarms: [told] }));
    const fs = await desk();
    const stream = fs.alarms.stream();
    await until('it has asked', () => gateway.requests.some((r) => r.method === 'resume'));
    await gateway.publish('alarm', encodeAlarm({ log: 7, seq: 1, change }));
    const { value } = await stream.next();
    const { alarms } = await fs.alarms.active({ hidden: true });
    expect(alarms).toEqual([value?.alarm]);
    expect(value?.alarm).toEqual({
      ...alarm,
      kind: 'supervisory',
      phase: 'active-unacked',
      isActive: true,
      isHidden: true,
      count: 3,
      silenced: true,
      suppression: { how: 'shelved', why: 'pump test', operator: 'Li', until: new Date(1_790_000_600_000) },
      at: new Date(1_790_000_000_123),
      rule: 'pressure below 0.14 MPa for 5 s',
      value: 0.12,
      cause: change.cause,
      explained,
    });
  });

  it('that is hidden is left out, unless it is asked for; a fire is never', async () => {
    gateway.answers.set('alarms', () => ({ alarms: [told, { ...told, device: 'hall', kind: 'fire' }] }));
    const fs = await desk();
    expect((await fs.alarms.active()).alarms.map((a) => a.device)).toEqual(['hall']);
    expect((await fs.alarms.active({ gateway: 'gw-1', hidden: true })).alarms.map((a) => a.device)).toEqual([
      'hall',
      'hydrant-1',
    ]);
  });

  it('of a gateway of an earlier version is told in its words', async () => {
    gateway.answers.set('alarms', () => ({ alarms: [standing] }));
    const fs = await desk();
    expect((await fs.alarms.active()).alarms).toMatchObject([
      {
        count: 1,
        silenced: false,
        isHidden: false,
        cause: { test: 'trouble', point: '', rule: standing.rule, value: 0.12 },
        explained: { zh: '0.12：pressure below 0.14 MPa for 5 s' },
      },
    ]);
  });

  it('of a kind of a later version stands behind fires and calls, and breaks nothing', async () => {
    const kinds = ['fault', 'flood', 'call', 'fire'];
    gateway.answers.set('alarms', () => ({ alarms: kinds.map((kind) => ({ ...standing, kind })) }));
    await gateway.state({ devices: [{ ...hydrant, alarm: 'other' }] });
    const fs = await desk();
    expect((await fs.alarms.active()).alarms.map((a) => a.kind)).toEqual(['fire', 'call', 'other', 'fault']);
    expect(fs.devices.get(device).alarm).toBe('other');
  });

  it('with an event of a later version keeps its place in the stream', async () => {
    const fs = await desk();
    const stream = fs.alarms.stream();
    await until('it has asked', () => gateway.requests.some((r) => r.method === 'resume'));
    const raw = decodeCbor(encodeAlarm({ log: 7, seq: 1, change }));
    if (!(raw instanceof Map)) throw new Error('an alarm is a map');
    await gateway.publish('alarm', encodeCbor(new Map<Cbor, Cbor>([...raw, [6, 77]])));
    await gateway.alarm(2);
    const changes = [await stream.next(), await stream.next()];
    expect(changes.map(({ value }) => [value?.seq, value?.change, value?.alarm.isActive])).toEqual([
      [1, 'other', true],
      [2, 'raised', true],
    ]);
  });

  it('with an end of its shelving that is no time is refused, and the next one is read', async () => {
    const fs = await desk();
    const errors: FengsuiError[] = [];
    fs.on('error', (e) => errors.push(e));
    const suppression = { how: 'shelved', why: 'x', until: wallTime(9e15) } as const;
    await gateway.publish('alarm', encodeAlarm({ log: 7, seq: 1, change: { ...change, suppression } }));
    await until('it is refused', () => fs.refused === 1);
    expect(errors[0]?.message).toContain('are no time that a date can hold');
  });

  it('is found among more than one page holds', async () => {
    const pages: Record<string, Data> = {
      '': { alarms: [standing], next: 'a' },
      a: { alarms: [{ ...standing, device: 'barn' }] },
    };
    gateway.answers.set('alarms', ({ params }) => {
      const fields = fieldsOf(params ?? {}, 'params');
      return pages[fields.has('after') ? fields.text('after') : ''] ?? null;
    });
    const fs = await desk();
    expect((await fs.alarms.active()).alarms.map((a) => a.device)).toEqual(['hydrant-1', 'barn']);
  });
});

describe('what a person does', () => {
  const calls: [what: string, method: string, call: (fs: Fengsui) => Promise<unknown>, params: object][] = [
    ['ack', 'acknowledge', (fs) => fs.alarms.ack(alarm), { condition: 'low', occurrence: 2 }],
    ['reset', 'reset', (fs) => fs.alarms.reset(alarm), { condition: 'low', occurrence: 2 }],
    ['silence', 'silence', (fs) => fs.alarms.silence(alarm), { condition: 'low', occurrence: 2 }],
    [
      'shelve',
      'suppress',
      (fs) => fs.alarms.shelve(alarm, { minutes: 30, why: 'pump test' }),
      { condition: 'low', how: 'shelved', minutes: 30, why: 'pump test' },
    ],
    [
      'disable',
      'suppress',
      (fs) => fs.alarms.disable(alarm, { why: 'rebuilt' }),
      { condition: 'low', how: 'disabled', why: 'rebuilt' },
    ],
    ['lift', 'unsuppress', (fs) => fs.alarms.lift(alarm), { condition: 'low' }],
    [
      'takeOutOfService',
      'suppress',
      (fs) => fs.alarms.takeOutOfService(device, { why: 'repair' }),
      { how: 'out-of-service', why: 'repair' },
    ],
    ['returnToService', 'unsuppress', (fs) => fs.alarms.returnToService(device), {}],
  ];
  it.each(calls)('%s is a command in their name', async (_, method, call, params) => {
    gateway.answers.set(method, () => ({ phase: 'normal' }));
    await call(await desk());
    const sent = gateway.requests.filter((r) => r.nonce);
    expect(sent.map((r) => [r.method, r.params])).toEqual([
      [method, { device: 'hydrant-1', ...params, operator: 'Li' }],
    ]);
  });

  it.each(calls)('%s needs a signer, and passes on a refusal', async (_, method, call) => {
    gateway.answers.set(method, () => {
      throw new FengsuiError('CONFLICT', 'look again');
    });
    await expect(call(await desk())).rejects.toMatchObject({ code: 'CONFLICT', message: 'look again' });
    const watcher = own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603' }));
    await expect(call(watcher)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('is in the name that is given with the call', async () => {
    gateway.answers.set('suppress', () => ({}));
    const fs = await desk();
    await fs.alarms.disable(alarm, { why: 'rebuilt' }, { operator: 'Wang' });
    expect(gateway.requests.at(-1)?.params).toMatchObject({ operator: 'Wang' });
  });

  it('is refused for a gateway that was never seen, before anything is sent', async () => {
    const fs = await desk();
    await expect(fs.alarms.shelve({ ...alarm, gateway: 'gw-9' }, { minutes: 1, why: 'x' })).rejects.toMatchObject({
      code: 'GATEWAY_UNKNOWN',
    });
    await expect(fs.walkTests.stop({ gateway: 'gw-9' })).rejects.toMatchObject({ code: 'GATEWAY_UNKNOWN' });
  });

  it('is listed: conditions, whole devices, and who could not be asked', async () => {
    const until = 1_790_000_600_000;
    gateway.answers.set('suppressed', () => ({
      suppressed: [
        { device: 'hydrant-1', condition: 'low', suppression: { how: 'shelved', why: 'a', operator: 'Li', until } },
        { device: 'hall', condition: '', suppression: { how: 'out-of-service', why: 'b' } },
      ],
    }));
    const fs = await desk();
    expect(await fs.alarms.suppressed({ gateway: 'gw-1' })).toEqual({
      suppressed: [
        {
          ...device,
          condition: 'low',
          suppression: { how: 'shelved', why: 'a', operator: 'Li', until: new Date(until) },
        },
        { gateway: 'gw-1', device: 'hall', suppression: { how: 'out-of-service', why: 'b' } },
      ],
      unanswered: [],
    });
    gateway.answers.delete('suppressed');
    expect(await fs.alarms.suppressed()).toMatchObject({ suppressed: [], unanswered: [{ gateway: 'gw-1' }] });
  });
});

describe('a walk test', () => {
  it('is started for devices or a zone, and stopped', async () => {
    for (const method of ['startWalkTest', 'stopWalkTest']) gateway.answers.set(method, () => ({}));
    const fs = await desk();
    const test = { gateway: 'gw-1', minutes: 30, sounders: 'quiet' } as const;
    await fs.walkTests.start({ ...test, devices: ['hall'] });
    await fs.walkTests.start({ ...test, zone: 'ground' });
    await fs.walkTests.stop({ gateway: 'gw-1' }, { operator: 'Wang' });
    const sent = gateway.requests.filter((r) => r.nonce);
    expect(sent.map((r) => r.params)).toEqual([
      { devices: ['hall'], minutes: 30, sounders: 'quiet', operator: 'Li' },
      { zone: 'ground', minutes: 30, sounders: 'quiet', operator: 'Li' },
      { operator: 'Wang' },
    ]);
  });

  it('tells what runs and what came of the last one, with dates', async () => {
    const [began, over] = [1_790_000_000_000, 1_790_000_900_000];
    const common = { began, operator: 'Li (duty)', sounders: 'chirp' };
    const running = { ...common, leftMs: 5_000, devices: [{ device: 'hall', status: 'active' }] };
    const devices = [
      { device: 'hall', status: 'passed', condition: 'smoke', at: began },
      { device: 'barn', status: 'untested' },
    ];
    const report = { ...common, over, ended: 'aborted', why: 'a real alarm: shed/smoke', devices };
    gateway.answers.set('walkTest', () => ({ running, report }));
    const fs = await desk();
    expect(await fs.walkTests.state({ gateway: 'gw-1' })).toEqual({
      running: { ...running, began: new Date(began) },
      report: {
        ...report,
        began: new Date(began),
        over: new Date(over),
        devices: [{ device: 'hall', status: 'passed', condition: 'smoke', at: new Date(began) }, devices[1]],
      },
    });
    gateway.answers.set('walkTest', () => ({}));
    expect(await fs.walkTests.state({ gateway: 'gw-1' })).toEqual({});
    gateway.answers.set('walkTest', () => ({ running: { ...running, began: 9e15 } }));
    await expect(fs.walkTests.state({ gateway: 'gw-1' })).rejects.toMatchObject({
      code: 'PROTOCOL',
      message: 'walk test: began: expected Unix milliseconds',
    });
  });
});

describe('the risk level', () => {
  it('is set on one gateway, and shown', async () => {
    gateway.answers.set('setRiskLevel', () => ({ level: 'severe' }));
    await gateway.state({ riskLevel: 'heightened' });
    const fs = await desk();
    expect(fs.gateways.get('gw-1').report?.riskLevel).toBe('heightened');
    expect(await fs.gateways.setRiskLevel({ gateway: 'gw-1', level: 'heightened', why: '春节' })).toEqual({
      levels: [{ gateway: 'gw-1', level: 'severe' }],
      unanswered: [],
    });
    expect(gateway.requests.at(-1)?.params).toEqual({ level: 'heightened', why: '春节', operator: 'Li' });
  });

  it('is set on all of the district, and those that were not reached are told', async () => {
    const other = own(await fakeGateway({ port: broker.port, id: 'gw-2', operators }));
    const away = own(await fakeGateway({ port: broker.port, id: 'gw-3', operators }));
    for (const g of [gateway, other]) g.answers.set('setRiskLevel', () => ({ level: 'heightened' }));
    await away.presence(false);
    const fs = await desk();
    const { levels, unanswered } = await fs.gateways.setRiskLevel({ level: 'heightened', why: '干旱' });
    expect(levels.map((one) => one.gateway).toSorted()).toEqual(['gw-1', 'gw-2']);
    expect(unanswered).toMatchObject([{ gateway: 'gw-3', error: { code: 'GATEWAY_OFFLINE' } }]);
    await expect(fs.gateways.setRiskLevel({ gateway: 'gw-3', level: 'normal', why: 'over' })).rejects.toMatchObject({
      code: 'GATEWAY_OFFLINE',
    });
  });
});

describe('facts of a cause', () => {
  it('that a later version has named are kept in words', async () => {
    gateway.answers.set('alarms', () => ({
      alarms: [{ ...told, cause: { ...facts, test: 'smells', within: 5, samples: [2, 3] } }],
    }));
    const fs = await desk();
    const [one] = (await fs.alarms.active({ hidden: true })).alarms;
    expect(one?.cause).toEqual({ ...change.cause, test: 'trouble', within: millis(5), samples: [2, 3] });
    expect(one?.explained).toEqual(explained);
  });

  it.each<[what: string, cause: Data, text: string]>([
    ['no test', {}, 'alarms[0][cause][test]'],
    ['a limit that is a list', { ...facts, limit: [1] }, 'alarms[0][cause][limit]'],
    ['a delay in words', { ...facts, onDelay: 'soon' }, 'alarms[0][cause][onDelay]'],
  ])('with %s are refused', async (_, cause, text) => {
    gateway.answers.set('alarms', () => ({ alarms: [{ ...told, cause }] }));
    const fs = await desk();
    await expect(fs.alarms.active({ gateway: 'gw-1' })).rejects.toMatchObject({
      code: 'PROTOCOL',
      message: expect.stringContaining(text),
    });
  });
});
