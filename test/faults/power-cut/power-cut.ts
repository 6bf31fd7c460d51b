import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { seededRandom } from '../../../simulators/water/seeded-random.ts';
import { debian } from '../../support/debian.ts';
import { type Cut, cuts, lyingDisk } from './lying-disk.ts';
import { type Acknowledged, readBack } from './read-back.ts';
import { type Call, recordCalls } from './record-calls.ts';

/** One after the other on the same journal: a file of an older version, brought forward; killed, closed, killed. */
const lives = [
  { commits: 60, end: 'old' },
  { commits: 250, end: 'kill' },
  { commits: 200, end: 'close' },
  { commits: 250, end: 'kill' },
] as const;
/** The driver for Node 20 gives files back when their statements are collected. */
const collectEach = 20;

type Tally = {
  lost: number;
  telemetry_lost: number;
  telemetry_torn: number;
  renumbered: number;
  unopened: number;
  silent_damage: number;
  set_aside: number;
};

/**
 * What a journal writes and syncs is recorded by strace, over the lives of it. Then a power cut is put between any two
 * of those calls: what was synced is there, of the rest a disk may keep, lose, reorder or garble what it likes. Each
 * state is opened, and every record in it compared with what was written.
 */
export async function powerCut({ states, seed }: { states: number; seed: number }): Promise<Record<string, number>> {
  if (!debian('strace')) {
    console.log('skipped: strace is missing, and nothing else sees what SQLite writes: apt-get install strace');
    return { skipped: 1 };
  }
  const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir(); // reading back syncs a lot, and nobody needs it to
  const folder = await mkdtemp(join(tmpdir(), 'fengsui-cut-'));
  const scratch = await mkdtemp(join(memory, 'fengsui-cut-'));
  try {
    const calls = await recorded(join(folder, 'journal'), seed);
    console.log(`${calls.length} calls recorded, ${states} states, seed ${seed}`);
    return await examined(calls, { states, seed, scratch });
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(scratch, { recursive: true, force: true });
  }
}

async function recorded(directory: string, seed: number): Promise<readonly Call[]> {
  const calls: Call[] = [];
  const writer = fileURLToPath(new URL('./journal-writer.js', import.meta.url));
  for (const [life, { commits, end }] of lives.entries())
    await recordCalls([writer, directory, String(seed + life), String(commits), end], directory, calls);
  return calls;
}

type Options = { readonly states: number; readonly seed: number; readonly scratch: string };

async function examined(calls: readonly Call[], { states, seed, scratch }: Options): Promise<Record<string, number>> {
  const tally: Tally = {
    lost: 0,
    telemetry_lost: 0,
    telemetry_torn: 0,
    renumbered: 0,
    unopened: 0,
    silent_damage: 0,
    set_aside: 0,
  };
  const random = seededRandom(seed);
  const moments = Array.from({ length: states }, () => Math.floor(random() * (calls.length + 1))).toSorted(
    (a, b) => a - b,
  );
  const disk = lyingDisk();
  const acknowledged = { alarm: 0, telemetry: 0 };
  let done = 0;
  for (const [state, moment] of moments.entries()) {
    for (const call of calls.slice(done, moment)) {
      disk.apply(call);
      if (call.kind === 'told') acknowledged[call.told.lane] = call.told.upTo;
    }
    done = Math.max(done, moment);
    const cut = cuts[state % cuts.length] ?? 'whole';
    const files = disk.cut(cut, seededRandom(seed + state));
    const wrong = await examine(
      files,
      { cut, folder: join(scratch, `state-${state % collectEach}`), acknowledged },
      tally,
    );
    if (wrong) console.log(`seed ${seed}, state ${state} (${cut}, before call ${moment}): ${wrong}`);
    if (state % collectEach === collectEach - 1) collect();
    if (state % 500 === 499) console.log(`${state + 1} states`, JSON.stringify(tally));
  }
  return { states, calls: calls.length, ...tally };
}

type State = { readonly cut: Cut; readonly folder: string; readonly acknowledged: Acknowledged };

/** What is wrong with this state, for the report. */
async function examine(files: ReadonlyMap<string, Buffer>, state: State, tally: Tally): Promise<string | undefined> {
  const { lost, renumbered, silent, unopened, notes } = await readBack(files, state.folder, state.acknowledged);
  const isTorn = state.cut === 'torn';
  if (lost.alarm > 0) tally.lost++;
  // A torn block may take the last readings along, and their numbers; never an alarm.
  const isTelemetryHit = lost.telemetry > 0 || renumbered.includes('telemetry');
  if (isTelemetryHit) tally[isTorn ? 'telemetry_torn' : 'telemetry_lost']++;
  if (renumbered.includes('alarm')) tally.renumbered++;
  if (silent.length > 0) tally.silent_damage++;
  if (unopened !== undefined) tally.unopened++;
  const setAside = notes.filter((note) => note.includes('set aside'));
  if (setAside.length > 0) {
    tally.set_aside++;
    console.log(`${state.cut}, ${JSON.stringify(state.acknowledged)}: ${setAside.join('; ')}`);
  }
  const isAlarmHit = lost.alarm > 0 || renumbered.includes('alarm');
  if (!isAlarmHit && (isTorn || !isTelemetryHit) && silent.length === 0 && unopened === undefined) return undefined;
  const { acknowledged } = state;
  return JSON.stringify({ acknowledged, lost, renumbered, silent: silent.slice(0, 5), unopened, notes });
}

function collect(): void {
  setFlagsFromString('--expose-gc');
  const gc: () => void = runInNewContext('gc');
  gc();
}
