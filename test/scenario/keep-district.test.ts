import { describe, expect, it, onTestFinished } from 'vitest';
import { connect, ed25519Signer, generateOperatorKey } from '../../sdk/index.ts';
import { keepDistrict, openFileStore, type PlatformStore } from '../../sdk/store/index.ts';
import { modbusServer } from '../../simulators/modbus/modbus-server.ts';
import { smokeReceiver } from '../../simulators/smoke/smoke-receiver.ts';
import { debian } from '../support/debian.ts';
import { fieldSite } from '../support/field-site.ts';
import { startGatewayUnderTest } from '../support/gateway-process.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const keys = generateOperatorKey();
const own = <T extends AsyncDisposable>(resource: T): T => {
  onTestFinished(() => resource[Symbol.asyncDispose]());
  return resource;
};

/** A village with one smoke alarm: a gateway of its own process, a broker, and a folder for the platform. */
async function village() {
  const broker = own(await startMosquitto());
  const smoke = smokeReceiver({ slots: 1 });
  const street = own(await modbusServer({ transport: 'tcp', units: new Map([[1, smoke.unit]]) }));
  const buses = `  - id: street
    tcp: "127.0.0.1:${street.port}"
    devices: [{ id: smoke, profile: generic/wireless-smoke-alarm, unit: 1, pollMs: 100, name: Smoke }]
`;
  const gateway = own(await startGatewayUnderTest(fieldSite({ broker: broker.port, buses, key: keys.publicKey })));
  return { smoke, gateway, url: `mqtt://127.0.0.1:${broker.port}`, folder: await temporaryFolder() };
}

/** One life of the platform's process, from its start to its end. */
async function platformLife(at: { url: string; folder: string }, live: (store: PlatformStore) => Promise<void>) {
  await using store = await openFileStore({ folder: at.folder });
  const signer = ed25519Signer({ keyId: 'tester', privateKey: keys.privateKey });
  await using fs = await connect({ url: at.url, district: '330603', signer });
  const end = new AbortController();
  const kept = keepDistrict(fs, store, { signal: end.signal, history: true });
  try {
    await live(store);
  } finally {
    end.abort();
    await kept;
  }
}

async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const until = performance.now() + 15_000; performance.now() < until; ) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited in vain until ${what}`);
}

const changes = async (store: PlatformStore): Promise<readonly string[]> =>
  (await store.alarms.list()).items.map((e) => `${e.seq} ${e.device}/${e.condition} ${e.event}`);

describe.skipIf(!debian('mosquitto'))('a platform that keeps a village', { timeout: 60_000 }, () => {
  it('has each alarm once over restarts of itself, what stands, records, and readings', async () => {
    const at = await village();
    await platformLife(at, async (store) => {
      await eventually(
        'the gateway has started',
        async () => (await store.audit.list({ act: 'gateway.started' })).items.length === 1,
      );
      at.smoke.trip(0);
      await eventually('the fire is stored', async () => (await store.alarms.standing()).items.length === 1);
      await eventually('a reading is stored', async () =>
        (await store.history.latest('test-01', 'smoke')).some((s) => s.value === 'smoke'),
      );
    });
    at.smoke.clear(0); // nobody listens
    await at.gateway.kill();
    at.gateway.start();
    await platformLife(at, async (store) => {
      await eventually(
        'the second start is recorded',
        async () => (await store.audit.list({ act: 'gateway.started' })).items.length === 2,
      );
      const [standing] = (await store.alarms.standing()).items;
      expect(standing).toMatchObject({ gateway: 'test-01', device: 'smoke', condition: 'smoke', kind: 'fire' });
      const seen = await changes(store);
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.filter((line) => line.endsWith('smoke/smoke raised'))).toHaveLength(1);
    });
  });
});
