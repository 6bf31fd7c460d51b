import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../../sdk/index.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { wallTime } from '../../../sdk/model/time.ts';
import { keepDistrict } from '../../../sdk/store/keep/keep-district.ts';
import { memoryStore } from '../../../sdk/store/memory-store.ts';
import type { PlatformStore, Sample } from '../../../sdk/store/platform-store.ts';
import { encodeGone, encodeTelemetry } from '../../../sdk/wire/telemetry.ts';
import { debian } from '../../support/debian.ts';
import { fakeGateway, sample, silence } from '../../support/fake-gateway.ts';
import { startMosquitto } from '../../support/mosquitto.ts';
import { operator } from '../../support/operator.ts';
import { until } from '../../support/until.ts';

const own = <T extends AsyncDisposable>(resource: T): T => {
  onTestFinished(() => resource[Symbol.asyncDispose]());
  return resource;
};

/** A gateway that keeps its lane and its history; each entry is one reading, its number in thousandths, a second after the one before. */
async function village() {
  const broker = own(await startMosquitto());
  const duty = operator('duty');
  const gateway = own(await fakeGateway({ port: broker.port, operators: { duty: duty.publicKey } }));
  const began = Math.floor(Date.now() / 1_000) * 1_000 - 3_600_000;
  const wallOf = (seq: number): number => began + seq * 1_000;
  /** Readings of journals before this one. */
  let earlier = 0;
  const bytesOf = (reading: number): Uint8Array =>
    encodeTelemetry(
      { log: gateway.lane.log, seq: reading - earlier, boot: 1, trust: 'synced', table: gateway.table.hash },
      gateway.table,
      [sample(0, reading / 1_000, wallOf(reading))],
    );
  const lane = new Map<number, Uint8Array>();
  const asked: { after: number; upTo: number }[] = [];
  const behaviour = { answer: undefined as FengsuiError | undefined };
  gateway.answers.set('batches', ({ params }) => {
    const { log, after, upTo } = params as { log: number; after: number; upTo: number };
    asked.push({ after, upTo });
    if (behaviour.answer) throw behaviour.answer;
    if (log !== gateway.lane.log) throw new FengsuiError('CONFLICT', 'these numbers belong to another journal');
    return { batches: [...lane].flatMap(([seq, bytes]) => (seq > after && seq <= upTo ? [bytes] : [])).slice(0, 16) };
  });
  const history = new Map<number, number>();
  gateway.answers.set('history', ({ params }) => {
    const { from, to } = params as { from: number; to: number };
    return {
      rows: [...history].flatMap(([wall, value]) => (wall >= from && wall <= to ? [['pressure', wall, value]] : [])),
    };
  });
  const store = memoryStore();
  const life = async (work: (end: () => Promise<void>) => Promise<void>, into: PlatformStore = store) => {
    await using fs = await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603', signer: duty.signer });
    const over = new AbortController();
    const kept = keepDistrict(fs, into, { signal: over.signal, history: true });
    const end = async (): Promise<void> => {
      over.abort();
      await kept;
    };
    try {
      await work(end);
    } finally {
      await end();
    }
  };
  return {
    gateway,
    store,
    lane,
    history,
    asked,
    behaviour,
    life,
    member: async () =>
      own(
        await connect({
          url: `mqtt://127.0.0.1:${broker.port}`,
          district: '330603',
          signer: duty.signer,
          share: 'desk',
        }),
      ),
    wallOf,
    /** Makes entries and sends them. */
    read: async (...readings: readonly number[]): Promise<void> => {
      for (const reading of readings) {
        lane.set(reading - earlier, bytesOf(reading));
        history.set(wallOf(reading), reading / 1_000);
        await gateway.publish('telemetry', bytesOf(reading));
      }
    },
    /** The history outlives it. */
    newJournal: (log: number, readingsBefore: number): void => {
      gateway.lane.log = log;
      earlier = readingsBefore;
      lane.clear();
    },
  };
}

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** Numbers of the readings that are stored; a reading twice would be there twice. */
async function storedIn(store: PlatformStore): Promise<readonly number[]> {
  const found: Sample[] = [];
  const ask = { gateway: 'gw-1', device: 'hydrant-1', from: new Date(0), to: new Date(Date.now() + 86_400_000) };
  for (let after: string | undefined; ; ) {
    const page = await store.history.range({ ...ask, limit: 10_000, after });
    found.push(...page.items);
    if (page.next === undefined) break;
    after = page.next;
  }
  return found.map(({ value }) => Math.round(Number(value) * 1_000));
}

const holesIn = async (store: PlatformStore) => (await store.audit.list({ act: 'history.hole' })).items;

/** Filling is paced. */
const eventually = (what: string, holds: () => Promise<boolean>): Promise<void> => until(what, holds, 20_000);

describe.skipIf(!debian('mosquitto'))('holes in a history (apt-get install mosquitto)', { timeout: 40_000 }, () => {
  it('are fetched when a platform is back, no more than them, and each reading is there once', async () => {
    const { store, asked, life, read } = await village();
    const all = (to: number) => async () => (await storedIn(store)).length === to;
    await life(async () => {
      await read(3, 4, 5);
      await eventually('the first are stored', all(3));
    });
    expect((await store.history.marks(['gw-1']))[0]).toMatchObject({ log: 7, seq: 5 });
    await read(...range(6, 60));
    await life(async () => {
      await read(61);
      await eventually('the hole is filled', all(59));
      await eventually('the mark follows', async () => (await store.history.marks(['gw-1']))[0]?.seq === 61);
    });
    expect(await storedIn(store)).toEqual(range(3, 61));
    expect(asked[0]).toEqual({ after: 5, upTo: 9 });
    expect(asked.every(({ after, upTo }) => after >= 5 && upTo <= 60 && upTo - after <= 16)).toBe(true);
    expect(await holesIn(store)).toEqual([]);
    await life(() => read(62));
    expect(asked.at(-1)?.upTo).toBe(60);
  });

  it('are fetched after a time in which the store was away and readings had to be let go', async () => {
    const { store, lane, life, read, gateway } = await village();
    const line = { isCut: false };
    const cut: PlatformStore = {
      ...store,
      history: {
        ...store.history,
        append: async (...call) => {
          if (line.isCut) throw new FengsuiError('UNAVAILABLE', 'the cable is out');
          return store.history.append(...call);
        },
      },
    };
    const each = 100;
    const began = Date.now() - 7_200_000;
    const head = { log: 7, boot: 1, trust: 'synced', table: gateway.table.hash } as const;
    const most = 260;
    await life(async () => {
      await read(1);
      await eventually('the first is stored', async () => (await storedIn(store)).length === 1);
      line.isCut = true;
      for (const seq of range(2, most)) {
        const samples = Array.from({ length: each }, (_, i) => sample(0, 0.4, began + seq * each + i));
        lane.set(seq, encodeTelemetry({ ...head, seq }, gateway.table, samples));
        await gateway.publish('telemetry', lane.get(seq) ?? new Uint8Array());
      }
      await new Promise((resolve) => setTimeout(resolve, 1_500)); // so that all have come
      line.isCut = false;
      await eventually('the hole is filled', async () => (await store.history.marks(['gw-1']))[0]?.seq === most);
    }, cut);
    expect((await storedIn(store)).length).toBe(1 + (most - 1) * each);
    expect((await store.audit.list({ act: 'history.dropped' })).items.length).toBeGreaterThan(0);
    expect(await holesIn(store)).toEqual([]);
  });

  it('are filled from the gateway’s history where its lane has given up entries', async () => {
    const { store, lane, life, read, gateway, wallOf } = await village();
    await life(async () => {
      await read(1);
      await eventually('the first is stored', async () => (await storedIn(store)).length === 1);
    });
    await read(...range(2, 40));
    for (const seq of [...range(5, 9), ...range(20, 30)]) lane.delete(seq); // every uplink has taken them
    lane.set(
      30,
      encodeGone({ log: gateway.lane.log, first: 20, seq: 30, from: wallTime(wallOf(20)), to: wallTime(wallOf(30)) }),
    );
    await life(async () => {
      await read(41);
      await eventually('all are stored', async () => (await storedIn(store)).length === 41);
      await eventually('the mark follows', async () => (await store.history.marks(['gw-1']))[0]?.seq === 41);
    });
    expect(await storedIn(store)).toEqual(range(1, 41));
    expect(await holesIn(store)).toEqual([]);
  });

  it('are told when neither lane nor history has the readings any more', async () => {
    const { store, lane, history, life, read, wallOf } = await village();
    await life(async () => {
      await read(1);
      await eventually('the first is stored', async () => (await storedIn(store)).length === 1);
    });
    await read(...range(2, 10));
    for (const seq of range(4, 8)) {
      lane.delete(seq);
      history.delete(wallOf(seq));
    }
    await life(async () => {
      await read(11);
      await eventually('the hole is told', async () => (await holesIn(store)).length === 1);
      await eventually('the mark follows', async () => (await store.history.marks(['gw-1']))[0]?.seq === 11);
    });
    expect(await storedIn(store)).toEqual([1, 2, 3, 9, 10, 11]);
    const [since, to] = [wallOf(3), wallOf(9)].map((wall) => new Date(wall).toISOString());
    expect(await holesIn(store)).toMatchObject([
      {
        id: 'hole/gw-1/7/4-8',
        gateway: 'gw-1',
        outcome: 'noted',
        detail: { log: 7, from: 4, to: 8, since, until: to, why: 'the gateway’s history has nothing of that time' },
      },
    ]);
  });

  it('are told with the reason where the gateway refuses', async () => {
    const { store, behaviour, gateway, life, read } = await village();
    await life(async () => {
      await read(1);
      await eventually('the first is stored', async () => (await storedIn(store)).length === 1);
    });
    await read(2, 3);
    behaviour.answer = new FengsuiError('NOT_FOUND', 'there is no method batches');
    gateway.answers.set('history', () => {
      throw new FengsuiError('FORBIDDEN', 'the history is locked');
    });
    await life(async () => {
      await read(4);
      await eventually('the hole is told', async () => (await holesIn(store)).length === 1);
    });
    expect((await holesIn(store))[0]?.detail).toMatchObject({ from: 2, to: 3, why: expect.stringMatching(/locked/) });
    expect((await store.history.marks(['gw-1']))[0]).toMatchObject({ seq: 4 });
  });

  it('reach over a new journal: its beginning from its lane, the end of the old one from the history', async () => {
    const { store, lane, life, read, newJournal } = await village();
    await life(async () => {
      await read(1, 2);
      await eventually('the first are stored', async () => (await storedIn(store)).length === 2);
    });
    await read(3, 4);
    newJournal(8, 4); // reading 5 is entry 1 of it
    expect(lane.size).toBe(0);
    await read(5, 6);
    await life(async () => {
      await read(7);
      await eventually('all are stored', async () => (await storedIn(store)).length === 7);
      await eventually('the mark follows', async () => (await store.history.marks(['gw-1']))[0]?.log === 8);
    });
    expect(await storedIn(store)).toEqual(range(1, 7));
    expect((await store.history.marks(['gw-1']))[0]).toMatchObject({ log: 8, seq: 3 });
    expect(await holesIn(store)).toEqual([]);
  });

  it('wait for a gateway that has gone, and are filled when it is back', async () => {
    const { store, asked, gateway, life, read, behaviour } = await village();
    await life(async () => {
      await read(1);
      await eventually('the first is stored', async () => (await storedIn(store)).length === 1);
    });
    await read(2, 3);
    await life(async () => {
      behaviour.answer = new FengsuiError('OVERLOADED', 'not now');
      await read(4);
      await until('it was asked', () => asked.length > 0);
      await gateway.presence(false);
      behaviour.answer = undefined;
      await new Promise((resolve) => setTimeout(resolve, 5_500)); // it is tried again, and is not there
      expect(await storedIn(store)).toEqual([1, 4]);
      await gateway.presence(true, 2);
      await read(5);
      await eventually('all are stored', async () => (await storedIn(store)).length === 5);
    });
    expect(await storedIn(store)).toEqual(range(1, 5));
    expect(await holesIn(store)).toEqual([]);
  });

  it('are filled to the end by the next who keeps the district', async () => {
    const { store, life, read } = await village();
    await life(async () => {
      await read(1);
      await eventually('the first is stored', async () => (await storedIn(store)).length === 1);
    });
    await read(...range(2, 200));
    await life(async (end) => {
      await read(201);
      await eventually('a part is stored', async () => (await storedIn(store)).length > 20);
      await end();
    });
    const some = await storedIn(store);
    expect(some.length).toBeLessThan(201);
    expect((await store.history.marks(['gw-1']))[0]?.seq).toBe(some.length - 1); // all but 201
    await life(async () => {
      await read(202);
      await eventually('all are stored', async () => (await storedIn(store)).length === 202);
    });
    expect(await storedIn(store)).toEqual(range(1, 202));
  });

  it('are filled by the process that takes a gateway over from another', async () => {
    const { store, member, read } = await village();
    const [first, over] = [await member(), new AbortController()];
    const kept = keepDistrict(first, store, { signal: over.signal, history: true });
    await until('it takes the gateway', () => first.gateways.list({ owned: true }).length === 1);
    await read(1, 2);
    await eventually('they are stored', async () => (await storedIn(store)).length === 2);
    over.abort();
    await kept;
    const heard = first.telemetry.entries();
    await read(3, 4);
    for await (const { to } of heard) if (to === 4) break; // taken by a process that stores nothing any more
    const second = await member();
    const end = new AbortController();
    const keptOn = keepDistrict(second, store, { signal: end.signal, history: true });
    await first.close();
    await until('the other has the gateway', () => second.gateways.list({ owned: true }).length === 1);
    await read(5);
    await eventually('all are stored', async () => (await storedIn(store)).length === 5);
    await eventually('the mark follows', async () => (await store.history.marks(['gw-1']))[0]?.seq === 5);
    end.abort();
    await keptOn;
    expect(await storedIn(store)).toEqual(range(1, 5));
  });

  it('are told and given up, the oldest first, when there are more than a thousand', async () => {
    const { store, gateway, life, read } = await village();
    gateway.answers.set('batches', silence);
    await life(async () => {
      await read(...Array.from({ length: 1_011 }, (_, i) => 2 * i + 1));
      await eventually('ten are told', async () => (await holesIn(store)).length === 11);
      await eventually('the mark follows', async () => (await store.history.marks(['gw-1']))[0]?.seq === 23);
    });
    expect((await holesIn(store)).map(({ id }) => id)).toContain('hole/gw-1/7/22-22');
  });
});
