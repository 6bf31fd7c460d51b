import { describe, expect, it, onTestFinished } from 'vitest';

import { connect, type Fengsui } from '../../../sdk/index.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { deviceId } from '../../../sdk/model/ids.ts';
import { wallTime } from '../../../sdk/model/time.ts';
import { openFileStore } from '../../../sdk/store/file/open-file-store.ts';
import { keepDistrict } from '../../../sdk/store/keep/keep-district.ts';
import { memoryStore } from '../../../sdk/store/memory-store.ts';
import type { PlatformStore } from '../../../sdk/store/platform-store.ts';
import { encodeAlarm } from '../../../sdk/wire/alarm-message.ts';
import { debian } from '../../support/debian.ts';
import { alarmChange, fakeGateway, sample } from '../../support/fake-gateway.ts';
import { startMosquitto } from '../../support/mosquitto.ts';
import { operator } from '../../support/operator.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';

/** So many readings have come to a client. */
async function taken(fs: Fengsui, most: number): Promise<void> {
  let count = 0;
  for await (const _ of fs.telemetry.stream()) if (++count === most) return;
}

const own = <T extends AsyncDisposable>(resource: T): T => {
  onTestFinished(() => resource[Symbol.asyncDispose]());
  return resource;
};

/** A store that can be cut off; `appends` counts what reached it. */
function cuttable(store: PlatformStore) {
  const line = { isCut: false, appends: 0, appended: 0 };
  const through = async <T>(work: () => Promise<T>): Promise<T> => {
    line.appends++;
    if (line.isCut) throw new FengsuiError('UNAVAILABLE', 'the cable is out');
    const result = await work();
    line.appended++;
    return result;
  };
  const cut: PlatformStore = {
    ...store,
    alarms: { ...store.alarms, append: (entry) => through(() => store.alarms.append(entry)) },
    audit: { ...store.audit, append: (entry) => through(() => store.audit.append(entry)) },
    history: { ...store.history, append: (samples) => through(() => store.history.append(samples)) },
  };
  return { cut, line };
}

async function district() {
  const broker = own(await startMosquitto());
  const duty = operator('duty');
  const gateway = own(await fakeGateway({ port: broker.port, operators: { duty: duty.publicKey } }));
  const at = { url: `mqtt://127.0.0.1:${broker.port}`, district: '330603' };
  const client = async () => own(await connect({ ...at, signer: duty.signer }));
  const watcher = async () => own(await connect(at));
  const receipted = (): number[] =>
    gateway.receipts.flatMap(({ ranges }) =>
      ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i)),
    );
  return { gateway, client, watcher, receipted };
}

/** Begins to keep; what it returns ends it. */
function keeping(fs: Awaited<ReturnType<typeof connect>>, store: PlatformStore) {
  const end = new AbortController();
  const problems: FengsuiError[] = [];
  const kept = keepDistrict(fs, store, { signal: end.signal, history: true, problem: (e) => problems.push(e) });
  const stop = async (): Promise<void> => {
    end.abort();
    await kept;
  };
  onTestFinished(() => stop().catch(() => undefined));
  return { kept, problems, stop };
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 8_000; performance.now() < end; ) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('waited 8 s in vain');
}

const seqsOf = async (store: PlatformStore): Promise<number[]> =>
  (await store.alarms.list()).items.map((e) => e.seq).sort((a, b) => a - b);

describe.skipIf(!debian('mosquitto'))('keeping a district (apt-get install mosquitto)', { timeout: 30_000 }, () => {
  it('stores an alarm before it commits it, and commits nothing while the store is away', async () => {
    const { gateway, client, receipted } = await district();
    const store = own(await openFileStore({ folder: await temporaryFolder() }));
    const { cut, line } = cuttable(store);
    const { problems, stop } = keeping(await client(), cut);
    await gateway.alarm(1);
    await until('the first is committed', () => receipted().includes(1));
    expect(await seqsOf(store)).toEqual([1]);
    line.isCut = true;
    await gateway.alarm(2);
    await gateway.alarm(3);
    await until('it was tried', () => problems.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 300)); // longer than a receipt takes
    expect(new Set(receipted())).toEqual(new Set([1]));
    line.isCut = false;
    await until('all are committed', () => [1, 2, 3].every((seq) => receipted().includes(seq)));
    const { items } = await store.alarms.list();
    expect(items).toMatchObject([
      {
        gateway: 'gw-1',
        log: 7,
        seq: 1,
        at: new Date(1_790_000_000_123),
        device: 'hydrant-1',
        condition: 'low',
        kind: 'supervisory',
        event: 'raised',
        phase: 'active-unacked',
        body: { change: 'raised', clock: 'synced', alarm: { at: '2026-09-21T14:13:20.123Z', cause: { limit: 0.14 } } },
      },
      { seq: 2 },
      { seq: 3 },
    ]);
    await stop();
  });

  it('passes over what an earlier run has stored and not committed', async () => {
    const { gateway, client, receipted } = await district();
    const store = own(memoryStore());
    const first = keeping(await client(), store);
    await gateway.alarm(1);
    await until('it is committed', () => receipted().includes(1));
    await first.stop();
    gateway.lane.journal.push(
      encodeAlarm({ log: 7, seq: 1, change: alarmChange(1) }),
      encodeAlarm({ log: 7, seq: 2, change: alarmChange(2) }),
    );
    const second = keeping(await client(), store);
    await until(
      'both are committed',
      () => receipted().filter((seq) => seq === 1).length > 1 && receipted().includes(2),
    );
    expect(await seqsOf(store)).toEqual([1, 2]);
    await second.stop();
  });

  it('loses no alarm for a text that cannot be stored', async () => {
    const { gateway, client, receipted } = await district();
    const store = own(await openFileStore({ folder: await temporaryFolder() }));
    keeping(await client(), store);
    const change = { ...alarmChange(1), condition: `low\u0000${'x'.repeat(300)}`, device: deviceId('hydrant-1') };
    await gateway.publish('alarm', encodeAlarm({ log: 7, seq: 1, change }));
    const late = { ...alarmChange(2), at: { ...alarmChange(2).at, wall: wallTime(Date.UTC(12_000, 0)) } };
    await gateway.publish('alarm', encodeAlarm({ log: 7, seq: 2, change: late }));
    await until('both are committed', () => receipted().includes(1) && receipted().includes(2));
    const { items } = await store.alarms.list();
    expect(items.find((e) => e.seq === 1)?.condition).toMatch(/^low\uFFFDx{196}$/);
    const second = items.find((e) => e.seq === 2);
    expect(second?.at).toEqual(second?.receivedAt);
  });

  it('appends readings in batches, and those that wait when it is ended', async () => {
    const { gateway, client } = await district();
    const store = own(memoryStore());
    const { cut, line } = cuttable(store);
    const fs = await client();
    const { stop } = keeping(fs, cut);
    const now = Date.now();
    const most = 300;
    const come = taken(fs, most);
    for (let seq = 1; seq <= most; seq += 100)
      await gateway.telemetry(
        seq,
        Array.from({ length: 100 }, (_, i) => sample(0, 0.4, now - 60_000 + seq * 10 + i)),
      );
    await come;
    await new Promise(setImmediate); // the keeper is a few steps behind
    await stop();
    const { items } = await store.history.range({
      gateway: 'gw-1',
      device: 'hydrant-1',
      from: new Date(now - 120_000),
      to: new Date(now),
    });
    expect(items.length).toBe(most);
    expect(items[0]).toEqual({ gateway: 'gw-1', device: 'hydrant-1', point: 'pressure', at: items[0]?.at, value: 0.4 });
    expect(line.appends).toBeLessThanOrEqual(4);
  });

  it('writes gaps into the audit', async () => {
    const { gateway, client } = await district();
    const store = own(memoryStore());
    keeping(await client(), store);
    await gateway.gone(1, 5, 1_790_000_000_000, 1_790_000_060_000);
    await eventually(async () => (await store.audit.list()).items.length > 0);
    expect((await store.audit.list({ act: 'gap.evicted' })).items).toMatchObject([
      {
        id: 'gap/gw-1/telemetry/7/1-5/evicted',
        gateway: 'gw-1',
        outcome: 'noted',
        detail: { since: '2026-09-21T14:13:20.000Z' },
      },
    ]);
  });

  it('ends with the client', async () => {
    const { client } = await district();
    const fs = await client();
    const { kept } = keeping(fs, own(memoryStore()));
    await fs.close();
    await kept;
  });

  it('fails where nothing can be committed, as there is no signer', async () => {
    const { gateway, watcher } = await district();
    const { kept } = keeping(await watcher(), own(memoryStore()));
    const end = expect(kept).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await gateway.alarm(1);
    await end;
  });
});
