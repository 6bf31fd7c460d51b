import { beforeEach, describe, expect, it } from 'vitest';
import { type AlarmStream, connect, ed25519Signer, type Gap, generateOperatorKey } from '../../../sdk/index.ts';
import { monoTime, wallTime } from '../../../sdk/model/time.ts';
import { encodeAlarm } from '../../../sdk/wire/alarm-message.ts';
import { type Broker, startBroker } from '../../../simulators/broker/start-broker.ts';
import { closedAfterEach } from '../../support/closed-after-each.ts';
import { alarmBytes, alarmChange, type FakeGateway, fakeGateway } from '../../support/fake-gateway.ts';
import { until } from '../../support/until.ts';

const operator = generateOperatorKey();
const signer = ed25519Signer({ keyId: 'duty', privateKey: operator.privateKey });

let broker: Broker;
let gateway: FakeGateway;
const own = closedAfterEach();
const client = async (canSign = true) =>
  own(
    await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603', signer: canSign ? signer : undefined }),
  );
const startGateway = async (id = 'gw-1') =>
  own(await fakeGateway({ port: broker.port, id, operators: { duty: operator.publicKey } }));
const take = async (stream: AlarmStream, n: number) => {
  const taken = [];
  for (let i = 0; i < n; i++) {
    const { value } = await stream.next();
    if (value) taken.push(value);
  }
  return taken;
};
/** The stream has its place once it has asked, and the answer went the same way as what follows. */
const started = async (stream: AlarmStream) => {
  await until('it has asked', () => gateway.requests.some((r) => r.method === 'resume'));
  return stream;
};
const receipted = (g = gateway): number[] =>
  [
    ...new Set(
      g.receipts.flatMap((r) => r.ranges.flatMap(([a, b]) => Array.from({ length: b - a + 1 }, (_, i) => a + i))),
    ),
  ].toSorted((a, b) => a - b);

beforeEach(async () => {
  broker = own(await startBroker());
  gateway = await startGateway();
});

describe('alarm stream', () => {
  it('puts right what was stamped in 1970, when the gateway has learnt the time since', async () => {
    const right = Date.UTC(2026, 0, 1);
    await gateway.state({ clocks: [{ boot: 1, points: [{ mono: monoTime(60_000), wall: wallTime(right) }] }] });
    const fs = await client();
    const stream = await started(fs.alarms.stream());
    const at = { boot: 1, mono: monoTime(5_000), wall: wallTime(5_000), trust: 'unknown' } as const;
    const raised = { ...alarmChange(1), at, since: at.wall };
    const cleared = {
      ...raised,
      event: 'cleared',
      raised: at,
      at: { ...at, mono: monoTime(9_000), wall: wallTime(9_000) },
    } as const;
    for (const [i, change] of [raised, cleared].entries())
      await gateway.publish('alarm', encodeAlarm({ log: 7, seq: i + 1, change }));
    expect(await take(stream, 2)).toMatchObject([
      { clock: 'synced', alarm: { isCorrected: true, at: new Date(right - 55_000), since: new Date(right - 55_000) } },
      { clock: 'synced', alarm: { isCorrected: true, at: new Date(right - 51_000), since: new Date(right - 55_000) } },
    ]);
  });

  it('brings a change with everything a duty officer needs', async () => {
    const fs = await client();
    const stream = await started(fs.alarms.stream());
    await gateway.alarm(1);
    const [update] = await take(stream, 1);
    expect(update).toMatchObject({
      change: 'raised',
      gateway: 'gw-1',
      seq: 1,
      clock: 'synced',
      alarm: {
        gateway: 'gw-1',
        device: 'hydrant-1',
        condition: 'low',
        kind: 'supervisory',
        phase: 'active-unacked',
        value: 0.12,
        at: new Date(1_790_000_000_123),
      },
    });
  });

  it('delivers each change once and in order, though the wire repeats and reorders', async () => {
    const fs = await client();
    const stream = await started(fs.alarms.stream());
    for (const seq of [1, 1, 3, 2, 3, 5, 4]) await gateway.alarm(seq);
    expect((await take(stream, 5)).map((u) => u.seq)).toEqual([1, 2, 3, 4, 5]);
    expect(stream.repeated).toBe(2);
  });

  it('begins with what no application has taken', async () => {
    gateway.lane.next = 41;
    gateway.lane.journal.push(alarmBytes(41), alarmBytes(42));
    const fs = await client();
    expect((await take(fs.alarms.stream(), 2)).map((u) => u.seq)).toEqual([41, 42]);
  });

  it('has a lost change sent again', async () => {
    const fs = await client();
    const stream = await started(fs.alarms.stream());
    await gateway.alarm(1);
    gateway.lane.journal.push(alarmBytes(1), alarmBytes(2), alarmBytes(3));
    await gateway.alarm(3);
    expect((await take(stream, 3)).map((u) => u.seq)).toEqual([1, 2, 3]);
  });

  it('tells when another application took what is missing', async () => {
    const fs = await client();
    const gaps: Gap[] = [];
    fs.on('gap', (gap) => gaps.push(gap));
    const stream = await started(fs.alarms.stream());
    await gateway.alarm(1);
    gateway.lane.next = 4;
    await gateway.alarm(4);
    expect((await take(stream, 2)).map((u) => u.seq)).toEqual([1, 4]);
    expect(gaps).toEqual([{ lane: 'alarm', gateway: 'gw-1', log: 7, from: 2, to: 3, reason: 'taken-elsewhere' }]);
  });

  it('does not let an alarm wait for ever for one that is missing', async () => {
    const fs = await client();
    const gaps: Gap[] = [];
    fs.on('gap', (gap) => gaps.push(gap));
    const stream = await started(fs.alarms.stream());
    await gateway.alarm(2);
    expect((await take(stream, 1)).map((u) => u.seq)).toEqual([2]);
    expect(gaps).toMatchObject([{ reason: 'missing', from: 1, to: 1 }]);
  });

  it('follows a gateway to a new journal', async () => {
    const fs = await client();
    const stream = await started(fs.alarms.stream());
    await gateway.alarm(1);
    gateway.lane.log = 8;
    await gateway.alarm(1, 8);
    expect((await take(stream, 2)).map((u) => [u.log, u.seq])).toEqual([
      [7, 1],
      [8, 1],
    ]);
  });

  it('keeps gateways apart', async () => {
    const other = await startGateway('gw-2');
    const fs = await client();
    const stream = fs.alarms.stream();
    await until('both were asked', () => [gateway, other].every((g) => g.requests.some((r) => r.method === 'resume')));
    await gateway.alarm(1);
    await other.alarm(1);
    expect((await take(stream, 2)).map((u) => u.gateway).toSorted()).toEqual(['gw-1', 'gw-2']);
  });

  it('receipts what is committed, and nothing else, with a signature', async () => {
    const fs = await client();
    const stream = await started(fs.alarms.stream());
    for (const seq of [1, 2, 3, 4]) await gateway.alarm(seq);
    const updates = await take(stream, 4);
    for (const update of updates) if (update.seq !== 3) await update.commit();
    await until('the receipt is there', () => gateway.receipts.length > 0);
    expect(gateway.receipts).toEqual([
      {
        log: 7,
        ranges: [
          [1, 2],
          [4, 4],
        ],
        heldMs: expect.any(Number),
      },
    ]);
    expect(updates[0]?.heardAt.getTime()).toBeLessThanOrEqual(Date.now());
  });

  it('tells the gateway how long the application had what it took', async () => {
    const fs = await client();
    const stream = await started(fs.alarms.stream());
    await gateway.alarm(1);
    const [update] = await take(stream, 1);
    const heard = performance.now();
    while (performance.now() - heard < 30) await new Promise((resolve) => setTimeout(resolve, 5));
    await update?.commit();
    await until('the receipt is there', () => gateway.receipts.length > 0);
    const [receipt] = gateway.receipts;
    expect(receipt?.heldMs).toBeGreaterThanOrEqual(30);
    expect(receipt?.heldMs).toBeLessThan(10_000);
  });

  it('receipts again when the gateway does not know that a change was taken', async () => {
    const fs = await client();
    const stream = await started(fs.alarms.stream());
    await gateway.alarm(1);
    const [update] = await take(stream, 1);
    await update?.commit();
    await until('the receipt is there', () => gateway.receipts.length === 1);
    await gateway.alarm(1);
    await until('it is there again', () => gateway.receipts.length === 2);
    await gateway.presence(false);
    await gateway.presence(true);
    await until('and after the gateway was away', () => gateway.receipts.length === 3);
    expect(receipted()).toEqual([1]);
  });

  it('sends the last receipts before it closes', async () => {
    const fs = await client();
    const stream = await started(fs.alarms.stream());
    await gateway.alarm(1);
    const [update] = await take(stream, 1);
    await update?.commit();
    await fs.close();
    await until('the receipt is there', () => receipted().includes(1));
    await expect(update?.commit()).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('cannot commit without a signer, but can watch', async () => {
    const fs = await client(false);
    const stream = await started(fs.alarms.stream());
    await gateway.alarm(1);
    const [update] = await take(stream, 1);
    await expect(update?.commit()).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining('signer'),
    });
  });

  it('goes on after a restart where its cursor says, and delivers nothing twice', async () => {
    const first = await client();
    const stream = await started(first.alarms.stream());
    for (const seq of [1, 2, 3]) await gateway.alarm(seq);
    const updates = await take(stream, 2);
    const cursor = updates[1]?.cursor; // stored with the second change …
    expect(updates[0]?.cursor).not.toBe(cursor);
    await updates[0]?.commit();
    const stored = updates[1]?.cursor;
    await first.close(); // … but its receipt was never sent
    gateway.lane.journal.push(...[1, 2, 3].map((seq) => alarmBytes(seq)));
    const second = await client();
    const resumed = second.alarms.stream({ from: stored });
    expect((await take(resumed, 1)).map((u) => u.seq)).toEqual([3]);
    await until('the receipt is made up for', () => receipted().join() === '1,2');
  });

  it('has a cursor that never passes over what is not committed', async () => {
    const first = await client();
    const stream = await started(first.alarms.stream());
    for (const seq of [1, 2, 3]) await gateway.alarm(seq);
    const updates = await take(stream, 3);
    await updates[2]?.commit();
    const stored = updates[2]?.cursor;
    await first.close();
    gateway.lane.journal.push(...[1, 2, 3].map((seq) => alarmBytes(seq)));
    const second = await client();
    expect((await take(second.alarms.stream({ from: stored }), 3)).map((u) => u.seq)).toEqual([1, 2, 3]);
  });

  it('refuses a cursor that is none', async () => {
    const fs = await client();
    expect(() => fs.alarms.stream({ from: 'rubbish' })).toThrow(/cannot be read/);
  });

  it('brings what happened while the broker was away', async () => {
    const fs = await client();
    const stream = await started(fs.alarms.stream());
    await gateway.alarm(1);
    await take(stream, 1);
    await gateway[Symbol.asyncDispose]();
    broker.dropConnections();
    gateway = await startGateway();
    gateway.lane.journal.push(alarmBytes(1), alarmBytes(2));
    expect((await take(stream, 1)).map((u) => u.seq)).toEqual([2]);
  });

  it('lets nothing go when its reader is slow', async () => {
    const fs = await client();
    const errors: string[] = [];
    fs.on('error', (e) => errors.push(e.code));
    const stream = await started(fs.alarms.stream({ buffer: 4 }));
    for (let seq = 1; seq <= 30; seq++) await gateway.alarm(seq);
    await until('it is full', () => errors.includes('OVERLOADED'));
    expect((await take(stream, 30)).map((u) => u.seq)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  });

  it('ends quietly with its signal', async () => {
    const fs = await client();
    const stop = new AbortController();
    const next = fs.alarms.stream({ signal: stop.signal }).next();
    stop.abort();
    expect((await next).done).toBe(true);
  });
});
