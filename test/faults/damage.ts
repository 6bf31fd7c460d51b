import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quantile } from '../../simulators/demo/ledger.ts';
import { seededRandom } from '../../simulators/water/seeded-random.ts';
import {
  copyJournal,
  damage,
  damages,
  fileOf,
  filledJournal,
  readDamaged,
  written,
} from '../support/damaged-journal.ts';

const counts = [1, 4, 16] as const;
const worker = new URL('../dist/journal-worker.js', import.meta.url);
const lanes = ['alarm', 'telemetry'] as const;

/**
 * A journal with known content is damaged in every way in turn (pages of garbage, flipped bits, an end that is cut off;
 * of the file of alarms, or of readings) and opened by the journal as a gateway does. Whatever it reads back must be what
 * was written; and how much that is, of what there was, is told beside how much of the file was hit.
 */
export async function damageTrial({ runs, seed }: { runs: number; seed: number }): Promise<Record<string, number>> {
  const root = await mkdtemp(join(tmpdir(), 'fengsui-damage-'));
  const never = { unopened: 0, invented: 0, renumbered: 0 };
  const figures: Record<string, number> = {};
  try {
    const whole = join(root, 'whole');
    await mkdir(whole);
    await filledJournal(whole, true);
    const cases = lanes.flatMap((lane) => damages.flatMap((kind) => counts.map((count) => ({ lane, kind, count }))));
    for (const { lane, kind, count } of cases) {
      const saved: number[] = [];
      let hit = 0;
      for (let run = 0; run * cases.length < runs; run++) {
        const folder = join(root, 'damaged');
        await mkdir(folder);
        copyJournal(whole, folder);
        hit = damage(join(folder, fileOf[lane]), kind, count, seededRandom(seed + run));
        const found = await readDamaged(folder, worker);
        if (found.unopened !== undefined) never.unopened++;
        if (found.invented.length > 0) never.invented++;
        if (found.renumbered.length > 0) never.renumbered++;
        if (found.unopened ?? found.invented[0] ?? found.renumbered[0])
          console.log(`seed ${seed + run}, ${lane} ${kind} ${count}: ${JSON.stringify(found)}`);
        saved.push(found.saved[lane] / written[lane]);
        await rm(folder, { recursive: true });
      }
      const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
      console.log(
        `${lane}, ${count} ${kind}: some ${percent(hit)} of the pages hit; saved ${percent(quantile(saved, 0.5))} in the middle, ${percent(Math.min(...saved))} at least`,
      );
      figures[`saved_${lane}_${kind}_${count}`] = Number(quantile(saved, 0.5).toFixed(4));
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
  return { runs, ...never, ...figures };
}
