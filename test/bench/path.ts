import { fork } from 'node:child_process';
import { connect, ed25519Signer, type Fengsui, generateOperatorKey } from '../../sdk/index.ts';
import { quantile } from '../../simulators/demo/ledger.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { endRigChild, pause, type RigChild, siteFolder, startGateway, startRegisterServer } from '../support/rig.ts';
import { processFigures } from './process-figures.ts';

const sizes = [10, 100, 500] as const;
const unitsPerServer = 10;
const warmUpSeconds = 10;
const windowSeconds = 30;
/** Each alarm is raised once and cleared once: one that comes back within a minute would be the same occurrence. */
const alarmSlots = 150;
const alarmToggles = 2 * alarmSlots;

/**
 * `fengsui run` beside a bare loop on the same libraries (test/bench/bare-loop.ts): both read the same ten registers of
 * the same devices once a second at the same time, from the same servers, to the same mosquitto. At 500 devices, alarms
 * are toggled in the field at random moments and timed up to the SDK's consumer.
 */
export async function path(): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  for (const size of sizes) {
    const measured = await side(size);
    console.log(`${size} devices`, JSON.stringify(measured));
    figures[`cpu_ratio_${size}`] = measured.cpuRatio;
    if (size === 500) {
      figures['rss_mb_500'] = measured.ours.rssMb;
      figures['rss_extra_mb_500'] = measured.ours.rssMb - measured.bare.rssMb;
      figures['alarm_p50_ms'] = measured.alarms.p50;
      figures['alarm_p99_ms'] = measured.alarms.p99;
    }
  }
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Math.round(value * 1_000) / 1_000]));
}

type Side = { readonly cpuPer1000Reads: number; readonly reads: number; readonly rssMb: number };

async function side(size: number) {
  const keys = generateOperatorKey();
  const servers = size / unitsPerServer;
  await using broker = await startMosquitto();
  const registers = await startRegisterServer(
    new URL('./register-server.js', import.meta.url),
    servers,
    unitsPerServer,
  );
  await using folder = await siteFolder(site(broker.port, registers.ports, size, keys.publicKey));
  const signer = ed25519Signer({ keyId: 'bench', privateKey: keys.privateKey });
  const gateway = startGateway(new URL('../dist/fengsui.js', import.meta.url), folder.path);
  const bare = bareLoop(broker.port, registers.ports);
  await using fs = await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603', signer });
  await pause(warmUpSeconds * 1_000);
  const requests = async (): Promise<number> =>
    (await fs.gateways.status('bench-01')).buses.reduce((sum, bus) => sum + bus.requests, 0);
  const before = { ours: sample(gateway, await requests()), bare: sample(bare.child, await bare.reads()) };
  await pause(windowSeconds * 1_000);
  const after = { ours: sample(gateway, await requests()), bare: sample(bare.child, await bare.reads()) };
  const ours = compare(before.ours, after.ours);
  const theirs = compare(before.bare, after.bare);
  const alarms = size === 500 ? await alarmTimes(fs, registers) : { p50: 0, p99: 0 };
  await endRigChild(bare.child);
  await endRigChild(gateway);
  await endRigChild(registers);
  return { cpuRatio: ours.cpuPer1000Reads / theirs.cpuPer1000Reads, ours, bare: theirs, alarms };
}

type Sample = { readonly cpuSeconds: number; readonly rssMb: number; readonly reads: number };

const sample = (child: RigChild, reads: number): Sample => ({ ...processFigures(child.process.pid ?? 0), reads });

const compare = (from: Sample, to: Sample): Side => ({
  cpuPer1000Reads: ((to.cpuSeconds - from.cpuSeconds) / (to.reads - from.reads)) * 1_000,
  reads: to.reads - from.reads,
  rssMb: to.rssMb,
});

function bareLoop(mqttPort: number, ports: readonly number[]): { child: RigChild; reads: () => Promise<number> } {
  const child = fork(
    new URL('./bare-loop.js', import.meta.url),
    [String(mqttPort), String(unitsPerServer), ...ports.map(String)],
    {
      // As in the first line of our program: what is compared is the work, not the settings.
      execArgv: ['--max-semi-space-size=1', '--optimize-for-size', '--max-old-space-size=192'],
      env: { ...process.env, MALLOC_ARENA_MAX: '1' },
    },
  );
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const reads = (): Promise<number> =>
    new Promise((resolve) => {
      const hear = (message: unknown): void => {
        if (typeof message !== 'object' || message === null || !('reads' in message)) return;
        child.off('message', hear);
        resolve(Number(message.reads));
      };
      child.on('message', hear);
      child.send('reads');
    });
  return { child: { process: child, gone }, reads };
}

/** From the register's change to the SDK's callback, in ms. The slots are polled once a second. */
async function alarmTimes(fs: Fengsui, registers: Awaited<ReturnType<typeof startRegisterServer>>) {
  const times: number[] = [];
  const changed = new Map<string, number>();
  const consumer = (async () => {
    for await (const { alarm, commit } of fs.alarms.stream()) {
      const at = changed.get(alarm.device);
      if (at !== undefined && alarm.condition === 'detector-fault') times.push(Date.now() - at);
      changed.delete(alarm.device);
      await commit();
    }
  })();
  for (let n = 0; n < alarmToggles; n++) {
    const slot = n % alarmSlots;
    const value = n < alarmSlots ? 3 : 0;
    changed.set(`smoke-${slot}`, await registers.set(0, 1, 100 + slot * 4, value));
    await pause(120 + ((n * 7_919) % 97)); // spread over the poll period
  }
  await pause(2_000);
  await fs.close();
  await consumer;
  if (times.length < alarmToggles) console.log(`only ${times.length} of ${alarmToggles} alarm changes arrived`);
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

const site = (broker: number, ports: readonly number[], size: number, key: string): string => `version: 1
gateway: { id: bench-01, name: Bench, district: "330603", town: "001", clock: trusted }
uplinks: [{ url: "mqtt://127.0.0.1:${broker}" }]
operators: [{ name: bench, key: "${key}" }]
buses:
${ports.map((port, s) => `  - { id: bus-${s}, tcp: "127.0.0.1:${port}", devices: [\n${devicesOf(s, size)} ] }`).join('\n')}
`;

function devicesOf(server: number, size: number): string {
  const lines = Array.from(
    { length: unitsPerServer },
    (_, u) => `      { id: raw-${server}-${u + 1}, profile: generic/raw-registers, unit: ${u + 1}, name: "Raw" }`,
  );
  const slots = Array.from(
    { length: alarmSlots },
    (_, slot) =>
      `      { id: smoke-${slot}, profile: generic/wireless-smoke-alarm, unit: 1, settings: { tableAt: 100, slot: ${slot} }, name: "Alarm ${slot}" }`,
  );
  return [...lines, ...(size === 500 && server === 0 ? slots : [])].join(',\n');
}
