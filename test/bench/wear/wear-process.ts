/** `wear-process.js KEEPER DIRECTORY COMMIT_MS SECONDS` or `wear-process.js history DIRECTORY`: what writes, in a process of its own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSqlite } from '../../../sdk/sqlite/driver.ts';
import { historyOfLane, historyPeriodMs } from '../../support/history-lane.ts';
import { appendLog } from './append-log.ts';
import { feed, type Keeper, points } from './load.ts';
import { ours, settleOurs } from './ours.ts';
import { rows } from './rows.ts';

export type Keeping = 'ours' | 'rows' | 'log';
/** Each is told at its moment and answered with any message before it goes on. */
export type Stage =
  /** It has been opened, to be closed at once: what that writes is not for what was kept. */
  | { readonly stage: 'open' | 'shut' }
  | { readonly stage: 'settled' }
  | { readonly stage: 'fed'; readonly samples: number; readonly commits: number }
  | { readonly stage: 'closed'; readonly samples: number; readonly ownBytes: number };

const perHour = 3_600_000 / historyPeriodMs;
/** From then on each point's hours fill a page of their own. */
const settledHours = 12;
const measuredHours = 3;

const opened: Record<Keeping, (directory: string, commitMs: number) => Promise<Keeper>> = {
  async ours(directory, commitMs) {
    await settleOurs(directory, commitMs, `${directory}-history`);
    const idle = await ours(directory, commitMs);
    await tell({ stage: 'open' });
    await idle.close();
    await tell({ stage: 'shut' });
    return ours(directory, commitMs);
  },
  rows: async (directory, commitMs) => rows(await loadSqlite(), directory, commitMs),
  log: async (directory, commitMs) => appendLog(directory, commitMs),
};

async function tell(stage: Stage): Promise<void> {
  const answered = new Promise((done) => process.once('message', done));
  process.send?.(stage);
  await answered;
}

const ownBytes = (): number => Number(/^write_bytes: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);

async function keep(
  keeping: Keeping,
  directory: string,
  [commitMs = 0, seconds = 0]: readonly number[],
): Promise<void> {
  const keeper = await opened[keeping](directory, commitMs);
  await tell({ stage: 'settled' });
  const before = ownBytes();
  const samples = await feed(keeper, seconds);
  await tell({ stage: 'fed', samples, commits: keeper.commits() });
  await keeper.close();
  await tell({ stage: 'closed', samples, ownBytes: ownBytes() - before });
}

async function takeHistory(directory: string): Promise<void> {
  const past = historyOfLane(await loadSqlite(), join(directory, 'history.db'), points);
  const takenUpTo = async (hours: number): Promise<void> => {
    past.take(hours * perHour + 1);
    await past.ask({ device: 'gate', from: 0, to: 1, after: 0 }); // answered once all is taken in
  };
  await takenUpTo(settledHours);
  await tell({ stage: 'settled' });
  const before = ownBytes();
  await takenUpTo(settledHours + measuredHours);
  await tell({ stage: 'closed', samples: measuredHours * perHour * points, ownBytes: ownBytes() - before });
}

const [task, directory, ...numbers] = process.argv.slice(2);
if (directory !== undefined) {
  if (task === 'history') await takeHistory(directory);
  else if (task === 'ours' || task === 'rows' || task === 'log') await keep(task, directory, numbers.map(Number));
  process.disconnect();
}
