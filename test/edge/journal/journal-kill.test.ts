import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { expect, it, onTestFailed } from 'vitest';
import { openJournal } from '../../../edge/journal/open-journal.ts';
import { wallTime } from '../../../sdk/model/time.ts';
import { journalDirectory, journalWorker } from '../../support/journal-directory.ts';

/** Appends for ever in both lanes, and prints `<lane> <seq>` only after the journal acknowledged. */
const endless = (directory: string): string => `
import { openJournal } from './edge/journal/open-journal.ts';
import { systemClock } from './edge/platform/clock.ts';
const log = { info() {}, warn() {}, child: () => log };
const journal = await openJournal({
  directory: ${JSON.stringify(directory)}, maxBytes: 4194304, clock: systemClock('synced'), log,
  worker: new URL(${JSON.stringify(journalWorker.href)}),
});
const run = async (lane) => {
  for (;;) {
    const seqs = await Promise.all([1, 2, 3].map(() =>
      journal.append(lane, Date.now(), (seq) => new TextEncoder().encode(lane + seq), { key: lane, value: new Uint8Array([1]) })));
    for (const seq of seqs) process.stdout.write(lane + ' ' + seq + '\\n');
  }
};
await Promise.all([run('alarm'), run('telemetry')]);
`;

it('what was acknowledged before kill -9 is there after it, and numbering goes on without a gap', {
  timeout: 60_000,
}, async () => {
  let stage = 'the bundle is made';
  onTestFailed(() => console.error(`it ended while ${stage}`));
  await using directory = journalDirectory();
  const script = directory.file('endless.mjs');
  const bundle = {
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outfile: script,
    logLevel: 'error',
  } as const;
  await build({
    ...bundle,
    stdin: { contents: endless(directory.directory), resolveDir: process.cwd(), loader: 'ts' },
  });
  const acknowledged = { alarm: 0, telemetry: 0 };
  for (let round = 1; round <= 3; round += 1) {
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    let lines = 0;
    stage = `round ${round} writes`;
    for await (const line of createInterface({ input: child.stdout })) {
      const [lane, seq] = line.split(' ');
      if (lane === 'alarm' || lane === 'telemetry') acknowledged[lane] = Math.max(acknowledged[lane], Number(seq));
      lines += 1;
      if (lines === 40 * round) child.kill('SIGKILL');
    }
    stage = `round ${round} ends`;
    await exited;
    stage = `the journal of round ${round} is opened and read`;
    await using journal = await openJournal(directory.options);
    for (const lane of ['alarm', 'telemetry'] as const) {
      const entries = await journal.read(lane, 0, 10_000);
      expect(entries.map((e) => e.seq)).toEqual(entries.map((_, i) => i + 1));
      expect(entries.every((e) => new TextDecoder().decode(e.body) === `${lane}${e.seq}`)).toBe(true);
      expect(entries.length).toBeGreaterThanOrEqual(acknowledged[lane]);
      expect(await journal.append(lane, wallTime(1), (seq) => new TextEncoder().encode(`${lane}${seq}`))).toBe(
        entries.length + 1,
      );
      acknowledged[lane] = entries.length + 1;
    }
    expect([...(await journal.kept('')).keys()].toSorted()).toEqual(['alarm', 'telemetry']);
    expect(journal.status().quarantined).toBe(0);
  }
});
