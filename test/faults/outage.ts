import { connect, ed25519Signer, generateOperatorKey } from '../../sdk/index.ts';
import { quantile } from '../../simulators/demo/ledger.ts';
import { freePort, startMosquitto } from '../support/mosquitto.ts';
import { endRigChild, pause, siteFolder, startGateway, startRegisterServer } from '../support/rig.ts';

/** So many that none comes back within a minute of its clearing: that would be the same occurrence, told once. */
const devices = 80;
const outageSeconds = 60;
const killsDuringOutage = 3;

/**
 * The broker (mosquitto) is away for 60 s; meanwhile the gateway goes on judging and is killed with `kill -9` three
 * times. Every change of the field must reach the SDK's consumer once, in order of occurrence.
 */
export async function outage(): Promise<Record<string, number>> {
  const keys = generateOperatorKey();
  const port = await freePort();
  const servers = await startRegisterServer(new URL('./register-server.js', import.meta.url), 1, 1);
  await using folder = await siteFolder(site(port, servers.ports[0] ?? 0, keys.publicKey));
  const program = new URL('../dist/fengsui.js', import.meta.url);
  let broker = await startMosquitto(port);
  let gateway = startGateway(program, folder.path);
  const signer = ed25519Signer({ keyId: 'trial', privateKey: keys.privateKey });
  await using fs = await connect({ url: `mqtt://127.0.0.1:${port}`, district: '330603', signer });
  const got: { device: string; change: string; seq: number; at: number }[] = [];
  const numbers: number[] = [];
  let repeated = 0;
  const consumer = (async () => {
    const seen = new Set<number>();
    for await (const update of fs.alarms.stream({ records: true })) {
      const { seq, commit } = update;
      if (seen.has(seq)) repeated++;
      seen.add(seq);
      numbers.push(seq);
      if ('alarm' in update)
        got.push({ device: update.alarm.device, change: update.change, seq, at: update.alarm.at.getTime() });
      await commit();
    }
  })();
  let next = 0;
  const happened: { device: string; change: 'raised' | 'cleared' }[] = [];
  const held = new Set<number>();
  /** Turns one alarm's fault on or off, and leaves the gateway time to see it: this is about loss, not about polling. */
  const toggle = async (): Promise<void> => {
    const slot = next++ % devices;
    const raise = !held.has(slot);
    await servers.set(0, 1, 100 + slot * 4, raise ? 3 : 0);
    if (raise) held.add(slot);
    else held.delete(slot);
    happened.push({ device: `smoke-${slot}`, change: raise ? 'raised' : 'cleared' });
    await pause(600);
  };
  await until(() => fs.devices.list().length === devices && fs.devices.list().every((d) => d.health === 'ok'));
  for (let n = 0; n < 10; n++) await toggle();
  console.log('broker stops');
  await broker[Symbol.asyncDispose]();
  const began = Date.now();
  for (let n = 0; Date.now() - began < outageSeconds * 1_000; n++) {
    await toggle();
    if (n % 20 === 19 && n / 20 < killsDuringOutage) {
      console.log(`kill -9 on the gateway after ${happened.length} changes`);
      gateway.process.kill('SIGKILL');
      await gateway.gone;
      gateway = startGateway(program, folder.path);
      await pause(3_000);
    }
  }
  console.log(`broker returns after ${Math.round((Date.now() - began) / 1_000)} s`);
  broker = await startMosquitto(port);
  const returned = Date.now();
  await until(() => new Set(got.map((g) => g.seq)).size >= happened.length, 120_000).catch(() => undefined); // counted below
  const drainMs = Date.now() - returned;
  for (let n = 0; n < 10; n++) await toggle();
  await until(() => got.length >= happened.length, 30_000).catch(() => undefined); // counted below
  await pause(2_000); // for what might come twice
  await fs.close();
  await consumer;
  await endRigChild(gateway);
  await endRigChild(servers);
  await broker[Symbol.asyncDispose]();
  const text = (x: { device: string; change: string }): string => `${x.device} ${x.change}`;
  const outOfOrder = got.filter((g, i) => text(g) !== text(happened[i] ?? { device: '', change: '' })).length;
  return {
    happened: happened.length,
    received: new Set(got.map((g) => g.seq)).size,
    lost: happened.length - new Set(got.map((g) => g.seq)).size,
    repeated,
    out_of_order: outOfOrder,
    kills: killsDuringOutage,
    outage_s: outageSeconds,
    drain_ms: drainMs,
    worst_gap_in_seq: quantile(
      numbers.map((seq, i) => seq - (numbers[i - 1] ?? 0)),
      1,
    ),
  };
}

async function until(holds: () => boolean, withinMs = 30_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms`);
    await pause(50);
  }
}

const site = (broker: number, modbus: number, key: string): string => `version: 1
gateway: { id: trial-01, name: Trial, district: "330603", town: "001", clock: trusted }
uplinks: [{ url: "mqtt://127.0.0.1:${broker}" }]
operators: [{ name: trial, key: "${key}" }]
journal: { commitMs: 1000 }
buses:
  - id: street
    tcp: 127.0.0.1:${modbus}
    devices:
${Array.from({ length: devices }, (_, slot) => `      - { id: smoke-${slot}, profile: generic/wireless-smoke-alarm, unit: 1, pollMs: 200, settings: { tableAt: 100, slot: ${slot} }, name: "Alarm ${slot}" }`).join('\n')}
`;
