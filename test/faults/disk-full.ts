import { join } from 'node:path';
import { generateOperatorKey } from '../../sdk/index.ts';
import { seededRandom } from '../../simulators/water/seeded-random.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { endRigChild, pause, type RigChild, siteFolder, startGateway } from '../support/rig.ts';
import { type SmallDisk, smallDisk } from '../support/small-disk.ts';
import { type AlarmField, alarmField } from './alarm-field.ts';
import { type AlarmTaker, alarmTaker } from './alarm-taker.ts';

const slots = 600;
const pollMs = 500;
const diskMb = 24;
/** Changes a second on an ordinary day, and in a storm. */
const few = 10;
const many = 200;
/** How long an ordinary day goes on while the disk has no room, and how long the storm that uses up the reserve may take. */
const quietS = 5;
const stormS = 60;
const degradedS = 5;
const recoveryS = 60;

/**
 * Another program fills the disk of a running gateway to the last byte. First the room that the journal allocated has to
 * do; then a storm of alarms uses that up, and the gateway has to say so, to keep what it cannot write, to go on polling,
 * and to recover by itself when there is room again. Then it is started on a disk that is full already. At last the file
 * system fails and turns read-only, as ext4 does after an error of the card.
 */
export async function diskFull({ seed }: { seed: number }): Promise<Record<string, number>> {
  await using disk = await smallDisk(diskMb);
  if (!disk) {
    console.log('skipped: no file system may be mounted here');
    return { skipped: 1 };
  }
  console.log(`a disk of ${diskMb} MB (${disk.kind}), seed ${seed}`);
  const keys = generateOperatorKey();
  await using field = await alarmField(slots, pollMs);
  await using broker = await startMosquitto();
  await using folder = await siteFolder(siteOf(field, broker.port, join(disk.path, 'data'), keys.publicKey));
  const taker = await alarmTaker(`mqtt://127.0.0.1:${broker.port}`, keys.privateKey, field);
  const scene = sceneOf({ field, taker, folder: folder.path, random: seededRandom(seed) });

  await scene.start();
  await scene.changes(3, few);
  await scene.stop(); // properly, which gives some of the allocated room back
  await scene.start();
  await scene.changes(3, few);
  const reserve = await untilUsedUp(scene, disk);
  const recovery = await untilRecovered(scene, disk);
  await scene.changes(3, few);
  disk.fill();
  await scene.stop();
  disk.fill(); // also what the gateway left
  await scene.start();
  await scene.changes(5, few);
  const startedWhenFull = scene.isRunning();
  console.log(`started on the full disk: ${scene.degraded() ?? 'nothing is wrong'}`);
  disk.free();
  const recoveredAgain = await scene.within(10, () => !scene.isDegraded() && taker.verdict().lost === 0);
  const failure = await onReadOnly(scene, disk);
  await pause(2_000); // for what might come twice
  const { lost, repeated, reordered, notes } = taker.verdict();
  for (const note of notes.slice(0, 20)) console.log(`seed ${seed}: ${note}`);
  await taker.close();
  await scene.stop();
  return {
    changes: field.happened(),
    lost,
    repeated,
    reordered,
    ...reserve.figures,
    ...recovery.figures,
    polls_missed: pollsMissed(field, reserve.from, recovery.to),
    started_when_full: Number(startedWhenFull),
    recovered_again: Number(recoveredAgain),
    ...failure,
  };
}

type Scene = ReturnType<typeof sceneOf>;

function sceneOf({ field, taker, folder, random }: SceneParts) {
  let gateway: RigChild | undefined;
  const within = async (seconds: number, holds: () => boolean): Promise<boolean> => {
    for (const end = Date.now() + seconds * 1_000; Date.now() < end; await pause(50)) if (holds()) return true;
    return holds();
  };
  const isRunning = (): boolean => gateway?.process.exitCode === null && gateway.process.signalCode === null;
  return {
    field,
    taker,
    within,
    isRunning,
    degraded: () => taker.degraded(),
    isDegraded: () => taker.degraded() !== undefined,
    async start() {
      const before = field.served.length;
      gateway = startGateway(new URL('../dist/fengsui.js', import.meta.url), folder);
      await within(10, () => field.served.length > before || !isRunning());
    },
    stop: async () => gateway && endRigChild(gateway),
    /** So many seconds of changes in the field, or until `enough`. */
    async changes(seconds: number, perSecond: number, enough: () => boolean = () => false) {
      for (const end = Date.now() + seconds * 1_000; Date.now() < end && !enough(); await pause(100))
        for (let n = 0; n < perSecond / 10; n++) field.change(random);
    },
  };
}

type SceneParts = {
  readonly field: AlarmField;
  readonly taker: AlarmTaker;
  readonly folder: string;
  readonly random: () => number;
};

/** The disk is full: how long what was allocated in advance lasts. */
async function untilUsedUp(scene: Scene, disk: SmallDisk) {
  const { field, taker, isDegraded } = scene;
  const told = taker.seqs.length;
  disk.fill();
  const from = Date.now();
  console.log(`full after ${field.happened()} changes`);
  await scene.changes(quietS, few, isDegraded);
  const atOnce = Number(isDegraded());
  // What the journal of readings gives back for the alarms is taken by the other program as well, each second.
  for (let second = 0; second < stormS && !isDegraded(); second++) {
    await scene.changes(1, many, isDegraded);
    disk.fill();
  }
  const raised = isDegraded();
  const onReserve = taker.seqs.length - told;
  console.log(`after ${onReserve} more: ${scene.degraded() ?? 'nothing is wrong yet'}`);
  return { from, figures: { fault_raised: Number(raised), degraded_at_once: atOnce, stored_on_reserve: onReserve } };
}

/** More happens that finds no room; then there is room again. */
async function untilRecovered(scene: Scene, disk: SmallDisk) {
  const { field, taker, isDegraded } = scene;
  await scene.changes(degradedS, few);
  const held = field.happened() - taker.seqs.length;
  console.log(`room again; ${held} changes are not yet told`);
  disk.free();
  const freed = Date.now();
  const noMore = await scene.within(recoveryS, () => !isDegraded());
  const to = Date.now();
  // The fault of the journal itself was stored, too, and is over ten seconds after the trouble is.
  const isTold = await scene.within(recoveryS, () => taker.verdict().lost === 0 && taker.ofItself.at(-1) === 'cleared');
  const recovered = Number(noMore && isTold && scene.isRunning());
  return { to, figures: { held_in_memory: held, recovered, recovery_s: (to - freed) / 1_000 } };
}

/**
 * The fault has to be told, and the field still to be polled. What happens meanwhile is in memory alone; the gateway is
 * stopped, the disk repaired, and what stands is judged anew: each change of the field is told in the end.
 */
async function onReadOnly(scene: Scene, disk: SmallDisk): Promise<Record<string, number>> {
  const { field, taker } = scene;
  if (!disk.fail()) {
    console.log(`${disk.kind} cannot be made to fail: not tried`);
    return { read_only_tried: 0, read_only_failed: 0 };
  }
  const from = Date.now();
  await scene.changes(degradedS, few);
  const isRaised = await scene.within(degradedS, scene.isDegraded);
  console.log(`the file system failed: ${scene.degraded() ?? 'nothing is wrong'}`);
  const missed = pollsMissed(field, from, Date.now());
  await scene.stop();
  disk.repair();
  await scene.start();
  await scene.changes(degradedS, few);
  const isWell = await scene.within(recoveryS, () => !scene.isDegraded() && taker.verdict().lost === 0);
  console.log(`read-only: told ${isRaised}, polls missed ${missed}, well again and all told ${isWell}`);
  return { read_only_tried: 1, read_only_failed: Number(!isRaised || missed > 0 || !isWell) };
}

/** Periods in which the field was not asked. */
function pollsMissed({ served }: AlarmField, from: number, to: number): number {
  const times = [from, ...served.map(({ at }) => at).filter((at) => at > from && at < to), to];
  const gaps = times.slice(1).map((at, i) => at - (times[i] ?? at));
  return gaps.reduce((missed, gap) => missed + Math.max(0, Math.round(gap / pollMs) - 1), 0);
}

const siteOf = (field: AlarmField, broker: number, journal: string, key: string): string => `version: 1
gateway: { id: trial-01, name: Trial, district: "330603", town: "001", clock: trusted }
uplinks: [{ url: "mqtt://127.0.0.1:${broker}" }]
operators: [{ name: trial, key: "${key}" }]
journal: { path: "${journal}", maxMb: 4, commitMs: 500 }
${field.yaml}`;
