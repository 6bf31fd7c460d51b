import { expect, it } from 'vitest';
import { journalContract } from '../../contract/journal-contract.ts';
import { appendNumbered, numberOf } from '../../support/entries.ts';
import { fates, powerCutJournal } from '../../support/power-cut-journal.ts';

for (const fate of fates)
  journalContract(`journal whose power is cut at every third write, the one under way ${fate}`, () =>
    powerCutJournal(3, fate),
  );

it.each(fates)('nothing that was acknowledged is lost at a power cut, the write under way %s', async (fate) => {
  await using storage = await powerCutJournal(3, fate);
  await using journal = await storage.open();
  await appendNumbered(journal, 'alarm', 6);
  await appendNumbered(journal, 'telemetry', 6);
  expect(storage.cuts()).toBeGreaterThanOrEqual(4);
  for (const lane of ['alarm', 'telemetry'] as const)
    expect((await journal.read(lane, 0, 99)).map(({ body }) => numberOf(body))).toEqual([1, 2, 3, 4, 5, 6]);
});
