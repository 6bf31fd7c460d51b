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
  return { gateway, url: `mqtt://127.0.0.1:${broker.port}` };
}

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
    const [begin] = (await store.history.range({ ...gate, from: new Date(0), to: new Date(), limit: 1 })).items;
    const signer = ed25519Signer({ keyId: 'tester', privateKey: keys.privateKey });
    await using fs = await connect({ url, district: '330603', signer });
    const end = new AbortController();
    const kept = keepDistrict(fs, store, { signal: end.signal, history: true });
    gateway.start();
    const starts = (): number => gateway.log.filter(({ event }) => event === 'gateway.started').length;
    await gateway.logged('gateway.started', () => starts() > 1);
    await pause(4_000);
    const from = begin?.at ?? new Date(0);
    const to = new Date(Date.now() - 2_000); // by now the gateway has stored what it had read by then
    const count = async (): Promise<number> => (await stored(store, from, to)).length;
    const told = async () => read(fs, from, to);
    for (
      const until = performance.now() + 60_000;
      performance.now() < until && (await count()) < (await told()).length;
    )
      await pause(500);
    expect(await stored(store, from, to)).toEqual(await told());
    expect(await count()).toBeGreaterThan(100);
    expect((await store.audit.list({ act: 'history.hole' })).items).toEqual([]);
    end.abort();
    await kept;
  });
});
