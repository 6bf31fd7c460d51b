import { beforeEach, describe, expect, it } from 'vitest';
import {
  connect,
  ed25519Signer,
  type Fengsui,
  FengsuiError,
  generateOperatorKey,
  type Signer,
} from '../../../sdk/index.ts';
import type { Request } from '../../../sdk/wire/request.ts';
import { type Broker, startBroker } from '../../../simulators/broker/start-broker.ts';
import { closedAfterEach } from '../../support/closed-after-each.ts';
import { type FakeGateway, fakeGateway, hydrant } from '../../support/fake-gateway.ts';
import { until } from '../../support/until.ts';

/** A key in a module: it answers when it likes, or when somebody has put a finger on it. */
describe('a signer that does not answer', () => {
  const key = generateOperatorKey();
  const quick = ed25519Signer({ keyId: 'duty', privateKey: key.privateKey });
  const address = { gateway: 'gw-1', device: 'hydrant-1' };
  let broker: Broker;
  let gateway: FakeGateway;
  let fs: Fengsui;
  let waiting: (() => void)[];
  let asked: number;
  const own = closedAfterEach();
  const slow: Signer = {
    keyId: 'duty',
    async sign(bytes) {
      asked++;
      await new Promise<void>((resolve) => waiting.push(resolve));
      return quick.sign(bytes);
    },
  };
  const answerLate = (): void => {
    for (const go of waiting.splice(0)) go();
  };
  const sent = (method: string): readonly Request[] => gateway.requests.filter((r) => r.method === method);
  const code = (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => 'resolved',
      (e: unknown) => (FengsuiError.is(e) ? e.code : e),
    );

  beforeEach(async () => {
    waiting = [];
    asked = 0;
    broker = own(await startBroker());
    gateway = own(
      await fakeGateway({
        port: broker.port,
        operators: { duty: key.publicKey },
        devices: [{ ...hydrant, profile: 'generic/barrier' }],
      }),
    );
    fs = own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603', signer: slow }));
  });
  const barrier = () => fs.devices.get(address).as('generic/barrier');

  /** Whatever is sent from now on stands behind the answer to this question. */
  const flushed = async (): Promise<void> => void (await fs.diagnostics.ping('gw-1').catch(() => undefined));

  it.each([
    ['is given up', 'ABORTED'],
    ['takes too long', 'TIMEOUT'],
  ])('has nothing sent when the call %s, also not when it answers at last', async (how, expected) => {
    const stop = new AbortController();
    const alarm = { ...address, condition: 'low', occurrence: 1 };
    const limit = how === 'is given up' ? { signal: stop.signal } : { timeoutMs: 2_000 };
    const calls = [
      code(fs.alarms.ack(alarm, limit)),
      code(fs.commands.invoke(barrier(), 'open', {}, limit)),
      code(fs.commands.propose(barrier(), 'open', {}, limit)),
    ];
    await until('all are asked for', () => asked === 3);
    stop.abort();
    expect(await Promise.all(calls)).toEqual([expected, expected, expected]);
    answerLate();
    await flushed();
    expect([...sent('acknowledge'), ...sent('invoke')]).toEqual([]);
  });

  it('lets go of a command when the client is closed', async () => {
    const call = code(fs.commands.invoke(barrier(), 'open', {}));
    await until('it is asked for', () => asked === 1);
    await fs.close();
    expect(await call).toBe('ABORTED');
  });
});

describe('a command to a gateway whose clock is wrong', () => {
  it('takes no longer in all than it was given, though it goes there and back three times', async () => {
    const key = generateOperatorKey();
    const signer = ed25519Signer({ keyId: 'duty', privateKey: key.privateKey });
    await using broker = await startBroker();
    const devices = [{ ...hydrant, profile: 'generic/barrier' }];
    await using gateway = await fakeGateway({ port: broker.port, operators: { duty: key.publicKey }, devices });
    const pause = () => new Promise((resolve) => setTimeout(resolve, 1_000));
    gateway.answers.set('invoke', async (request) => {
      await pause();
      if (!request.nonce) throw new FengsuiError('CLOCK_UNTRUSTED', 'my clock');
      await pause();
      return null;
    });
    await using fs = await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603', signer });
    const gate = fs.devices.get({ gateway: 'gw-1', device: 'hydrant-1' }).as('generic/barrier');
    const began = performance.now();
    await expect(fs.commands.invoke(gate, 'open', {}, { timeoutMs: 1_500 })).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
    });
    expect(performance.now() - began).toBeLessThan(1_950);
  });
});
