import { join } from 'node:path';
import { openJournal } from '../../edge/journal/open-journal.ts';
import type { Clock } from '../../edge/platform/clock.ts';
import { systemClock } from '../../edge/platform/clock.ts';
import { loadConfig } from '../../edge/runtime/config/load-config.ts';
import { telemetryRecorder } from '../../edge/runtime/telemetry-recorder.ts';
import { monoTime, wallTime } from '../../sdk/model/time.ts';
import { recordingLog } from '../support/recording-log.ts';

/** The readings of an outage: of each register of the raw devices, every ten seconds another value. */
export const rounds = 10_000;
export const periodMs = 10_000;
/** Registers of a raw device. */
export const registers = 10;

/** Rounds whose writes may wait for the disk at once: the journal would give up more than 10,000 entries. */
const waitEvery = 200;

/** Fills the journal of a site with what its recorder would have stored from `start` on, and nobody has taken. */
export async function storeBacklog(folder: string, worker: URL, start: number): Promise<{ readonly entries: number }> {
  const site = await loadConfig(join(folder, 'site.yaml'));
  const real = systemClock();
  let mono = 0;
  const clock: Clock = {
    ...real,
    mono: () => monoTime(mono),
    wall: () => wallTime(start + mono),
    trust: () => 'synced',
  };
  const log = recordingLog();
  const { path: directory, maxBytes, history } = site.journal;
  await using journal = await openJournal({ directory, maxBytes, history, worker, clock: real, log });
  const recorder = telemetryRecorder({
    journal,
    clock,
    log,
    boot: 1,
    commitMs: periodMs,
    chunkBytes: 48_000,
    onStored: () => undefined,
  });
  const raw = [...recorder.setDevices(site.devices)].filter(([device]) => device.startsWith('raw-')).map(([, p]) => p);
  let storing: Promise<void>[] = [];
  for (let round = 0; round < rounds; round++) {
    mono = round * periodMs;
    for (const points of raw)
      for (const point of points)
        recorder.record(point, { quality: 'good', at: clock.mono(), value: (round * 7 + point.column) % 60_000 });
    storing.push(recorder.flush());
    if (storing.length < waitEvery) continue;
    await Promise.all(storing);
    storing = [];
  }
  await Promise.all(storing);
  const lost = log.lines.filter(({ event }) => event.startsWith('telemetry.') || event.startsWith('journal.'));
  if (lost.length > 0) throw new Error(`the backlog could not be stored: ${JSON.stringify(lost[0])}`);
  return { entries: journal.status().lanes.telemetry.last };
}
