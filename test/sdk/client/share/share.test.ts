import { beforeEach, describe, expect, it } from 'vitest';
import { connect, ed25519Signer, generateOperatorKey } from '../../../../sdk/index.ts';
import { closedAfterEach } from '../../../support/closed-after-each.ts';
import { cuttableLine } from '../../../support/cuttable-line.ts';
import { debian } from '../../../support/debian.ts';
import { type LaneGateway, laneGateway } from '../../../support/lane-gateway.ts';
import { type Mosquitto, startMosquitto } from '../../../support/mosquitto.ts';
import { until } from '../../../support/until.ts';

const operator = generateOperatorKey();
const signer = ed25519Signer({ keyId: 'duty', privateKey: operator.privateKey });
const names = Array.from({ length: 12 }, (_, i) => `gw-${i}`);

describe.skipIf(!debian('mosquitto'))('a group of clients', () => {
  let broker: Mosquitto;
  let gateways: readonly LaneGateway[];
  const own = closedAfterEach();
  beforeEach(async () => {
    broker = own(await startMosquitto());
    const operators = { duty: operator.publicKey };
    gateways = await Promise.all(names.map(async (id) => own(await laneGateway({ port: broker.port, id, operators }))));
  });

  type Taken = readonly [gateway: string, seq: number];
  /** A process of the platform: takes every alarm it is given, and commits it unless told otherwise. */
  async function member(port = broker.port, share = 'desk', begins = Promise.resolve()) {
    const fs = own(await connect({ url: `mqtt://127.0.0.1:${port}`, district: '330603', signer, share }));
    const self = {
      fs,
      commits: true,
      alarms: [] as Taken[],
      readings: [] as Taken[],
      problems: [] as string[],
      owned: () => fs.gateways.list({ owned: true }).map((g) => g.id),
    };
    fs.on('error', (e) => self.problems.push(e.message));
    const stream = fs.alarms.stream();
    void (async () => {
      await begins;
      for await (const { gateway, seq, commit } of stream) {
        self.alarms.push([gateway, seq]);
        if (self.commits) await commit();
      }
    })();
    void (async () => {
      for await (const { gateway, value } of fs.telemetry.stream())
        self.readings.push([gateway, Math.round(Number(value) * 1_000)]);
    })();
    return self;
  }
  type Member = Awaited<ReturnType<typeof member>>;
  const shared = (...members: readonly Member[]): (() => boolean) => {
    const all = () => members.flatMap((m) => m.owned());
    return () => all().length === names.length && new Set(all()).size === names.length;
  };
  const raiseAll = async (): Promise<void> => void (await Promise.all(gateways.map((g) => g.raise())));
  const readAll = async (): Promise<void> => void (await Promise.all(gateways.map((g) => g.read())));
  const receipted = (): number => gateways.reduce((sum, g) => sum + g.receipted().size, 0);

  it('shares the gateways, and each alarm and reading goes to the one that owns its gateway, in order', async () => {
    const [a, b] = [await member(), await member()];
    await until('the gateways are shared', shared(a, b));
    for (let n = 0; n < 5; n++) {
      await raiseAll();
      await readAll();
    }
    await until('all is receipted', () => receipted() === names.length * 5);
    await until('all is read', () => a.readings.length + b.readings.length >= names.length * 5);
    for (const m of [a, b]) {
      for (const gateway of m.owned()) {
        const seqs = (of: readonly Taken[]) => of.filter(([g]) => g === gateway).map(([, seq]) => seq);
        expect(seqs(m.alarms)).toEqual([1, 2, 3, 4, 5]);
        expect(seqs(m.readings)).toEqual([1, 2, 3, 4, 5]);
      }
      expect(m.alarms.length).toBe(m.owned().length * 5);
      expect(m.readings.length).toBe(m.owned().length * 5);
    }
    expect([...a.problems, ...b.problems]).toEqual([]);
  });

  it('asks every gateway all the same', async () => {
    const [a, b] = [await member(), await member()];
    await until('the gateways are shared', shared(a, b));
    const { unanswered } = await a.fs.alarms.active();
    expect(unanswered).toEqual([]);
    expect(gateways.every((g) => g.requests.some((r) => r.method === 'alarms'))).toBe(true);
  });

  it('lets one that joins have its share, with no reading lost and none told twice', async () => {
    const a = await member();
    await until('the first has all', shared(a));
    const told: { gateway: string; isOwned: boolean }[] = [];
    a.fs.on('ownership', ({ gateway, isOwned }) => told.push({ gateway, isOwned }));
    await readAll();
    const done = new AbortController();
    const flow = (async () => {
      while (!done.signal.aborted) await readAll();
    })();
    await until('readings flow', () => a.readings.length > 20);
    const b = await member();
    await until('the gateways are shared', shared(a, b));
    await new Promise((resolve) => setTimeout(resolve, 300));
    done.abort();
    await flow;
    await readAll(); // the last number shows each what it lacks
    const sent = gateways[0]?.entries() ?? 0;
    const numbers = () => [...a.readings, ...b.readings].map(([g, seq]) => `${g}/${seq}`);
    await until('each has what its gateways sent', () =>
      names.every(
        (g) =>
          numbers().includes(`${g}/${sent}`) && new Set(numbers().filter((n) => n.startsWith(`${g}/`))).size === sent,
      ),
    );
    expect(numbers().length).toBe(new Set(numbers()).size);
    expect(told.toSorted((x, y) => (x.gateway < y.gateway ? -1 : 1))).toEqual(
      b.owned().map((gateway) => ({ gateway, isOwned: false })),
    );
  });

  it.each(['says goodbye', 'dies'])('takes over from one that %s exactly what it had not committed', async (how) => {
    const line = own(await cuttableLine(broker.port));
    const [a, b] = [await member(line.port), await member()];
    await until('the gateways are shared', shared(a, b));
    const ofA = a.owned();
    await raiseAll();
    await until('the first is receipted', () => receipted() === names.length);
    a.commits = false;
    await raiseAll();
    await raiseAll();
    await until('it has them', () => a.alarms.length === ofA.length * 3);
    const before = b.alarms.length;
    if (how === 'dies') line.cut();
    else await a.fs.close();
    await until('the other has taken over', () => b.owned().length === names.length);
    await until('all is receipted', () => receipted() === names.length * 3);
    const offered = b.alarms.slice(before).filter(([g]) => ofA.includes(g));
    const named = (of: readonly Taken[]) => of.map(([g, seq]) => `${g}/${seq}`).toSorted();
    expect(named(offered)).toEqual(
      named(
        ofA.flatMap((g) => [
          [g, 2],
          [g, 3],
        ]),
      ),
    );
  });

  it('leaves to the one that joins what waits for a slow reader: each alarm is taken once', async () => {
    let begin = (): void => undefined;
    const slow = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const a = await member(broker.port, 'desk', slow);
    await until('the first has all', shared(a));
    await raiseAll();
    await raiseAll();
    const b = await member();
    await until('the gateways are shared', shared(a, b));
    await until('the second has its alarms', () => b.alarms.length === b.owned().length * 2);
    begin();
    await until('all is receipted', () => receipted() === names.length * 2);
    expect(a.alarms.length + b.alarms.length).toBe(names.length * 2);
  });

  it('does not know of another group', async () => {
    const [a, b] = [await member(), await member(broker.port, 'other')];
    await until('each has all', () => a.owned().length === names.length && b.owned().length === names.length);
  });

  it('comes back after the broker was away, and each alarm is taken', async () => {
    const [a, b] = [await member(), await member()];
    await until('the gateways are shared', shared(a, b));
    const { port } = broker;
    await broker[Symbol.asyncDispose]();
    await until('they know', () => [a, b].every((m) => m.fs.status === 'reconnecting'));
    broker = own(await startMosquitto(port));
    const operators = { duty: operator.publicKey };
    gateways = await Promise.all(names.map(async (id) => own(await laneGateway({ port, id, operators }))));
    await until('the gateways are shared', shared(a, b));
    await raiseAll();
    await until('all is receipted', () => receipted() === names.length);
    expect(a.alarms.length + b.alarms.length).toBe(names.length);
  });

  it('is refused a name that could be a topic', async () => {
    const refused = connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603', share: 'a/b' });
    await expect(refused).rejects.toMatchObject({ code: 'INVALID' });
  });
});
