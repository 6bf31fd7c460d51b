import { basename } from 'node:path';
import { describeError } from '../../sdk/model/errors.ts';
import type { OpenDatabase } from '../../sdk/sqlite/driver.ts';
import type { AlarmFile } from './alarm-file.ts';
import type { DatabaseFile } from './database-file.ts';
import type { Entry, Keep, Lane, Seq } from './journal.ts';
import { type Salvaged, type SalvageInto, salvagedMark, startSalvage } from './salvage.ts';
import { salvageDone, trySalvage } from './set-aside.ts';
import type { Note } from './store.ts';
import type { TelemetryFile } from './telemetry-file.ts';

/** What of a start may go into it, the newest entries apart; what is left stays in the file beside. */
const budgetMs = { alarm: 1_000, telemetry: 400 } as const satisfies Record<Lane, number>;

type Options = {
  readonly alarms: AlarmFile;
  readonly telemetry: TelemetryFile;
  readonly notes: Note[];
  /** Ms on a clock that only goes forward. */
  readonly now: () => number;
};

/** What was saved of the files that were set aside, now or in a start that was cut off; nothing where none was. */
export type SalvagedLanes = ReadonlyMap<Lane, Salvaged>;

type Side = {
  readonly lane: Lane;
  readonly into: SalvageInto;
  /** The file of the other lane, which knows how far this one had come. */
  readonly peer: DatabaseFile;
};

/** Before anything else is written. Whatever is wrong with the files that were set aside, the journal opens. */
export function salvageLanes(open: OpenDatabase, { alarms, telemetry, notes, now }: Options): SalvagedLanes {
  // A value that came with telemetry has mostly moved to the alarms already, and may be older than what is there.
  const keep = (value: Keep): void => {
    if (!alarms.kept(value.key).has(value.key)) telemetry.keep(value);
  };
  const intoAlarms = (entry: Entry): Seq => {
    alarms.lane.insert(entry);
    return entry.seq;
  };
  const sides: readonly Side[] = [
    { lane: 'alarm', into: { ...alarms, takeOver: intoAlarms, hasRoom: () => true }, peer: telemetry.file },
    { lane: 'telemetry', into: { ...telemetry, keep }, peer: alarms.file },
  ];
  const found = new Map<Lane, Salvaged>();
  try {
    const begun = sides.flatMap((side) => {
      const aside = toSalvage(side.into.file);
      if (aside === undefined) return [];
      found.set(side.lane, nothing); // should it fail on the way, the file holds less than there was all the same
      return [{ ...side, aside, salvage: startSalvage(open, aside, side.into) }];
    });
    for (const { lane, into, peer, aside, salvage } of begun) {
      const upTo = peer.mark('peer-ceiling') ?? 0;
      const last = peer.mark('peer-last') ?? 0;
      const salvaged = salvage.finish({ upTo, last, now, budgetMs: budgetMs[lane] });
      into.file.setMark(doneMark(aside), 1);
      into.file.db.exec('PRAGMA wal_checkpoint(FULL)'); // synced, before it is taken for done
      salvageDone(into.file.path);
      found.set(lane, salvaged);
      notes.push({ kind: 'salvaged', text: `${aside}: ${wordsFor(salvaged)}` });
    }
  } catch (e) {
    notes.push({ kind: 'damaged', text: `not all that is sound in the damaged files was saved: ${describeError(e)}` });
  }
  return found;
}

const nothing: Salvaged = { entries: 0, kept: 0, missing: 0, leftBelow: 0 };

/** The file that was set aside in the place of this one, unless it was salvaged already. */
function toSalvage(file: DatabaseFile): string | undefined {
  const aside = trySalvage(file.path);
  if (aside === undefined || file.mark(doneMark(aside)) === undefined) return aside;
  salvageDone(file.path);
  return undefined;
}

/** In the new file itself: a power cut can bring back the word that it is still to be done, and newer values are there. */
const doneMark = (aside: string): string => `${salvagedMark}${basename(aside)}`;

function wordsFor({ entries, kept, missing, leftBelow }: Salvaged): string {
  const left = leftBelow > 0 ? `; those below ${leftBelow} were left in it` : '';
  return `${entries} entries and ${kept} kept values were saved, ${missing} entries are missing${left}`;
}
