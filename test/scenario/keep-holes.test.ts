import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect, ed25519Signer, type Fengsui, generateOperatorKey } from '../../sdk/index.ts';
import { keepDistrict, openFileStore, type PlatformStore, type Sample } from '../../sdk/store/index.ts';
import { modbusServer } from '../../simulators/modbus/modbus-server.ts';
import { pressureTransmitter } from '../../simulators/water/pressure-transmitter.ts';
import { debian } from '../support/debian.ts';
import { fieldSite } from '../support/field-site.ts';
import { startGatewayUnderTest } from '../support/gateway-process.ts';
import { keeper } from '../support/keeper-process.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const keys = generateOperatorKey();
const own = <T extends AsyncDisposable>(resource: T): T => {
  onTestFinished(() => resource[Symbol.asyncDispose]());
  return resource;
};
const gate = { gateway: 'test-01', device: 'gate' };

/** A hydrant whose pressure is another each time it is read. */
async function village() {
  const broker = own(await startMosquitto());
  let n = 0;
  const pressure = (): number => 0.3 + (n++ % 100) / 1_000;
  const street = own(await modbusServer({ transport: 'tcp', units: new Map([[1, pressureTransmitter(1, pressure)]]) }));
  const buses = `  - id: street
    tcp: "127.0.0.1:${street.port}"
    devices: [{ id: gate, profile: generic/municipal-hydrant, unit: 1, pollMs: 100, name: Gate }]
`;
  const gateway = own(await startGatewayUnderTest(fieldSite({ broker: broker.port, buses, key: keys.publicKey })));
  await gateway.logged('gateway.started');
  const starts = (): number => gateway.log.filter(({ event }) => event === 'gateway.started').length;
  const startedAgain = async (): Promise<void> => void (await gateway.logged('gateway.started', () => starts() > 1));
  return { gateway: { ...gateway, startedAgain }, url: `mqtt://127.0.0.1:${broker.port}` };
}

const client = (url: string): Promise<Fengsui> =>
  connect({ url, district: '330603', signer: ed25519Signer({ keyId: 'tester', privateKey: keys.privateKey }) });

async function stored(store: PlatformStore, from: Date, to: Date): Promise<readonly Omit<Sample, 'gateway'>[]> {
  const found: Sample[] = [];
  for (let after: string | undefined; ; ) {
    const page = await store.history.range({ ...gate, from, to: new Date(to.getTime() + 1), limit: 10_000, after });
    found.push(...page.items);
    if (page.next === undefined) break;
    after = page.next;
  }
  return found.map(({ device, point, at, value, why }) => ({
    device,
    point,
    at,
    value,
    ...(why !== undefined && { why }),
  }));
}

/** What the gateway itself says that it has read, as samples. */
async function read(fs: Fengsui, from: Date, to: Date): Promise<readonly Omit<Sample, 'gateway'>[]> {
  const readings = await fs.telemetry.history(gate, { from, to }).all({ max: 100_000 });
  return readings.map((reading) => ({
    device: reading.device,
    point: reading.point,
    at: reading.at ?? new Date(0),
    value: reading.value ?? null,
    ...('why' in reading && { why: reading.why }),
  }));
}

/** Once it is all there: the store against what the gateway says, from the first reading stored on; what it read a moment ago may not be told yet. */
async function expectTheSame(fs: Fengsui, store: PlatformStore): Promise<number> {
  const [begin] = (await store.history.range({ ...gate, from: new Date(0), to: new Date(), limit: 1 })).items;
  const [from, to] = [begin?.at ?? new Date(0), new Date(Date.now() - 2_000)];
  for (let tries = 0; tries < 120; tries++) {
    if ((await stored(store, from, to)).length >= (await read(fs, from, to)).length) break;
    await pause(500);
  }
  const all = await stored(store, from, to);
  expect(all).toEqual(await read(fs, from, to));
  expect((await store.audit.list({ act: 'history.hole' })).items).toEqual([]);
  return all.length;
}

describe.skipIf(!debian('mosquitto'))('a platform that was not always there', { timeout: 120_000 }, () => {
  it('has each reading of the gateway once: over kills of itself, also while it fills, and of the gateway', async () => {
    const { gateway, url } = await village();
    const platform = await keeper(await temporaryFolder(), url, keys.privateKey);
    const first = await platform.start();
    await pause(4_000);
    await first.kill();
    await pause(4_000); // nobody listens
    const second = await platform.start();
    await pause(1_500); // it fills
    await second.kill();
    await pause(1_000);
    await gateway.kill();

    await using store = await openFileStore({ folder: platform.store });
    await using fs = await client(url);
    const end = new AbortController();
    const kept = keepDistrict(fs, store, { signal: end.signal, history: true });
    gateway.start();
    await gateway.startedAgain();
    await pause(4_000);
    expect(await expectTheSame(fs, store)).toBeGreaterThan(100);
    end.abort();
    await kept;
  });

  it('has from the gateway’s history what its lane has lost with its journal', async () => {
    const { gateway, url } = await village();
    await using store = await openFileStore({ folder: await temporaryFolder() });
    const life = async (work: (fs: Fengsui) => Promise<void>): Promise<void> => {
      await using fs = await client(url);
      const end = new AbortController();
      const kept = keepDistrict(fs, store, { signal: end.signal, history: true });
      await work(fs);
      end.abort();
      await kept;
    };
    await life(async () => pause(3_000));
    const [before] = await store.history.marks([gate.gateway]);
    await pause(3_000); // nobody listens
    await gateway.stop();
    for (const name of ['alarms.db', 'telemetry.db']) await rm(join(dirname(gateway.config), 'data', name));
    await life(async (fs) => {
      gateway.start();
      await gateway.startedAgain();
      await pause(4_000);
      expect(await expectTheSame(fs, store)).toBeGreaterThan(60);
    });
    const [after] = await store.history.marks([gate.gateway]);
    expect(after?.log).not.toBe(before?.log);
  });
});
