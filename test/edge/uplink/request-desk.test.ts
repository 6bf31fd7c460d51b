import { describe, expect, it, vi } from 'vitest';
import { type CommandOutcome, type Handlers, requestDesk } from '../../../edge/uplink/request-desk.ts';
import type { Operator } from '../../../edge/uplink/signatures.ts';
import type { OperatorRole } from '../../../sdk/model/command.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { encodeCbor } from '../../../sdk/wire/cbor.ts';
import { encodeReceipt } from '../../../sdk/wire/receipt.ts';
import { type Command, encodeRequest, type Query, type Reply } from '../../../sdk/wire/request.ts';
import { type Signer, sign1 } from '../../../sdk/wire/sign1.ts';
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts';
import { operator } from '../../support/operator.ts';

const topic = 'fengsui/v1/330603/001/gw-1/request';
const duty = operator('duty');
const stranger = operator('stranger');

type Setting = {
  clock?: FakeClock;
  handlers?: Partial<Handlers>;
  operators?: readonly { readonly name: string; readonly key: Operator }[];
};

function stage({ clock = fakeClock(), handlers = {}, operators = [duty] }: Setting = {}) {
  const command = vi.fn<Handlers['command']>(async (method, _params, by) => ({ done: `${method} by ${by}` }));
  const query = vi.fn<Handlers['query']>(async (method) => ({ asked: method }));
  const invoke = vi.fn<Handlers['invoke']>(async (_params, who) => {
    who.spend?.();
    return { invokedBy: who.by };
  });
  const outcomes: CommandOutcome[] = [];
  const onCommand = (outcome: CommandOutcome): void => void outcomes.push(outcome);
  const desk = requestDesk(
    new Map(operators.map(({ name, key }) => [name, key])),
    { command, query, invoke, ...handlers },
    { clock, onCommand },
  );
  const answer = async (bytes: Uint8Array, to = topic): Promise<Reply | { refused: string }> => {
    const done = await desk.answer(to, bytes);
    return 'refused' in done ? done : done.reply;
  };
  const challenge = async (): Promise<Uint8Array> => {
    const reply = await answer(request('challenge'));
    if (!('ok' in reply) || !reply.ok) throw new Error('no challenge');
    const { nonce } = reply.result as { nonce: Uint8Array };
    return nonce;
  };
  return { clock, desk, command, query, invoke, answer, challenge, outcomes };
}
const request = (method: Query | Command, nonce?: Uint8Array): Uint8Array =>
  encodeRequest({ id: 'r1', client: 'c1', method, params: { device: 'siren' }, ...(nonce && { nonce }) });
const signed = (
  nonce: Uint8Array | undefined,
  { by = duty.signer, to = topic }: { by?: Signer; to?: string } = {},
): Promise<Uint8Array> => sign1(request('reset', nonce), to, by);
const refusal = (code: string, message: string) => ({
  id: 'r1',
  ok: false,
  code,
  message: expect.stringContaining(message),
});

describe('a command', () => {
  it('that answers a fresh challenge, signed for this gateway, is done, in the operator’s name', async () => {
    const s = stage();
    expect(await s.answer(await signed(await s.challenge()))).toEqual({
      id: 'r1',
      ok: true,
      result: { done: 'reset by duty' },
    });
    expect(s.command).toHaveBeenCalledExactlyOnceWith('reset', { device: 'siren' }, 'duty');
  });

  it.each<[why: string, make: (s: ReturnType<typeof stage>) => Promise<Uint8Array>, code: string, text: string]>([
    ['without a signature', async (s) => request('reset', await s.challenge()), 'FORBIDDEN', 'must be signed'],
    [
      'of an unknown operator',
      async (s) => signed(await s.challenge(), { by: stranger.signer }),
      'FORBIDDEN',
      '“stranger” is not an operator',
    ],
    [
      'in another’s name',
      async (s) => signed(await s.challenge(), { by: { ...stranger.signer, keyId: 'duty' } }),
      'FORBIDDEN',
      'not that of “duty”',
    ],
    [
      'signed for another gateway',
      async (s) => signed(await s.challenge(), { to: topic.replace('gw-1', 'gw-2') }),
      'FORBIDDEN',
      'for this gateway',
    ],
    ['without a challenge', () => signed(undefined), 'CHALLENGE_EXPIRED', 'ask for a new challenge'],
    [
      'with a challenge of its own making',
      () => signed(new Uint8Array(16)),
      'CHALLENGE_EXPIRED',
      'ask for a new challenge',
    ],
    ['with an empty challenge', () => signed(new Uint8Array(0)), 'CHALLENGE_EXPIRED', 'ask for a new challenge'],
  ])('%s does nothing, and is told why', async (_, make, code, text) => {
    const s = stage();
    expect(await s.answer(await make(s))).toEqual(refusal(code, text));
    expect(s.command).not.toHaveBeenCalled();
  });

  it('that was changed on the way does nothing', async () => {
    const s = stage();
    const bytes = await signed(await s.challenge());
    const position = Buffer.from(bytes).indexOf('siren');
    bytes[position] = 'S'.charCodeAt(0);
    expect(await s.answer(bytes)).toEqual(refusal('FORBIDDEN', 'not that of'));
    expect(s.command).not.toHaveBeenCalled();
  });

  it('that is repeated is done once', async () => {
    const s = stage();
    const bytes = await signed(await s.challenge());
    const [first, second] = await Promise.all([s.answer(bytes), s.answer(bytes)]);
    expect(first).toMatchObject({ ok: true });
    expect(second).toEqual(refusal('CHALLENGE_EXPIRED', 'or twice'));
    expect(s.command).toHaveBeenCalledOnce();
  });

  it.each([
    [9_999, true],
    [10_000, false],
  ])('%i ms after its challenge: done is %s', async (ms, done) => {
    const s = stage();
    const bytes = await signed(await s.challenge());
    await s.clock.advance(ms);
    expect(await s.answer(bytes)).toMatchObject({ ok: done });
  });

  it('a wall clock that is set neither prolongs nor ends a challenge', async () => {
    const s = stage();
    const bytes = await signed(await s.challenge());
    s.clock.step(365 * 86_400_000);
    expect(await s.answer(bytes)).toMatchObject({ ok: true });
  });

  it('with the challenge of another gateway does nothing', async () => {
    const [s, other] = [stage(), stage()];
    expect(await s.answer(await signed(await other.challenge()))).toEqual(refusal('CHALLENGE_EXPIRED', 'too late'));
  });

  it('of an earlier process does nothing after a restart', async () => {
    const clock = fakeClock();
    const bytes = await signed(await stage({ clock }).challenge());
    expect(await stage({ clock }).answer(bytes)).toEqual(refusal('CHALLENGE_EXPIRED', 'the gateway restarted'));
  });

  it('that fails spends its challenge, too', async () => {
    const s = stage({ handlers: { command: () => Promise.reject(new FengsuiError('CONFLICT', 'look again')) } });
    const bytes = await signed(await s.challenge());
    expect(await s.answer(bytes)).toEqual(refusal('CONFLICT', 'look again'));
    expect(await s.answer(bytes)).toEqual(refusal('CHALLENGE_EXPIRED', 'twice'));
  });

  it('of a bug here is answered, and not with silence', async () => {
    const s = stage({ handlers: { command: () => Promise.reject(new TypeError('a bug')) } });
    expect(await s.answer(await signed(await s.challenge()))).toEqual(refusal('PROTOCOL', 'a bug'));
  });
});

describe('what became of a command', () => {
  it('is told with who asked, what for, and by whose key', async () => {
    const s = stage();
    await s.answer(await signed(await s.challenge()));
    expect(s.outcomes).toEqual([{ client: 'c1', method: 'reset', params: { device: 'siren' }, operator: 'duty' }]);
  });

  it('is told with the refusal', async () => {
    const s = stage({ handlers: { command: () => Promise.reject(new FengsuiError('CONFLICT', 'look again')) } });
    await s.answer(await signed(await s.challenge()));
    expect(s.outcomes).toMatchObject([{ operator: 'duty', refused: { code: 'CONFLICT', message: 'look again' } }]);
  });

  it.each<[who: string, make: (s: ReturnType<typeof stage>) => Promise<Uint8Array>]>([
    ['that nobody signed', async (s) => request('reset', await s.challenge())],
    ['of an unknown operator', async (s) => signed(await s.challenge(), { by: stranger.signer })],
    ['in another’s name', async (s) => signed(await s.challenge(), { by: { ...stranger.signer, keyId: 'duty' } })],
  ])('%s is told without an operator', async (_, make) => {
    const s = stage();
    await s.answer(await make(s));
    expect(s.outcomes).toEqual([
      {
        client: 'c1',
        method: 'reset',
        params: { device: 'siren' },
        refused: expect.objectContaining({ code: 'FORBIDDEN' }),
      },
    ]);
  });

  it('is told of receipts that were refused, and of nothing that only asks', async () => {
    const s = stage();
    await s.answer(request('alarms'));
    await s.answer(await sign1(request('alarms'), topic, stranger.signer));
    const at = topic.replace('request', 'receipt');
    s.desk.receipt(at, await sign1(encodeReceipt({ log: 5, ranges: [[1, 3]] }), at, duty.signer));
    expect(s.outcomes).toEqual([]);
    const forged = await sign1(encodeReceipt({ log: 5, ranges: [[1, 3]] }), at, stranger.signer);
    expect(() => s.desk.receipt(at, forged)).toThrow('not an operator');
    expect(s.outcomes).toMatchObject([{ method: 'receipt', client: '', refused: { code: 'FORBIDDEN' } }]);
  });
});

describe('challenges', () => {
  it('are all different, and the 64 newest are open', async () => {
    const s = stage();
    const nonces: Uint8Array[] = [];
    for (let i = 0; i < 65; i++) nonces.push(await s.challenge());
    expect(new Set(nonces.map((n) => Buffer.from(n).toString('hex'))).size).toBe(65);
    expect(await s.answer(await signed(nonces[0]))).toMatchObject({ ok: false, code: 'CHALLENGE_EXPIRED' });
    expect(await s.answer(await signed(nonces[1]))).toMatchObject({ ok: true });
  });
});

describe('a query', () => {
  it('needs no signature', async () => {
    const s = stage();
    expect(await s.answer(request('alarms'))).toEqual({ id: 'r1', ok: true, result: { asked: 'alarms' } });
  });

  it('may be signed, but not falsely', async () => {
    const s = stage();
    expect(await s.answer(await sign1(request('alarms'), topic, duty.signer))).toMatchObject({ ok: true });
    expect(await s.answer(await sign1(request('alarms'), topic, stranger.signer))).toMatchObject({
      ok: false,
      code: 'FORBIDDEN',
    });
  });

  it('beyond 16 at once is told to come again, and the 16 are answered', async () => {
    const waiting: ((answer: string) => void)[] = [];
    const s = stage({ handlers: { query: () => new Promise((done) => waiting.push(done)) } });
    const sixteen = Array.from({ length: 16 }, () => s.answer(request('history')));
    expect(await s.answer(request('history'))).toEqual(refusal('OVERLOADED', 'too many'));
    for (const done of waiting) done('late');
    expect((await Promise.all(sixteen)).every((r) => 'ok' in r && r.ok)).toBe(true);
    expect(await s.answer(request('challenge'))).toMatchObject({ ok: true });
  });

  it('that wait for a disk which never answers give their places to others after a minute', async () => {
    const s = stage({ handlers: { query: () => new Promise(() => undefined) } });
    const sixteen = Array.from({ length: 16 }, () => s.answer(request('history')));
    await s.clock.advance(59_999);
    expect(await s.answer(request('challenge'))).toEqual(refusal('OVERLOADED', 'too many'));
    await s.clock.advance(1);
    for (const each of sixteen) expect(await each).toEqual(refusal('TIMEOUT', 'history'));
    expect(await s.answer(request('challenge'))).toMatchObject({ ok: true });
  });
});

const without = (key: string): Uint8Array => {
  const fields = new Map(
    [
      ['id', 'r1'],
      ['client', 'c1'],
      ['method', 'alarms'],
    ].filter(([k]) => k !== key) as [string, string][],
  );
  return encodeCbor(fields);
};

describe('what cannot be answered', () => {
  it.each<[why: string, bytes: Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['noise', Uint8Array.of(0xff, 0x00, 0x13)],
    ['half a message', request('alarms').subarray(0, 10)],
    ['a number', encodeCbor(7)],
    ['no id', without('id')],
    ['no client', without('client')],
    ['a signed nothing', Uint8Array.of(0xd2)],
    ['a signed noise', Uint8Array.of(0xd2, 0x84, 0xff)],
    ['more than 64 KiB', new Uint8Array(70_000)],
  ])('%s is refused with a reason, and nothing is thrown', async (_, bytes) => {
    const s = stage();
    expect(await s.answer(bytes)).toEqual({ refused: expect.stringMatching(/./) });
    expect([s.query.mock.calls, s.command.mock.calls]).toEqual([[], []]);
  });
});

describe('a request of a later version', () => {
  const later = (method: unknown): Uint8Array =>
    encodeCbor(
      new Map<string, never>([
        ['id', 'r1'],
        ['client', 'c1'],
        ['method', method],
      ] as never),
    );

  it('that the gateway does not know is refused, so that whoever asks need not wait', async () => {
    const s = stage();
    expect(await s.answer(later('format-disk'))).toEqual(refusal('PROTOCOL', 'does not know the method "format-disk"'));
    expect(await s.answer(later(7))).toEqual(refusal('PROTOCOL', 'method'));
    expect([s.query.mock.calls, s.command.mock.calls]).toEqual([[], []]);
  });

  it('that is signed is refused, too', async () => {
    expect(await stage().answer(await sign1(later('format-disk'), topic, duty.signer))).toEqual(
      refusal('PROTOCOL', 'does not know'),
    );
  });
});

describe('a command that two persons sign', () => {
  const chief = operator('chief');
  const invoke = (nonce?: Uint8Array) =>
    encodeRequest({ id: 'r1', client: 'c1', method: 'invoke', params: { audit: 'x' }, ...(nonce && { nonce }) });
  const both = async (payload: Uint8Array, [first, second]: readonly Signer[], to = topic): Promise<Uint8Array> => {
    if (!first || !second) throw new Error('two signers');
    return sign1(await sign1(payload, topic, first), to, second);
  };
  const approval = async (s: ReturnType<typeof stage>): Promise<Uint8Array> => {
    const reply = await s.answer(
      encodeRequest({ id: 'r1', client: 'c1', method: 'challenge', params: { for: 'approval' } }),
    );
    if (!('ok' in reply) || !reply.ok) throw new Error('no challenge');
    return (reply.result as { nonce: Uint8Array }).nonce;
  };
  const two = () => stage({ operators: [duty, chief] });

  it('names both, the first one first', async () => {
    const s = two();
    expect(await s.answer(await both(invoke(await approval(s)), [duty.signer, chief.signer]))).toMatchObject({
      ok: true,
      result: { invokedBy: ['duty', 'chief'] },
    });
  });

  it('may take two minutes for it, and no longer', async () => {
    const s = two();
    const [soon, late] = [await approval(s), await approval(s)];
    await s.clock.advance(119_999);
    expect(await s.answer(await both(invoke(soon), [duty.signer, chief.signer]))).toMatchObject({ ok: true });
    await s.clock.advance(1);
    expect(await s.answer(await both(invoke(late), [duty.signer, chief.signer]))).toEqual(
      refusal('CHALLENGE_EXPIRED', 'too late'),
    );
  });

  it('lets nobody use the long challenge alone', async () => {
    const s = two();
    expect(await s.answer(await sign1(invoke(await approval(s)), topic, duty.signer))).toEqual(
      refusal('CHALLENGE_EXPIRED', 'ask for a new challenge'),
    );
    expect(await s.answer(await signed(await approval(s)))).toEqual(refusal('CHALLENGE_EXPIRED', 'new challenge'));
  });

  it.each<[string, readonly Signer[], string, string | undefined]>([
    ['one person twice', [duty.signer, duty.signer], 'has signed twice', undefined],
    ['a stranger second', [duty.signer, stranger.signer], 'not an operator', undefined],
    ['a stranger first', [stranger.signer, duty.signer], 'not an operator', undefined],
    ['the second for another gateway', [duty.signer, chief.signer], 'not that of', topic.replace('gw-1', 'gw-2')],
    ['the second by another key', [duty.signer, { ...stranger.signer, keyId: 'chief' }], 'not that of', undefined],
  ])('%s is refused', async (_, by, text, to) => {
    const s = two();
    expect(await s.answer(await both(invoke(), by, to))).toEqual(refusal('FORBIDDEN', text));
    expect(s.invoke).not.toHaveBeenCalled();
  });

  it('is a command to a device, and nothing else', async () => {
    const s = two();
    expect(await s.answer(await both(request('reset', await approval(s)), [duty.signer, chief.signer]))).toEqual(
      refusal('INVALID', 'only a command to a device'),
    );
    expect(s.command).not.toHaveBeenCalled();
  });
});

describe('a role', () => {
  const as = (...roles: OperatorRole[]) => stage({ operators: [{ ...duty, key: { ...duty.key, roles } }] });

  it.each<[OperatorRole, Command, boolean]>([
    ['configure', 'provision', true],
    ['operate', 'provision', false],
    ['configure', 'apply', true],
    ['operate', 'apply', false],
    ['configure', 'installCertificate', true],
    ['operate', 'installCertificate', false],
    ['renew', 'installCertificate', true],
    ['renew', 'apply', false],
    ['renew', 'remove', false],
    ['renew', 'acknowledge', false],
    ['operate', 'scanBus', true],
    ['operate', 'reset', true],
    ['configure', 'reset', false],
    ['receipts', 'silence', false],
    ['life-safety', 'remove', false],
  ])('%s: %s is done: %s', async (role, method, ok) => {
    const s = as(role);
    const bytes = await sign1(request(method, await s.challenge()), topic, duty.signer);
    expect(await s.answer(bytes)).toMatchObject(ok ? { ok } : { ok, code: 'FORBIDDEN' });
  });

  it('that is not stated is all but life-safety', async () => {
    const s = stage({
      handlers: {
        invoke: async (_p, who) => {
          who.require('operate');
          who.require('life-safety');
          return {};
        },
      },
    });
    expect(await s.answer(await sign1(request('invoke'), topic, duty.signer))).toEqual(
      refusal('FORBIDDEN', '“life-safety”'),
    );
  });

  it('of receipts is needed for receipts', async () => {
    const at = topic.replace('request', 'receipt');
    const bytes = await sign1(encodeReceipt({ log: 5, ranges: [[1, 3]] }), at, duty.signer);
    expect(as('receipts').desk.receipt(at, bytes)).toMatchObject({ log: 5 });
    expect(() => as('operate').desk.receipt(at, bytes)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  });
});

describe('a receipt', () => {
  const bytes = encodeReceipt({ log: 5, ranges: [[1, 3]] });
  const at = topic.replace('request', 'receipt');

  it('signed by an operator for this topic is taken', async () => {
    expect(stage().desk.receipt(at, await sign1(bytes, at, duty.signer))).toEqual({ log: 5, ranges: [[1, 3]] });
  });

  it.each<[why: string, make: () => Promise<Uint8Array>, code: string]>([
    ['without a signature', async () => bytes, 'PROTOCOL'],
    ['of a stranger', () => sign1(bytes, at, stranger.signer), 'FORBIDDEN'],
    ['for another gateway', () => sign1(bytes, at.replace('gw-1', 'gw-2'), duty.signer), 'FORBIDDEN'],
    ['that was a request', () => sign1(bytes, topic, duty.signer), 'FORBIDDEN'],
  ])('%s moves nothing', async (_, make, code) => {
    const message = await make();
    expect(() => stage().desk.receipt(at, message)).toThrow(expect.objectContaining({ code }));
  });
});
