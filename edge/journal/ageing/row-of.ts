import { openTelemetry } from '../../../sdk/wire/telemetry.ts';
import { readable } from '../history/known-tables.ts';
import type { Entry, Seq } from '../journal.ts';
import { type Level, level } from './level-rows.ts';
import { spanOfLevel } from './sum-up.ts';

/** An entry as a row, by what its body says that it stands for: that is under a checksum, and the columns are not. */
export function rowOf(entry: Entry): Entry & { readonly first: Seq; readonly level: Level } {
  const message = readable(() => openTelemetry(entry.body));
  switch (message?.kind) {
    case 'summary': {
      const isFine = message.every <= spanOfLevel[level.minute];
      return { ...entry, first: message.first, level: isFine ? level.minute : level.quarter };
    }
    case 'gone':
      return { ...entry, first: message.first, level: level.gone };
    default:
      return { ...entry, first: entry.seq, level: level.raw };
  }
}
