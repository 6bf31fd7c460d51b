import { createServer } from 'node:net';
import { connect, ed25519Signer, generateOperatorKey } from '../../sdk/index.ts';
import { clockLife } from '../support/clock-life.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { endRigChild, pause, siteFolder, startRegisterServer } from '../support/rig.ts';
import { gatewayAtWrongTime, type Told, type WrongGateway } from './gateway-at-wrong-time.ts';

const devices = 10;
const onDelay = 2_000;
/** Poll period, the way to the log, and a busy machine. */
const slack = 1_000;
const minute = 60_000;
const day = 24 * 60 * minute;
/** Self-tests closer than this are a burst: here one is due each minute. */
const burst = 5_000;

type Happened = { readonly device: string; readonly change: 'raised' | 'cleared'; readonly at: number };
/** When a device's status was “fault”, by the host's clock. */
type Stood = { readonly device: string; readonly from: number; readonly to: number };
type Read = { readonly device: string; readonly at: number; readonly isCorrected: boolean };
type Got = { device: string; change: string; at: number; since: number | undefined; isCorrected: boolean };

/**
 * A gateway whose clock wakes in 1970, is restarted there, is set right in the middle of an alarm's hold time, then a
 * day back, is restarted there, and is set right again; it drifts by 200 ppm while nobody keeps it. The broker is away
 * until the clock is right for the first time. What the SDK tells is held against the host's own clock. Before that,
 * thousands of hours of such clocks in simulation.
 */
export async function clock({ runs, seed }: { readonly runs: number; readonly seed: number }) {
  const simulated = lives(runs, seed);
  const keys = generateOperatorKey();
  const port = await portBelowEphemeral();
  const servers = await startRegisterServer(new URL('./register-server.js', import.meta.url), 1, 1);
  await using folder = await siteFolder(site(port, servers.ports[0] ?? 0, keys.publicKey));
  const happened: Happened[] = [];
  const stood: Stood[] = [];
  const selfTests: Told[] = [];
  let holdChanged = 0;
  let slot = 0;
  /** One alarm, raised and cleared; `during` happens while its hold time runs. */
  const alarm = async (gateway: WrongGateway, during: () => void = () => undefined): Promise<void> => {
    const device = `smoke-${slot % devices}`;
    const address = 100 + (slot++ % devices) * 4;
    const key = `${device}/detector-fault`;
    const raised = gateway.next('alarm.raised', key);
    const from = await servers.set(0, 1, address, 3);
    await pause(onDelay / 2);
    during();
    const { at } = await raised;
    happened.push({ device, change: 'raised', at });
    if (at - from < onDelay || at - from > onDelay + slack) {
      holdChanged++;
      console.log(`${key} was raised after ${at - from} ms`);
    }
    const cleared = gateway.next('alarm.cleared', key);
    stood.push({ device, from, to: await servers.set(0, 1, address, 0) });
    happened.push({ device, change: 'cleared', at: (await cleared).at });
  };
  const start = async (offset: number, synced: boolean): Promise<WrongGateway> => {
    const gateway = gatewayAtWrongTime(folder.path, offset, synced);
    await gateway.next('gateway.started');
    await pause(1_500);
    return gateway;
  };
  const end = (gateway: WrongGateway): void => {
    selfTests.push(...gateway.log.filter(({ event }) => event === 'self-test.done'));
  };
  /** Whole minutes away, so that the self-test of each minute comes at the same second. */
  const to1970 = -Math.floor(Date.now() / minute) * minute;

  console.log('1970');
  let gateway = await start(to1970, false);
  for (let n = 0; n < 2; n++) await alarm(gateway);
  await kill(gateway, end);
  gateway = await start(to1970, false);
  await alarm(gateway);
  console.log('the clock is set right');
  const steppedAt = gateway.next('clock.stepped');
  await alarm(gateway, () => gateway.set(0, false));
  gateway.set(0, true);
  await steppedAt;
  await pause(1_500);
  await using broker = await startMosquitto(port);
  const signer = ed25519Signer({ keyId: 'trial', privateKey: keys.privateKey });
  const fs = await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603', signer });
  const got: Got[] = [];
  const consumer = (async () => {
    for await (const update of fs.alarms.stream()) {
      const { device, at, since, isCorrected = false } = update.alarm;
      if (update.alarm.condition === 'detector-fault')
        got.push({ device, change: update.change, at: at.getTime(), since: since?.getTime(), isCorrected });
      await update.commit();
    }
  })();
  const read: Read[] = [];
  const reader = (async () => {
    for await (const reading of fs.telemetry.stream({ profile: 'generic/wireless-smoke-alarm' })) {
      const { device, point, value, at, isCorrected = false } = reading;
      if (point === 'status' && value === 'fault' && at) read.push({ device, at: at.getTime(), isCorrected });
    }
  })();
  await alarm(gateway);
  console.log('a day back');
  await alarm(gateway, () => gateway.set(-day, false));
  await kill(gateway, end);
  gateway = await start(-day, false);
  await alarm(gateway);
  await alarm(gateway, () => gateway.set(0, false));
  gateway.set(0, true);
  await alarm(gateway);
  console.log('two minutes at the right time, for the self-test of each');
  await pause(2 * minute + 5_000);
  const deadline = Date.now() + 20_000;
  while (got.length < happened.length && Date.now() < deadline) await pause(100);
  const status = await fs.gateways.status('trial-01');
  await fs.close();
  await Promise.all([consumer, reader]);
  end(gateway);
  await endRigChild(gateway);
  await endRigChild(servers);
  const worst = worstError(got, happened);
  const worstRead = worstReading(read, stood);
  return {
    ...simulated,
    happened: happened.length,
    lost: happened.length - got.length,
    reordered: got.filter((g, i) => g.device !== happened[i]?.device || g.change !== happened[i]?.change).length,
    hold_changed: holdChanged,
    corrected: got.filter((g) => g.isCorrected).length,
    worst_stamp_error_s: worst / 1_000,
    over_1_s: worst > 1_000 ? 1 : 0,
    readings: read.length,
    readings_corrected: read.filter((r) => r.isCorrected).length,
    readings_missed: stood.filter(({ device }) => !read.some((r) => r.device === device)).length,
    worst_reading_error_s: worstRead / 1_000,
    readings_over_1_s: worstRead > 1_000 ? 1 : 0,
    steps_seen: status.clock?.steps ?? -1,
    self_tests: selfTests.length,
    no_self_test: selfTests.length >= 2 ? 0 : 1,
    schedule_bursts: selfTests.filter(({ at }, i) => i > 0 && at - (selfTests[i - 1]?.at ?? 0) < burst).length,
  };
}

function lives(runs: number, seed: number) {
  console.log(`${runs} clocks in simulation, seed ${seed}`);
  const all = Array.from({ length: runs }, (_, i) => clockLife(seed + i));
  const sum = (of: 'stamps' | 'corrected' | 'wentBack' | 'beforePast' | 'steps'): number =>
    all.reduce((total, life) => total + life[of], 0);
  const worst = Math.max(...all.map((life) => life.worstError));
  return {
    lives: runs,
    life_stamps: sum('stamps'),
    life_steps: sum('steps'),
    life_corrected: sum('corrected'),
    life_worst_stamp_error_s: worst / 1_000,
    life_over_1_s: all.filter((life) => life.worstError > 1_000).length,
    went_back: sum('wentBack'),
    before_past: sum('beforePast'),
  };
}

/** Of the times of each change, and of the raising that those after it tell, against when the log told of it. */
function worstError(got: readonly Got[], happened: readonly Happened[]): number {
  const all = got.flatMap((g, i) => {
    const truth = happened[i];
    if (!truth) return [];
    const began = truth.change === 'raised' ? truth : happened[i - 1];
    const errors = [g.at - truth.at, (g.since ?? 0) - (began?.at ?? 0)];
    console.log(
      `${g.device} ${g.change}: off by ${errors.join(' ms, since by ')} ms${g.isCorrected ? ', corrected' : ''}`,
    );
    return errors.map(Math.abs);
  });
  return Math.max(0, ...all);
}

/** How far a reading's time lies outside of the time in which the device said what was read. Each device has one fault. */
function worstReading(read: readonly Read[], stood: readonly Stood[]): number {
  const errors = read.map(({ device, at, isCorrected }) => {
    const truth = stood.find((s) => s.device === device);
    const error = truth ? Math.max(truth.from - at, at - truth.to, 0) : 0;
    console.log(`${device} read at fault: off by ${error} ms${isCorrected ? ', corrected' : ''}`);
    return error;
  });
  return Math.max(0, ...errors);
}

/**
 * For a broker that starts late: whoever tries to connect to a port of the ephemeral range meanwhile may be given that
 * very port for its own end, and talk to itself.
 */
async function portBelowEphemeral(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}

async function kill(gateway: WrongGateway, end: (gateway: WrongGateway) => void): Promise<void> {
  await pause(500); // what was told is on disk: this is about time, not about loss
  gateway.process.kill('SIGKILL');
  await gateway.gone;
  end(gateway);
}

const site = (broker: number, modbus: number, key: string): string => `version: 1
gateway: { id: trial-01, name: Trial, district: "330603", town: "001" }
uplinks: [{ url: "mqtt://127.0.0.1:${broker}" }]
operators: [{ name: trial, key: "${key}" }]
journal: { commitMs: 1000 }
selfTest: "* * * * *"
buses:
  - id: street
    tcp: 127.0.0.1:${modbus}
    devices:
${Array.from({ length: devices }, (_, slot) => `      - { id: smoke-${slot}, profile: generic/wireless-smoke-alarm, unit: 1, pollMs: 200, settings: { tableAt: 100, slot: ${slot} }, name: "Alarm ${slot}", conditions: { detector-fault: { onDelayMs: ${onDelay}, offDelayMs: 0 } } }`).join('\n')}
`;
