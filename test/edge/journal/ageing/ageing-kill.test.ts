import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { openJournal } from '../../../../edge/journal/open-journal.ts';
import { encodePointTable } from '../../../../sdk/wire/point-table.ts';
import { journalDirectory, journalWorker } from '../../../support/journal-directory.ts';
import { numberedReadings } from '../../../support/numbered-readings.ts';

const maxBytes = 256 * 1_024;
const rounds = 6;
/** Readings of so many entries a round: the room is used up in the second. */
const entriesOfRound = 500;

/** Appends readings for ever, and prints the number of each that the journal acknowledged. */
const endless = (directory: string): string => `
import { openJournal } from './edge/journal/open-journal.ts';
import { systemClock } from './edge/platform/clock.ts';
import { numberedReadings } from './test/support/numbered-readings.ts';
const log = { info() {}, warn() {}, child: () => log };
const journal = await openJournal({
  directory: ${JSON.stringify(directory)}, maxBytes: ${maxBytes}, clock: systemClock('synced'), log,
  worker: new URL(${JSON.stringify(journalWorker.href)}),
});
const readings = numberedReadings({ log: journal.id, columns: 40, stepMs: 10_000 });
for (;;) {
  const next = journal.status().lanes.telemetry.last + 1;
  const seqs = await Promise.all(Array.from({ length: 10 }, (_, i) => {
    const { at } = readings.entry(next + i);
    return journal.append('telemetry', at, (seq) => readings.entry(seq).body);
  }));
  process.stdout.write(seqs.at(-1) + '\\n');
}
`;

it('however it is killed while it sums up: no number is missing or told twice, and every sum is right', async () => {
  await using directory = journalDirectory();
  const script = directory.file('endless.mjs');
  const bundle = { bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error' } as const;
  const stdin = { contents: endless(directory.directory), resolveDir: process.cwd(), loader: 'ts' } as const;
  await build({ ...bundle, stdin, outfile: script });
  const options = { ...directory.options, maxBytes };
  let summarised = 0;
  {
    await using journal = await openJournal(options);
    const { table } = numberedReadings({ log: journal.id, columns: 40, stepMs: 10_000 });
    await journal.keep({ key: `table/${table.hash}`, value: encodePointTable(table) });
  }
  for (let round = 1; round <= rounds; round++) {
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    let acknowledged = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged = Number(line);
      if (acknowledged >= round * entriesOfRound + round * 7) child.kill('SIGKILL');
    }
    await exited;
    await using journal = await openJournal(options);
    const readings = numberedReadings({ log: journal.id, columns: 40, stepMs: 10_000 });
    const { wrong, missing, told } = readings.check(await journal.read('telemetry', 0, 1_000_000));
    expect([wrong, missing]).toEqual([[], []]);
    expect(told.length).toBe(40);
    for (const { last } of told) expect(last).toBeGreaterThanOrEqual(acknowledged);
    expect(journal.status().quarantined).toBe(0);
    ({ summarised } = journal.status().lanes.telemetry);
  }
  expect(summarised).toBeGreaterThan(1_000);
}, 60_000);
