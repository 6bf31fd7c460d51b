import { beforeEach, describe, expect, it } from 'vitest';
import { connect, ed25519Signer, type Fengsui, FengsuiError, generateOperatorKey } from '../../../sdk/index.ts';
import { wallTime } from '../../../sdk/model/time.ts';
import { type CommandReceipt, encodeCommandReceipt } from '../../../sdk/wire/command.ts';
import type { DeviceState } from '../../../sdk/wire/gateway-state.ts';
import { fieldsOf } from '../../../sdk/wire/parse.ts';
import { encodeRecord } from '../../../sdk/wire/record-message.ts';
import type { Data, Request } from '../../../sdk/wire/request.ts';
import { type Signer, sign1 } from '../../../sdk/wire/sign1.ts';
import { type Site, topicOf } from '../../../sdk/wire/topics.ts';
import { type Broker, startBroker } from '../../../simulators/broker/start-broker.ts';
import { closedAfterEach } from '../../support/closed-after-each.ts';
import { type FakeGateway, fakeGateway, hydrant, silence } from '../../support/fake-gateway.ts';
import { until } from '../../support/until.ts';

const keys = { duty: generateOperatorKey(), chief: generateOperatorKey(), receipts: generateOperatorKey() };
const signerOf = (name: 'duty' | 'chief') => ed25519Signer({ keyId: name, privateKey: keys[name].privateKey });
const sealer: Signer = ed25519Signer({ keyId: 'gw-1', privateKey: keys.receipts.privateKey });
const receiptKey = Uint8Array.from(Buffer.from(keys.receipts.publicKey, 'base64'));
const gate: DeviceState = { ...hydrant, id: hydrant.id, profile: 'generic/barrier', name: '东门道闸' };
const siren: DeviceState = { ...gate, profile: 'generic/siren', name: '警报器' };
const address = { gateway: 'gw-1', device: 'hydrant-1' };

let broker: Broker;
let gateway: FakeGateway;
const own = closedAfterEach();
const desk = async (name: 'duty' | 'chief' = 'duty'): Promise<Fengsui> =>
  own(
    await connect({
      url: `mqtt://127.0.0.1:${broker.port}`,
      district: '330603',
      signer: signerOf(name),
      operator: 'Li',
    }),
  );
const barrier = (fs: Fengsui) => fs.devices.get(address).as('generic/barrier');

beforeEach(async () => {
  broker = own(await startBroker());
  const operators = { duty: keys.duty.publicKey, chief: keys.chief.publicKey };
  gateway = own(await fakeGateway({ port: broker.port, operators, devices: [gate] }));
  await gateway.state({ receiptKey });
});

const verified = {
  device: 'hydrant-1',
  command: 'open',
  args: {},
  risk: 'life-safety',
  signedBy: ['duty'],
  state: 'verified',
  at: 1_790_000_000_000,
  clock: 'synced',
  tookMs: 2_100,
  configVersion: 3,
  before: [{ device: 'hydrant-1', point: 'open', value: false }],
  after: [{ device: 'hydrant-1', point: 'open', value: true }],
} as const satisfies Omit<CommandReceipt, 'audit'>;

type Signing = { readonly by?: Signer; readonly site?: Site };
const signed = async (receipt: CommandReceipt, { by = sealer, site = gateway.site }: Signing = {}): Promise<Data> => ({
  receipt: await sign1(encodeCommandReceipt(receipt), topicOf(site, 'state'), by),
});
const auditOf = ({ params }: Request): string => fieldsOf(params, 'params').text('audit');
const answers = (changes: Partial<CommandReceipt> = {}, signing: Signing = {}): void =>
  void gateway.answers.set('invoke', (request) =>
    signed({ ...verified, audit: auditOf(request), ...changes }, signing),
  );
const invokes = (): readonly Request[] => gateway.requests.filter(({ method }) => method === 'invoke');
const failure = async (call: Promise<unknown>): Promise<FengsuiError> => {
  const e: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!FengsuiError.is(e)) throw new Error(`no FengsuiError: ${String(e)}`);
  return e;
};

describe('a command to a device', () => {
  it('is signed, says by when and in which role, and resolves with what the gateway has signed', async () => {
    answers();
    const fs = await desk();
    const before = Date.now();
    const outcome = await fs.commands.invoke(barrier(fs), 'open', {}, { ifVersion: 3 });
    expect(outcome).toEqual({
      ...verified,
      gateway: 'gw-1',
      auditId: expect.stringMatching(/^[\w-]{36}$/),
      at: new Date(verified.at),
      receipt: expect.any(Uint8Array),
      isAuthentic: true,
    });
    const [request, ...more] = invokes();
    expect(more).toEqual([]);
    expect(request?.nonce).toBeUndefined();
    expect(request?.params).toMatchObject({
      device: 'hydrant-1',
      command: 'open',
      args: {},
      role: 'life-safety',
      operator: 'Li',
      ifVersion: 3,
      audit: outcome.auditId,
    });
    const notAfter = fieldsOf(request?.params ?? null, 'params').count('notAfter');
    expect(notAfter - before).toBeGreaterThanOrEqual(10_000);
    expect(notAfter - before).toBeLessThan(15_000);
  });

  it('passes on arguments, and takes the role that its risk needs', async () => {
    await gateway.state({ receiptKey, devices: [siren] });
    answers({ command: 'test', args: { seconds: 3 } });
    const fs = await desk();
    await fs.commands.invoke(fs.devices.get(address).as('generic/siren'), 'test', { seconds: 3 }, { operator: 'Wang' });
    expect(invokes()[0]?.params).toMatchObject({ args: { seconds: 3 }, role: 'operate', operator: 'Wang' });
  });

  it('answers one fresh challenge where the gateway cannot trust its clock, under the same audit id', async () => {
    gateway.answers.set('invoke', (request) => {
      if (!request.nonce) throw new FengsuiError('CLOCK_UNTRUSTED', 'my clock');
      return signed({ ...verified, audit: auditOf(request), clock: 'unknown' });
    });
    const fs = await desk();
    expect((await fs.commands.invoke(barrier(fs), 'open', {})).clock).toBe('unknown');
    const [first, second, ...more] = invokes();
    expect(more).toEqual([]);
    expect(second && auditOf(second)).toBe(first && auditOf(first));
  });

  it('is not tried a third time', async () => {
    gateway.answers.set('invoke', () => {
      throw new FengsuiError('CLOCK_UNTRUSTED', 'my clock');
    });
    const fs = await desk();
    expect(await failure(fs.commands.invoke(barrier(fs), 'open', {}))).toMatchObject({ code: 'CLOCK_UNTRUSTED' });
    expect(invokes()).toHaveLength(2);
  });

  it.each([
    ['a receipt', 'INTERLOCK'],
    ['a receipt', 'COMMAND_EXPIRED'],
    ['a reply', 'FORBIDDEN'],
    ['a reply', 'CONFLICT'],
    ['a reply', 'APPROVAL_REQUIRED'],
  ] as const)('that is refused by %s rejects with its reason %s', async (by, code) => {
    if (by === 'a receipt') answers({ state: 'refused', code, message: 'because' });
    else
      gateway.answers.set('invoke', () => {
        throw new FengsuiError(code, 'because');
      });
    const fs = await desk();
    const e = await failure(fs.commands.invoke(barrier(fs), 'open', {}));
    expect([e.code, e.message, e.auditId]).toEqual([code, 'because', auditOf(invokes()[0] as Request)]);
  });

  it.each([
    ['verified', undefined, undefined],
    ['verified', 'verified', undefined],
    ['executed', undefined, undefined],
    ['executed', 'verified', 'NOT_PROVEN'],
    ['not-proven', undefined, 'NOT_PROVEN'],
    ['not-proven', 'verified', 'NOT_PROVEN'],
    ['not-proven', 'executed', undefined],
    ['interrupted', 'executed', 'OUTCOME_UNKNOWN'],
  ] as const)('that was %s, where %s is to be confirmed: %s', async (state, confirm, code) => {
    answers({ state });
    const fs = await desk();
    const call = fs.commands.invoke(barrier(fs), 'open', {}, { confirm });
    if (code === undefined) expect((await call).state).toBe(state);
    else expect(await failure(call)).toMatchObject({ code, details: { outcome: { state } } });
  });

  it('whose reply is lost is of unknown outcome, is not sent again, and can be asked about', async () => {
    gateway.answers.set('invoke', silence);
    const fs = await desk();
    const e = await failure(fs.commands.invoke(barrier(fs), 'open', {}, { timeoutMs: 300 }));
    expect(e).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: false });
    expect(invokes()).toHaveLength(1);
    const auditId = e.auditId ?? '';
    gateway.answers.set('outcome', () => ({ state: 'running' }));
    expect(await fs.commands.status('gw-1', auditId)).toEqual({ auditId, state: 'running' });
    gateway.answers.set('outcome', (request) => signed({ ...verified, audit: auditOf(request) }));
    expect(await fs.commands.status('gw-1', auditId)).toMatchObject({ auditId, state: 'verified', isAuthentic: true });
  });

  it.each<[what: string, changes: Partial<CommandReceipt>, signing: () => Signing]>([
    ['signed by another key', {}, () => ({ by: signerOf('duty') })],
    ['of another gateway', {}, () => ({ site: { ...gateway.site, gateway: 'gw-2' as Site['gateway'] } })],
    ['of another command', { audit: 'another-command-0001' }, () => ({})],
  ])('with a receipt %s is of unknown outcome', async (_, changes, signing) => {
    answers(changes, signing());
    const fs = await desk();
    const e = await failure(fs.commands.invoke(barrier(fs), 'open', {}));
    expect([e.code, typeof e.auditId]).toEqual(['OUTCOME_UNKNOWN', 'string']);
  });

  it('with a receipt of a gateway that shows no key says that nobody could check it', async () => {
    await gateway.state();
    answers();
    const fs = await desk();
    expect((await fs.commands.invoke(barrier(fs), 'open', {})).isAuthentic).toBe(false);
  });

  it('sends nothing to a gateway that is offline, without a signer, or with a deadline out of range', async () => {
    const fs = await desk();
    const watcher = own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603' }));
    const codes = async (...calls: Promise<unknown>[]) => Promise.all(calls.map(async (c) => (await failure(c)).code));
    expect(
      await codes(
        watcher.commands.invoke(barrier(watcher), 'open', {}),
        watcher.commands.propose(barrier(watcher), 'open', {}),
        fs.commands.invoke(barrier(fs), 'open', {}, { deadlineMs: 300_001 }),
        fs.commands.invoke(barrier(fs), 'open', {}, { deadlineMs: Number.NaN }),
        fs.commands.invoke(barrier(fs), 'open', {}, { signal: AbortSignal.abort() }),
        fs.commands.status('gw-1', 'short'),
      ),
    ).toEqual(['FORBIDDEN', 'FORBIDDEN', 'INVALID', 'INVALID', 'ABORTED', 'INVALID']);
    await gateway.presence(false);
    await until('it is offline', () => fs.gateways.list({ online: false }).length === 1);
    expect(await codes(fs.commands.invoke(barrier(fs), 'open', {}))).toEqual(['GATEWAY_OFFLINE']);
    expect(invokes()).toEqual([]);
  });

  it('that is given up may still be done, and says which', async () => {
    gateway.answers.set('invoke', silence);
    const fs = await desk();
    const stop = new AbortController();
    const call = failure(fs.commands.invoke(barrier(fs), 'open', {}, { signal: stop.signal }));
    await until('it was sent', () => invokes().length === 1);
    stop.abort();
    const e = await call;
    expect([e.code, e.auditId]).toEqual(['ABORTED', auditOf(invokes()[0] as Request)]);
  });
});

describe('a command of two persons', () => {
  it('is read from its bytes by the second, signed by both, and answered to the second', async () => {
    answers({ signedBy: ['duty', 'chief'] });
    const [duty, chief] = await Promise.all([desk('duty'), desk('chief')]);
    const proposal = await duty.commands.propose(barrier(duty), 'open', {});
    expect(invokes()).toEqual([]);
    const seen = chief.commands.review(proposal.bytes);
    expect(Buffer.from(seen.bytes)).toEqual(Buffer.from(proposal.bytes));
    expect({ ...seen, bytes: null }).toEqual({ ...proposal, bytes: null });
    expect(seen).toMatchObject({ gateway: 'gw-1', command: 'open', proposedBy: 'duty', operator: 'Li' });
    expect(seen.text).toEqual({
      en: 'Open the barrier (open), on 东门道闸 (hydrant-1) of gateway Station 1 (gw-1), life-safety',
      zh: '一键开启 (open)，设备 东门道闸 (hydrant-1)，网关 Station 1 (gw-1)，life-safety',
    });
    const outcome = await chief.commands.approve(proposal.bytes);
    expect(outcome).toMatchObject({ auditId: proposal.auditId, signedBy: ['duty', 'chief'], isAuthentic: true });
    expect(invokes()).toHaveLength(1);
    expect(gateway.requests.find(({ method }) => method === 'challenge')?.params).toEqual({ for: 'approval' });
  });

  it('is approved for what its bytes say, whatever stands beside them', async () => {
    answers();
    const [duty, chief] = await Promise.all([desk('duty'), desk('chief')]);
    const proposal = await duty.commands.propose(barrier(duty), 'open', {});
    const told = { ...proposal, command: 'test', gateway: 'gw-2', text: { en: 'harmless', zh: '' } };
    expect((await chief.commands.approve(told)).command).toBe('open');
    expect(chief.commands.review(told.bytes).text.en).toMatch(/^Open the barrier/);
  });

  it('is refused to the one who has proposed it, and when it is no proposal', async () => {
    const duty = await desk('duty');
    const proposal = await duty.commands.propose(barrier(duty), 'open', {});
    expect(await failure(duty.commands.approve(proposal))).toMatchObject({ code: 'FORBIDDEN' });
    for (const bytes of [
      Uint8Array.of(),
      Uint8Array.of(0x80),
      proposal.bytes.subarray(1),
      proposal.bytes.subarray(0, -1),
    ])
      expect(() => duty.commands.review(bytes)).toThrow(FengsuiError);
    expect(invokes()).toEqual([]);
  });

  it('is answered to the second also while another of the same first person is', async () => {
    let begun = 0;
    gateway.answers.set('invoke', async (request) => {
      if (begun++ > 0) await new Promise((resolve) => setTimeout(resolve, 200));
      return signed({ ...verified, audit: auditOf(request), signedBy: ['duty', 'chief'] });
    });
    const [duty, chief] = await Promise.all([desk('duty'), desk('chief')]);
    const proposals = [
      await duty.commands.propose(barrier(duty), 'open', {}),
      await duty.commands.propose(barrier(duty), 'open', {}),
    ];
    const outcomes = await Promise.all(proposals.map((one) => chief.commands.approve(one, { timeoutMs: 2_000 })));
    expect(outcomes.map(({ auditId }) => auditId)).toEqual(proposals.map(({ auditId }) => auditId));
  });

  it('passes on a refusal to the second', async () => {
    gateway.answers.set('invoke', () => {
      throw new FengsuiError('CHALLENGE_EXPIRED', 'too late');
    });
    const [duty, chief] = await Promise.all([desk('duty'), desk('chief')]);
    const proposal = await duty.commands.propose(barrier(duty), 'open', {});
    expect(await failure(chief.commands.approve(proposal))).toMatchObject({
      code: 'CHALLENGE_EXPIRED',
      auditId: proposal.auditId,
    });
  });
});

it('the audit tells of commands to devices, and of nothing else', async () => {
  const fs = await desk();
  const stop = new AbortController();
  const audit = fs.commands.audit({ device: 'gate' }, { signal: stop.signal });
  const first = audit.next();
  const at = { wall: wallTime(1_790_000_000_000), mono: 0, boot: 1, trust: 'synced' } as never;
  const record = async (seq: number, method: string, device: string): Promise<void> =>
    gateway.publish(
      'alarm',
      encodeRecord({
        log: 7,
        seq,
        record: { kind: 'audit', act: 'command', at, method, outcome: 'done', client: 'c', device, count: 1 },
      }),
    );
  await record(1, 'provision', 'gate');
  await record(2, 'invoke', 'siren');
  await record(3, 'invoke', 'gate');
  expect((await first).value).toMatchObject({ method: 'invoke', device: 'gate', gateway: 'gw-1' });
  stop.abort();
  expect((await audit.next()).done).toBe(true);
});

it('the audit ends at once for whoever waits for its next record, as every other stream does', async () => {
  const fs = await desk();
  const audit = fs.commands.audit();
  const next = audit.next();
  await audit[Symbol.asyncDispose]();
  expect((await next).done).toBe(true);
  expect(audit.dropped).toBe(0);
});
