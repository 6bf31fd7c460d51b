import { beforeEach, describe, expect, it } from 'vitest';
import {
  type AlarmUpdate,
  connect,
  ed25519Signer,
  type Gap,
  generateOperatorKey,
  type RecordUpdate,
} from '../../../sdk/index.ts';
import { monoTime, wallTime } from '../../../sdk/model/time.ts';
import { encodeCbor } from '../../../sdk/wire/cbor.ts';
import { encodeRecord } from '../../../sdk/wire/record-message.ts';
import { type Broker, startBroker } from '../../../simulators/broker/start-broker.ts';
import { closedAfterEach } from '../../support/closed-after-each.ts';
import { alarmBytes, type FakeGateway, fakeGateway } from '../../support/fake-gateway.ts';
import { until } from '../../support/until.ts';

const operator = generateOperatorKey();
const signer = ed25519Signer({ keyId: 'duty', privateKey: operator.privateKey });
const wall = 1_790_000_000_123;
const at = { boot: 1, mono: monoTime(5_000), wall: wallTime(wall), trust: 'synced' } as const;

/** Siren and start, told apart by their numbers. */
const linkage = (seq: number): Uint8Array =>
  encodeRecord({
    log: 7,
    seq,
    record: { kind: 'linkage', at, step: 'proven', device: 'siren', point: 'sounding', on: true, afterMs: seq },
  });
const audit = (seq: number): Uint8Array =>
  encodeRecord({ log: 7, seq, record: { kind: 'audit', at, act: 'stopped', why: `stop ${seq}` } });
/** Of a version that does not exist yet. */
const unknown = (seq: number): Uint8Array =>
  encodeCbor(
    new Map<number, number | string>([
      [0, 99],
      [1, 7],
      [2, seq],
      [3, 'something'],
    ]),
  );

let broker: Broker;
let gateway: FakeGateway;
const own = closedAfterEach();
const client = async () => own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603', signer }));
const send = async (...entries: readonly Uint8Array[]): Promise<void> => {
  for (const bytes of entries) await gateway.publish('alarm', bytes);
};
const take = async <T>(stream: AsyncIterator<T>, n: number): Promise<T[]> => {
  const taken: T[] = [];
  for (let i = 0; i < n; i++) {
    const { value, done } = await stream.next();
    if (!done) taken.push(value);
  }
  return taken;
};
const seqs = (updates: readonly { readonly seq: number }[]): number[] => updates.map(({ seq }) => seq);
const asked = (): Promise<void> => until('it has asked', () => gateway.requests.some((r) => r.method === 'resume'));
const receipted = (): number[] =>
  [
    ...new Set(
      gateway.receipts.flatMap((r) => r.ranges.flatMap(([a, b]) => Array.from({ length: b - a + 1 }, (_, i) => a + i))),
    ),
  ].toSorted((a, b) => a - b);

beforeEach(async () => {
  broker = own(await startBroker());
  gateway = own(await fakeGateway({ port: broker.port, operators: { duty: operator.publicKey } }));
});

describe('records among alarms', () => {
  it('hold up no alarm and make no gap, known or not', async () => {
    const fs = await client();
    const gaps: Gap[] = [];
    fs.on('gap', (gap) => gaps.push(gap));
    const stream = fs.alarms.stream();
    await asked();
    await send(audit(1), linkage(2), alarmBytes(3), unknown(4), linkage(5), alarmBytes(6));
    expect(seqs(await take(stream, 2))).toEqual([3, 6]);
    expect([gaps, fs.refused]).toEqual([[], 0]);
  });

  it('are receipted by a stream that takes alarms over, in one go with the first and then by themselves', async () => {
    const fs = await client();
    const stream = fs.alarms.stream();
    await asked();
    await send(audit(1), alarmBytes(2), unknown(3));
    const [update] = await take(stream, 1);
    expect(receipted()).toEqual([]);
    await update?.commit();
    await until('all is receipted', () => receipted().length === 3);
    await send(linkage(4));
    await until('what came later, too', () => receipted().includes(4));
  });

  it('are receipted at once by a stream that goes on from a cursor', async () => {
    const first = await client();
    const stream = first.alarms.stream();
    await asked();
    await send(audit(1), alarmBytes(2));
    const [update] = await take(stream, 1);
    const from = update?.cursor ?? '';
    await first.close();
    const second = await client();
    second.alarms.stream({ from });
    await until('it has asked', () => gateway.requests.filter((r) => r.method === 'resume').length === 2);
    await send(linkage(3));
    await until('it is receipted', () => receipted().includes(3));
  });

  it('are not taken from anybody by a stream that only watches, though the gateway sends them again', async () => {
    const fs = await client();
    const watching = fs.alarms.stream();
    await asked();
    await send(audit(1), alarmBytes(2), audit(1), linkage(3));
    expect(seqs(await take(watching, 1))).toEqual([2]);
    gateway.lane.journal.push(audit(1), alarmBytes(2), linkage(3));
    const storing = fs.alarms.stream({ records: true });
    const updates = await take(storing, 3);
    expect(seqs(updates)).toEqual([1, 2, 3]);
    for (const { commit } of updates.slice(0, 1)) await commit();
    await until('the first is receipted', () => receipted().includes(1));
    expect(receipted()).toEqual([1]);
  });

  it('do not hold back the cursor of what comes after them', async () => {
    const first = await client();
    const stream = first.alarms.stream();
    await asked();
    await send(audit(1), alarmBytes(2));
    const [update] = await take(stream, 1);
    const from = update?.cursor ?? '';
    await first.close();
    gateway.lane.journal.push(audit(1), alarmBytes(2), alarmBytes(3));
    const second = await client();
    expect(seqs(await take(second.alarms.stream({ from }), 1))).toEqual([3]);
  });
});

it('a record that makes no sense is told, and holds up no alarm', async () => {
  const fs = await client();
  const refused: string[] = [];
  const gaps: Gap[] = [];
  fs.on('error', (e) => refused.push(e.message));
  fs.on('gap', (gap) => gaps.push(gap));
  const stream = fs.alarms.stream();
  const senseless = encodeCbor(
    new Map<number, number | string>([
      [0, 2],
      [1, 7],
      [2, 2],
      [3, 'siren'],
    ]),
  );
  await send(alarmBytes(1), senseless, alarmBytes(3));
  const [first, third] = await take(stream, 2);
  expect([first?.seq, third?.seq]).toEqual([1, 3]);
  expect([refused, gaps]).toEqual([[expect.stringContaining('alarm[')], []]);
});

describe('alarms.stream({ records: true })', () => {
  it('hands records over in their place, to be committed as alarms are', async () => {
    const fs = await client();
    const stream = fs.alarms.stream({ records: true });
    await asked();
    await send(audit(1), alarmBytes(2), unknown(3), linkage(4));
    const updates: (AlarmUpdate | RecordUpdate)[] = await take(stream, 3);
    expect(updates).toMatchObject([
      { seq: 1, gateway: 'gw-1', log: 7, record: { kind: 'audit', act: 'stopped', why: 'stop 1', gateway: 'gw-1' } },
      { seq: 2, alarm: { device: 'hydrant-1' } },
      { seq: 4, record: { kind: 'linkage', step: 'proven', device: 'siren', on: true, afterMs: 4, clock: 'synced' } },
    ]);
    expect(updates[0]).toMatchObject({ record: { at: new Date(wall) } });
    for (const update of updates) await update.commit();
    await until('all is receipted', () => receipted().length === 4);
  });

  it('goes on from the cursor of a record', async () => {
    const first = await client();
    const stream = first.alarms.stream({ records: true });
    await asked();
    await send(audit(1), linkage(2));
    const [update] = await take(stream, 1);
    const from = update?.cursor ?? '';
    await first.close();
    gateway.lane.journal.push(audit(1), linkage(2), alarmBytes(3));
    const second = await client();
    expect(seqs(await take(second.alarms.stream({ from, records: true }), 2))).toEqual([2, 3]);
  });

  it('puts right what was stamped in 1970', async () => {
    const right = Date.UTC(2026, 0, 1);
    await gateway.state({ clocks: [{ boot: 1, points: [{ mono: monoTime(60_000), wall: wallTime(right) }] }] });
    const fs = await client();
    const stream = fs.alarms.stream({ records: true });
    await asked();
    const stamped = { ...at, wall: wallTime(5_000), trust: 'unknown' } as const;
    await send(encodeRecord({ log: 7, seq: 1, record: { kind: 'audit', at: stamped, act: 'stopped', why: 'x' } }));
    const [update] = await take(stream, 1);
    expect(update).toMatchObject({ record: { at: new Date(right - 55_000), isCorrected: true, clock: 'synced' } });
  });
});

describe('records.stream', () => {
  it('brings each record once, and receipts nothing', async () => {
    const fs = await client();
    const stream = fs.records.stream();
    await send(audit(1), alarmBytes(2), audit(1), linkage(3), linkage(3), audit(4));
    const all = await take(stream, 3);
    expect(all.map((record) => record.kind)).toEqual(['audit', 'linkage', 'audit']);
    expect(all[0]).toMatchObject({ gateway: 'gw-1', act: 'stopped', why: 'stop 1', at: new Date(wall) });
    expect(gateway.receipts).toEqual([]);
  });

  it('keeps to one kind and one gateway', async () => {
    const other = own(await fakeGateway({ port: broker.port, id: 'gw-2' }));
    const fs = await client();
    const proofs = fs.records.stream({ kind: 'linkage', gateway: 'gw-2' });
    const acts = fs.records.stream({ kind: 'audit' });
    await send(linkage(1), audit(2));
    await other.publish('alarm', linkage(3));
    const [proof] = await take(proofs, 1);
    expect([proof?.gateway, proof?.afterMs]).toEqual(['gw-2', 3]);
    const [act] = await take(acts, 1);
    expect(act?.act).toBe('stopped');
  });
});
