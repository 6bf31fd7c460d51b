import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Journal, Lane } from '../../../edge/journal/journal.ts';
import { openJournal } from '../../../edge/journal/open-journal.ts';
import { systemClock } from '../../../edge/platform/clock.ts';
import { alarmStore } from '../../../edge/runtime/alarms/alarm-store.ts';
import type { SiteDevice } from '../../../edge/runtime/config/site.ts';
import { telemetryRecorder } from '../../../edge/runtime/telemetry-recorder.ts';
import type { AlarmChange } from '../../../sdk/model/alarm.ts';
import { deviceId } from '../../../sdk/model/ids.ts';
import type { PointSpec, ProfileSpec } from '../../../sdk/model/profile.ts';
import { millis } from '../../../sdk/model/time.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { answersAfterMs, destinations, type Keeper, nthChange, points, roundOf } from './load.ts';

/** Small, so that it is full when the measurement begins: from then on what is old gives way, as it does for years. */
const maxBytes = 4 * 1_048_576;
const settledAlarms = 1_100;
const tick = millis(500);

/** The gateway's journal, with its recorder, its store of alarms and two uplinks that take everything. */
export const ours = async (directory: string, commitMs: number): Promise<Keeper> =>
  (await opened(directory, commitMs)).keeper;

/** Until old entries give way. Closed again, so that the log is empty and what closing writes later is what was measured. */
export async function settleOurs(directory: string, commitMs: number, elsewhere: string): Promise<void> {
  historyElsewhere(directory, elsewhere);
  const settling = await opened(directory, commitMs);
  await settling.untilFull();
  await settling.keeper.close();
}

async function opened(directory: string, commitMs: number) {
  const clock = systemClock('synced');
  const log = recordingLog();
  const worker = new URL('../dist/journal-worker.js', import.meta.url);
  const journal = await openJournal({ directory, maxBytes, worker, clock, log });
  let commits = 0;
  const recorder = telemetryRecorder({
    journal,
    clock,
    log,
    boot: 1,
    commitMs,
    chunkBytes: 48 * 1_024,
    onStored: () => {
      commits++;
      takenByAll(journal, 'telemetry');
    },
  });
  const alarms = alarmStore({ journal, clock, log, onStored: () => takenByAll(journal, 'alarm') });
  const live = recorder.setDevices([gate]).get(gate.id) ?? [];
  const until = new AbortController();
  const running = recorder.run(until.signal);
  const take: Keeper['take'] = ({ column, value }) => {
    const point = live[column];
    if (point) recorder.record(point, { ...value, at: clock.mono() });
  };
  return {
    async untilFull() {
      for (let n = 0; journal.status().lanes.telemetry.first < 2; n++) {
        for (const sample of roundOf(n)) take(sample);
        await recorder.flush();
      }
      for (let n = 0; n < settledAlarms; n++) alarms.store(nthChange(n));
      while (journal.status().waiting > 0) await clock.sleep(tick, until.signal);
      await clock.sleep(tick, until.signal);
    },
    keeper: {
      take,
      alarm: (change: AlarmChange) => alarms.store({ ...change, at: { ...change.at, wall: clock.wall() } }),
      commits: () => commits,
      async close() {
        until.abort();
        await running;
        await journal[Symbol.asyncDispose]();
        const trouble = log.lines.filter(({ event }) => event !== 'journal.recovered');
        if (trouble.length > 0) throw new Error(`the journal said ${JSON.stringify(trouble)}`);
      },
    },
  };
}

function takenByAll(journal: Journal, lane: Lane): void {
  const { last } = journal.status().lanes[lane];
  for (const name of destinations) {
    setTimeout(() => {
      journal.acknowledge(name, lane, last).catch(() => undefined); // it was closed meanwhile
    }, answersAfterMs[name]);
  }
}

/** The history is measured by itself: in a file as young as this one all points of an hour share a page or two, and later none do. */
function historyElsewhere(directory: string, elsewhere: string): void {
  mkdirSync(elsewhere, { recursive: true });
  writeFileSync(join(elsewhere, 'history.db'), '');
  symlinkSync(join(elsewhere, 'history.db'), join(directory, 'history.db'));
}

const pointSpec: PointSpec = {
  from: 'holding',
  at: 0,
  as: 'u16',
  unit: '1',
  scale: 0.001,
  resolution: 0.001,
  range: [0, 1],
};
const profile: ProfileSpec = {
  id: 'trial/registers',
  name: { en: 'Registers', zh: '寄存器' },
  source: 'the benchmark',
  points: Object.fromEntries(Array.from({ length: points }, (_, i) => [`p-${i}`, pointSpec])),
  conditions: {},
  pollMs: 10_000,
  silenceMs: 60_000,
};
const gate: SiteDevice = {
  id: deviceId('gate'),
  bus: 'line',
  name: 'Gate',
  place: '',
  profile,
  settings: {},
  pollMs: 10_000,
  unit: 1,
};
