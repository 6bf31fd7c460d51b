import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateOperatorKey } from '../../sdk/index.ts';
import { quantile } from '../../simulators/demo/ledger.ts';
import { type Home, homePins, startHome } from '../../simulators/home/start-home.ts';
import { type ModbusServer, modbusServer } from '../../simulators/modbus/modbus-server.ts';
import { type SmokeReceiver, smokeReceiver } from '../../simulators/smoke/smoke-receiver.ts';
import { seededRandom } from '../../simulators/water/seeded-random.ts';
import { debian } from '../support/debian.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { endRigChild, pause, type RigChild, siteFolder, startGateway } from '../support/rig.ts';
import { type AlarmField, alarmField } from './alarm-field.ts';
import { type AlarmTaker, alarmTaker } from './alarm-taker.ts';

const syncTakesS = 2;
const slots = 60;
const pollMs = 200;
const linkPollMs = 100;
/** Each is a cause once, and is over once. */
const causes = 20;
const changeEveryMs = 500;
const startWithinS = 120;
const settleS = 5;
const deliveredWithinS = 90;
const outputWithinMs = 15_000;

/**
 * Two gateways side by side: on the one's disk each `fsync` and `fdatasync` takes two seconds (strace holds them up), on
 * the other's none does. Alarms and readings are stored all the while. Neither the buses nor what an alarm switches may
 * wait for the disk; what is told to the platform may, and has to arrive all the same.
 */
export async function slowDisk({ seed }: { seed: number }): Promise<Record<string, number>> {
  if (!debian('strace')) {
    console.log('skipped: strace is missing, and nothing else makes a disk slow: apt-get install strace');
    return { skipped: 1 };
  }
  const [quick, slow] = await Promise.all([side(0, seed), side(syncTakesS, seed)]);
  console.log('quick', JSON.stringify(quick), 'slow', JSON.stringify(slow));
  return {
    poll_jitter_p99_ms: quick.jitterMs,
    poll_jitter_p99_ms_slow: slow.jitterMs,
    linkage_p99_ms: quick.linkageMs,
    linkage_p99_ms_slow: slow.linkageMs,
    alarms: quick.alarms + slow.alarms,
    lost: quick.lost + slow.lost,
    polls_missed: slow.pollsMissed,
    syncs_held_up: slow.syncs,
    was_slow: Number(slow.syncs > causes),
  };
}

type Side = Record<'jitterMs' | 'linkageMs' | 'alarms' | 'lost' | 'pollsMissed' | 'syncs', number>;

async function side(delayS: number, seed: number): Promise<Side> {
  const keys = generateOperatorKey();
  await using field = await alarmField(slots, pollMs);
  await using home = await startHome();
  await using broker = await startMosquitto();
  const receiver = smokeReceiver({ slots: causes });
  await using server = await modbusServer({ transport: 'tcp', units: new Map([[1, receiver.unit]]) });
  await using folder = await siteFolder(siteOf({ field, home, server, broker: broker.port, key: keys.publicKey }));
  const taker = await alarmTaker(`mqtt://127.0.0.1:${broker.port}`, keys.privateKey, field);
  await endRigChild(await started(folder.path, field, [])); // its files are made on a disk that is well
  const trace = join(folder.path, 'syncs');
  const gateway = await started(folder.path, field, tracer(trace, delayS));
  await pause(settleS * 1_000);

  const from = Date.now();
  const random = seededRandom(seed);
  const changing = setInterval(() => field.change(random), changeEveryMs);
  const times = await linkageTimes(receiver, home);
  const to = Date.now();
  clearInterval(changing);
  await delivered(taker);
  const { lost, notes } = taker.verdict();
  for (const note of notes.slice(0, 10)) console.log(`seed ${seed}, ${delayS} s: ${note}`);
  await taker.close();
  gateway.process.kill('SIGKILL'); // an orderly end would sync on for a minute
  await gateway.gone;
  const gaps = gapsOf(field, from, to);
  return {
    jitterMs: quantile(
      gaps.map((gap) => Math.abs(gap - pollMs)),
      0.99,
    ),
    linkageMs: Math.round(quantile(times, 0.99)),
    alarms: field.happened(),
    lost,
    pollsMissed: gaps.reduce((missed, gap) => missed + Math.max(0, Math.round(gap / pollMs) - 1), 0),
    syncs: (await readFile(trace, 'utf8')).split('\n').filter((line) => line.includes('(DELAYED)')).length,
  };
}

/** `-D`: what is started is the gateway, and its tracer stands beside. */
const tracer = (out: string, delayS: number): readonly string[] =>
  `strace -D -f --seccomp-bpf -qq -o ${out} -e trace=fsync,fdatasync -e signal=none`
    .split(' ')
    .concat(delayS > 0 ? ['-e', `inject=fsync,fdatasync:delay_enter=${delayS}s`] : []);

async function started(folder: string, field: AlarmField, under: readonly string[]): Promise<RigChild> {
  const before = field.served.length;
  const gateway = startGateway(new URL('../dist/fengsui.js', import.meta.url), folder, under);
  const end = Date.now() + startWithinS * 1_000;
  while (field.served.length < before + 5 && Date.now() < end) await pause(50);
  if (field.served.length < before + 5) throw new Error(`the gateway does not poll after ${startWithinS} s`);
  return gateway;
}

async function delivered(taker: AlarmTaker): Promise<void> {
  const end = Date.now() + deliveredWithinS * 1_000;
  while (taker.verdict().lost > 0 && Date.now() < end) await pause(200);
}

/** From a cause in the field, and from its end, to the output, in ms. What does not come counts with all the time it had. */
async function linkageTimes(receiver: SmokeReceiver, home: Home): Promise<number[]> {
  const times: number[] = [];
  for (let slot = 0; slot < causes; slot++) {
    times.push(await switched(home, true, () => receiver.fault(slot)));
    await pause(400 + ((slot * 37) % linkPollMs)); // spread over the period
    times.push(await switched(home, false, () => receiver.clear(slot)));
    await pause(400 + ((slot * 61) % linkPollMs));
  }
  return times;
}

async function switched(home: Home, to: boolean, cause: () => void): Promise<number> {
  const began = performance.now();
  cause();
  while (home.isSirenOn() !== to && performance.now() - began < outputWithinMs) await pause(1);
  return performance.now() - began;
}

function gapsOf({ served }: AlarmField, from: number, to: number): readonly number[] {
  const times = served.map(({ at }) => at).filter((at) => at > from && at < to);
  return times.slice(1).map((at, i) => at - (times[i] ?? at));
}

type SiteParts = {
  readonly field: AlarmField;
  readonly home: Home;
  readonly server: ModbusServer;
  readonly broker: number;
  readonly key: string;
};

const siteOf = ({ field, home, server, broker, key }: SiteParts): string => `version: 1
gateway: { id: trial-01, name: Trial, district: "330603", town: "001", clock: trusted }
uplinks: [{ url: "mqtt://127.0.0.1:${broker}" }]
operators: [{ name: trial, key: "${key}" }]
journal: { commitMs: 1000 }
${field.yaml}  - id: hall
    tcp: 127.0.0.1:${server.port}
    devices:
${Array.from({ length: causes }, (_, i) => `      - { id: link-${i}, profile: generic/wireless-smoke-alarm, unit: 1, pollMs: ${linkPollMs}, settings: { slot: ${i} }, name: "Cause ${i}" }`).join('\n')}
  - id: home
    firmata: 127.0.0.1:${home.port}
    devices:
      - { id: siren, profile: generic/siren, line: ${homePins.siren}, name: Siren }
linkage:
  - { name: hall, when: [${Array.from({ length: causes }, (_, i) => `link-${i}/detector-fault`).join(', ')}], set: siren/sounding }
`;
