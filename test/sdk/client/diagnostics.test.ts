import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseLogFields } from '../../../sdk/client/diagnostics-results.ts';
import { connect, ed25519Signer, type Fengsui, type FengsuiError, generateOperatorKey } from '../../../sdk/index.ts';
import type { LogLine } from '../../../sdk/wire/methods.ts';
import type { Data } from '../../../sdk/wire/request.ts';
import { type Broker, startBroker } from '../../../simulators/broker/start-broker.ts';
import { type FakeGateway, fakeGateway } from '../../support/fake-gateway.ts';
import { until } from '../../support/until.ts';

const keys = generateOperatorKey();
const gateway = 'gw-1';
let broker: Broker;
let edge: FakeGateway;
let fs: Fengsui;
const problems: FengsuiError[] = [];

beforeEach(async () => {
  broker = await startBroker();
  edge = await fakeGateway({ port: broker.port, operators: { duty: keys.publicKey } });
  const signer = ed25519Signer({ keyId: 'duty', privateKey: keys.privateKey });
  fs = await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603', signer, operator: 'Li' });
  problems.length = 0;
  fs.on('error', (e) => problems.push(e));
});
afterEach(async () => {
  await fs.close();
  await edge[Symbol.asyncDispose]();
  await broker[Symbol.asyncDispose]();
});

const paramsOf = (method: string): unknown[] => edge.requests.filter((r) => r.method === method).map((r) => r.params);

describe('the log of a gateway', () => {
  const lines: LogLine[] = [];
  /** As a gateway answers that has these lines. */
  const answer = ({ params }: { params: Data }): Data => {
    const { after = 0 } = params as { after?: number };
    const found = lines.filter(([number]) => number > after);
    return { lines: found, next: found.at(-1)?.[0] ?? after, missed: after === 2 ? 3 : 0 };
  };
  const line = (number: number, event: string, level = 'info'): LogLine => [number, 1_000, level, event, '{"x":1}'];

  beforeEach(() => {
    lines.splice(0);
    edge.answers.set('logs', answer);
  });

  it('that tells the same lines again and again is not asked faster for it', async () => {
    edge.answers.set('logs', () => ({ lines: [[...line(1, 'a')]], next: 1, missed: 0 }));
    const stream = fs.diagnostics.logs({ gateway });
    await stream.next();
    await new Promise((resolve) => setTimeout(resolve, 500));
    stream.close();
    expect(paramsOf('logs').length).toBeLessThanOrEqual(2);
  });

  it('is the last lines, then what comes, and what is gone is told', async () => {
    lines.push(line(1, 'a'), line(2, 'b', 'warn'));
    const seen: string[] = [];
    for await (const got of fs.diagnostics.logs({ gateway, level: 'info' })) {
      seen.push(`${got.number} ${got.level} ${got.event} ${JSON.stringify(got.fields)}`);
      if (got.event === 'b') lines.push(line(6, 'c'));
      if (got.event === 'c') break;
    }
    expect(seen).toEqual(['1 info a {"x":1}', '2 warn b {"x":1}', '6 warn log.missed {"count":3}', '6 info c {"x":1}']);
    expect(paramsOf('logs').slice(0, 2)).toEqual([{ level: 'info' }, { level: 'info', after: 2 }]);
    await new Promise((resolve) => setTimeout(resolve, 300)); // what was asked when it was left
    const asked = paramsOf('logs').length;
    await new Promise((resolve) => setTimeout(resolve, 2_200));
    expect(paramsOf('logs')).toHaveLength(asked); // left: nobody is asked any more
  });

  it('begins anew when the gateway has restarted: its numbers do', async () => {
    lines.push(line(7, 'old'));
    const seen: string[] = [];
    for await (const { event } of fs.diagnostics.logs({ gateway })) {
      seen.push(event);
      if (event === 'new') break;
      lines.splice(0, lines.length, line(1, 'new'));
      await edge.presence(true, 2);
    }
    expect(seen).toEqual(['old', 'new']);
  });

  it('of a gateway that answers nonsense ends, and the error is told', async () => {
    edge.answers.set('logs', () => ({ lines: [[1, 'x']], next: 1, missed: 0 }));
    for await (const _ of fs.diagnostics.logs({ gateway })) expect.unreachable();
    expect(problems.map(({ code }) => code)).toEqual(['PROTOCOL']);
  });

  it('of a gateway that was never seen is refused at once', () => {
    expect(() => fs.diagnostics.logs({ gateway: 'gw-9' })).toThrow('no gateway “gw-9”');
  });

  it('a line whose fields are no object is told as it is', () => {
    expect([parseLogFields('{"a":1}'), parseLogFields('[1]'), parseLogFields('{')]).toEqual([
      { a: 1 },
      { text: '[1]' },
      { text: '{' },
    ]);
  });
});

describe('a scan from afar', () => {
  const unit = (n: number) => ({
    unit: n,
    devices: [],
    kind: 'present',
    candidates: [{ profile: 'generic/municipal-hydrant', confidence: 0.9 }],
  });
  const scan = (done: number, isRunning: boolean, units: readonly number[], more: object = {}): Data => ({
    isRunning,
    bus: 'rs485',
    from: 1,
    to: 3,
    done,
    total: 3,
    found: units.map(unit),
    ...more,
  });
  beforeEach(() => {
    edge.answers.set('scanBus', () => ({}));
    edge.answers.set('stopScan', () => ({}));
  });

  it('tells each that was found once, how far it is, and ends with it', async () => {
    const states = [scan(1, true, [1]), scan(3, false, [1, 3])];
    edge.answers.set('scan', () => states.shift() ?? null);
    const steps: string[] = [];
    for await (const step of fs.diagnostics.scanBus({ gateway, bus: 'rs485', units: [1, 3] }))
      steps.push(
        step.type === 'found' ? `found ${step.unit} ${step.candidates[0]?.profile}` : `${step.done}/${step.total}`,
      );
    expect(steps).toEqual(['found 1 generic/municipal-hydrant', '1/3', 'found 3 generic/municipal-hydrant', '3/3']);
    expect(paramsOf('scanBus')).toEqual([{ bus: 'rs485', from: 1, to: 3, operator: 'Li' }]);
    expect(paramsOf('stopScan')).toEqual([]);
  });

  it('that is left is stopped', async () => {
    edge.answers.set('scan', () => scan(1, true, [1]));
    for await (const step of fs.diagnostics.scanBus({ gateway, bus: 'rs485' })) if (step.type === 'found') break;
    await until('it is stopped', () => paramsOf('stopScan').length === 1);
    expect(problems).toEqual([]);
  });

  it('that ends before its end says why', async () => {
    edge.answers.set('scan', () => scan(1, false, [], { why: 'the port is gone' }));
    const all = async (): Promise<void> => {
      for await (const _ of fs.diagnostics.scanBus({ gateway, bus: 'rs485' }));
    };
    await expect(all()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('the port is gone'),
    });
    expect(paramsOf('stopScan')).toEqual([]);
  });
});

it('a ping is the way to the gateway and back', async () => {
  edge.answers.set('walkTest', () => ({}));
  const { roundTripMs } = await fs.diagnostics.ping(gateway);
  expect(roundTripMs).toBeGreaterThan(0);
  await expect(fs.diagnostics.ping('gw-9')).rejects.toMatchObject({ code: 'GATEWAY_UNKNOWN' });
});
