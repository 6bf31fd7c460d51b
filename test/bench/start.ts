import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { siteFolder } from '../support/rig.ts';
import type { LoadReport } from './history-process.ts';
import { inProcess, outOfCache } from './in-process.ts';
import type { FillReport, OpenReport } from './start-process.ts';

/** A tenth of the room is kept free: the file has 512 MB then. */
const megabytes = 570;
const rounds = 5;
const files = ['alarms.db', 'telemetry.db', 'history.db'].flatMap((name) => [name, `${name}-wal`]);

/**
 * How long a gateway takes to start on a full journal, out of the page cache: readings up to their room of 512 MB, 2,000
 * alarms, a week's history of 100 points that belongs to another journal, so that it has all readings to catch up with.
 * After a proper stop, and after `kill -9` with the logs as they were.
 */
export async function start(): Promise<Record<string, number>> {
  await using folder = await siteFolder(site);
  const directory = join(folder.path, 'data');
  await mkdir(directory);
  const { seconds } = await inProcess<LoadReport>(script('history-process'), 'load', join(directory, 'history.db'));
  console.log(`history loaded in ${seconds.toFixed(0)} s`);
  const task = <T>(name: string, end: string): Promise<T> =>
    inProcess<T>(script('start-process'), name, directory, String(megabytes), end);
  const { entries } = await task<FillReport>('fill', 'kill');
  console.log(`${entries} entries of readings, telemetry.db has ${sizeOf(join(directory, 'telemetry.db'))} MB`);

  const opened = async (end: string): Promise<readonly OpenReport[]> => {
    const reports: OpenReport[] = [];
    for (let round = 0; round < rounds; round++) {
      await cold(directory);
      const report = await task<OpenReport>('open', end);
      console.log(end, JSON.stringify(report));
      reports.push(report);
    }
    return reports;
  };
  const killed = await opened('kill');
  await task<OpenReport>('open', 'close');
  const closed = await opened('close');
  const gateway: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await cold(directory);
    gateway.push(await gatewayStartMs(folder.path));
  }
  console.log('gateway', JSON.stringify(gateway));
  const most = (reports: readonly OpenReport[], of: (report: OpenReport) => number): number =>
    Math.round(Math.max(...reports.map(of)));
  return {
    start_ms_512mb: most([...closed, ...killed], (r) => r.openMs),
    start_closed_ms_512mb: most(closed, (r) => r.openMs),
    start_killed_ms_512mb: most(killed, (r) => r.openMs),
    first_alarm_ms_512mb: most([...closed, ...killed], (r) => r.alarmMs),
    gateway_start_ms_512mb: Math.round(Math.max(...gateway)),
    telemetry_mb: most(closed, (r) => r.telemetryMb),
    quarantined: most([...closed, ...killed], (r) => r.quarantined),
  };
}

const script = (name: string): URL => new URL(`./${name}.js`, import.meta.url);
const sizeOf = (path: string): number => Math.round(statSync(path).size / 1_048_576);

async function cold(directory: string): Promise<void> {
  for (const name of files) if (existsSync(join(directory, name))) await outOfCache(join(directory, name));
}

/** From the start of the process to the line in its log; then `kill -9`. */
async function gatewayStartMs(folder: string): Promise<number> {
  const program = new URL('../dist/fengsui.js', import.meta.url).pathname;
  const began = performance.now();
  const child = spawn(program, ['run', '--config', join(folder, 'site.yaml')], { stdio: ['ignore', 'ignore', 'pipe'] });
  const gone = once(child, 'exit');
  let tookMs = Number.NaN;
  for await (const line of createInterface({ input: child.stderr })) {
    if (!line.includes('"gateway.started"')) continue;
    tookMs = performance.now() - began;
    break;
  }
  child.kill('SIGKILL');
  await gone;
  return tookMs;
}

const site = `version: 1
gateway: { id: start-01, name: Start, district: "330603", town: "001", clock: trusted }
uplinks: [{ id: centre, url: "mqtt://127.0.0.1:9" }]
journal: { maxMb: ${megabytes} }
buses:
  - { id: street, tcp: "127.0.0.1:9", devices: [{ id: meter, profile: generic/raw-registers, unit: 1, name: Meter }] }
`;
