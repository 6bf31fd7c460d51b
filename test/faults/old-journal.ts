import { existsSync } from 'node:fs';
import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Entry, Journal } from '../../edge/journal/journal.ts';
import { wallTime } from '../../sdk/model/time.ts';
import { encodePointTable } from '../../sdk/wire/point-table.ts';
import { encodeTelemetry } from '../../sdk/wire/telemetry.ts';
import { samplesAt, tableOf } from '../support/history-entries.ts';
import { pause, type RigChild } from '../support/rig.ts';
import { versionOneFile } from '../support/version-one-file.ts';

const points = 60;
/** After the copy has begun a kill comes within so long: beyond its end, and that of the change. */
const longestMs = 60;
const startsWithinMs = 20_000;

/** A journal whose `telemetry.db` is as the first version left it, and full of readings that are all still to be sent. */
export type OldJournal = {
  readonly entries: number;
  /** Kills gateways that bring it forward, each from the first version on. Returns how many of the kills came before the change was made. */
  killedOnTheWay(start: () => RigChild, kills: number, random: () => number): Promise<number>;
};

export async function oldJournal(directory: string, bytes: number, open: () => Promise<Journal>): Promise<OldJournal> {
  const table = tableOf(points);
  let log = 0;
  {
    await using journal = await open();
    await journal.keep({ key: `table/${table.hash}`, value: encodePointTable(table) });
    log = journal.id;
  }
  const file = join(directory, 'telemetry.db');
  const begin = Date.now() - 30 * 86_400_000;
  const entries: Entry[] = [];
  for (let size = 0, seq = 1; size < bytes; seq++) {
    const at = wallTime(begin + seq * 10_000);
    const head = { log, seq, boot: 1, trust: 'synced', table: table.hash } as const;
    const body = encodeTelemetry(head, table, samplesAt(points, at, seq));
    entries.push({ seq, at, body });
    size += body.length;
  }
  const kept = `${directory}-v1.db`;
  await versionOneFile(kept, entries, { id: log });
  const restore = async (): Promise<void> => {
    for (const name of await readdir(directory))
      if (name.startsWith('telemetry.db')) await rm(join(directory, name), { force: true });
    await cp(kept, file);
  };
  await restore();
  return {
    entries: entries.length,
    async killedOnTheWay(start, kills, random) {
      let before = 0;
      for (let n = 0; n < kills; n++) {
        await restore();
        const gateway = start();
        const end = Date.now() + startsWithinMs;
        while (!existsSync(`${file}.v1.bak.part`) && !existsSync(`${file}.v1.bak`) && Date.now() < end)
          await setImmediate();
        await pause(random() * longestMs);
        gateway.process.kill('SIGKILL');
        await gateway.gone;
        if (!existsSync(`${file}.v1.bak`)) before++;
      }
      await restore();
      return before;
    },
  };
}
