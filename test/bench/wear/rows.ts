import { join } from 'node:path';
import type { OpenDatabase } from '../../../sdk/sqlite/driver.ts';
import { encodeAlarm } from '../../../sdk/wire/alarm-message.ts';
import type { Sample } from '../../../sdk/wire/telemetry.ts';
import { answersAfterMs, type Destination, destinations, type Keeper, roundOf } from './load.ts';

/** Commits before the measurement begins: the log has come to its full size and was brought into the file once or more. */
const settled = 400;

const schema = `
  PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
  CREATE TABLE reading(id INTEGER PRIMARY KEY, point INTEGER NOT NULL, at INTEGER NOT NULL, value REAL, quality INTEGER NOT NULL);
  CREATE INDEX reading_by_point ON reading(point, at);
  CREATE TABLE alarm(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, body BLOB NOT NULL);
  CREATE TABLE kept(key TEXT PRIMARY KEY, body BLOB NOT NULL);
  CREATE TABLE cursor(destination TEXT NOT NULL, lane TEXT NOT NULL, upto INTEGER NOT NULL, PRIMARY KEY(destination, lane))`;

/** As most gateways do it: one database, a row for each reading. Cursors ride on the next commit, which spares it commits of their own. */
export function rows(open: OpenDatabase, directory: string, commitMs: number): Keeper {
  const db = open(`file:${join(directory, 'rows.db')}`);
  db.exec(schema);
  const insert = db.prepare('INSERT INTO reading(point, at, value, quality) VALUES(?, ?, ?, 0)');
  const alarm = db.prepare('INSERT INTO alarm(id, at, body) VALUES(?, ?, ?)');
  const keep = db.prepare('INSERT OR REPLACE INTO kept(key, body) VALUES(?, ?)');
  const move = db.prepare('INSERT OR REPLACE INTO cursor(destination, lane, upto) VALUES(?, ?, ?)');
  const drop = { reading: 'DELETE FROM reading WHERE id <= ?', alarm: 'DELETE FROM alarm WHERE id <= ?' };
  const remove = { reading: db.prepare(drop.reading), alarm: db.prepare(drop.alarm) };
  const last = { reading: 0, alarm: 0 };
  const moved = new Map<string, () => void>();
  const cursors = { reading: new Map<Destination, number>(), alarm: new Map<Destination, number>() };
  let waiting: Sample[] = [];
  let commits = 0;

  const commit = (work: () => void): void => {
    db.exec('BEGIN IMMEDIATE');
    for (const write of moved.values()) write();
    moved.clear();
    work();
    db.exec('COMMIT');
  };
  const takenByAll = (lane: 'reading' | 'alarm'): void => {
    const upTo = last[lane];
    for (const name of destinations)
      setTimeout(() => {
        cursors[lane].set(name, upTo);
        moved.set(`${name} ${lane}`, () => {
          move.run(name, lane, upTo);
          remove[lane].run(Math.min(...destinations.map((each) => cursors[lane].get(each) ?? 0)));
        });
      }, answersAfterMs[name]);
  };
  const store = (): void => {
    const samples = waiting;
    waiting = [];
    if (samples.length === 0) return;
    commit(() => {
      for (const { column, wall, value } of samples) {
        insert.run(column, wall, value.quality !== 'lost' && typeof value.value === 'number' ? value.value : null);
      }
    });
    last.reading += samples.length;
    commits++;
    takenByAll('reading');
  };
  for (let n = 0; n < settled; n++) {
    waiting.push(...roundOf(n));
    store();
    remove.reading.run(last.reading - 100);
  }
  const checkpoint = (): void => db.exec('PRAGMA wal_checkpoint(FULL)');
  checkpoint(); // as the other one is opened anew
  commits = 0;
  const timer = setInterval(store, commitMs);
  return {
    take: (sample) => waiting.push(sample),
    alarm(change) {
      const body = encodeAlarm({ log: 1, seq: ++last.alarm, change });
      commit(() => {
        alarm.run(last.alarm, Date.now(), body);
        keep.run(change.condition, body);
      });
      takenByAll('alarm');
    },
    commits: () => commits,
    async close() {
      clearInterval(timer);
      store();
      checkpoint(); // closing does it, but this driver leaves statements open
      db.close();
    },
  };
}
