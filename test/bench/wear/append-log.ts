import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32c } from '../../../edge/journal/crc32c.ts';
import { encodeAlarm } from '../../../sdk/wire/alarm-message.ts';
import { encodeCbor } from '../../../sdk/wire/cbor.ts';
import type { Sample } from '../../../sdk/wire/telemetry.ts';
import { answersAfterMs, destinations, type Keeper, roundOf } from './load.ts';

const settled = 50;
const headBytes = 8;

/** The least that can be done: one file, a record for each reading behind the last, `fdatasync`. Nothing is ever deleted, and cursors ride on the next commit. */
export function appendLog(directory: string, commitMs: number): Keeper {
  const file = openSync(join(directory, 'log'), 'a');
  let last = 0;
  let waiting: Sample[] = [];
  let cursors: Uint8Array[] = [];
  let commits = 0;

  const commit = (records: readonly Uint8Array[]): void => {
    writeSync(file, Buffer.concat([...records, ...cursors].map(framed)));
    fdatasyncSync(file);
    cursors = [];
    const upTo = last;
    for (const name of destinations)
      setTimeout(() => cursors.push(encodeCbor(['cursor', name, upTo])), answersAfterMs[name]);
  };
  const store = (): void => {
    const samples = waiting;
    waiting = [];
    if (samples.length === 0) return;
    commit(
      samples.map(({ column, wall, value }) =>
        encodeCbor([++last, column, wall, value.quality === 'lost' ? null : value.value]),
      ),
    );
    commits++;
  };
  for (let n = 0; n < settled; n++) {
    waiting.push(...roundOf(n));
    store();
  }
  commits = 0;
  const timer = setInterval(store, commitMs);
  return {
    take: (sample) => waiting.push(sample),
    // The record of the change is its kept value, too: whoever starts reads the log.
    alarm: (change) => commit([encodeAlarm({ log: 1, seq: ++last, change })]),
    commits: () => commits,
    async close() {
      clearInterval(timer);
      store();
      closeSync(file);
    },
  };
}

/** Length and checksum before each record. */
function framed(body: Uint8Array): Uint8Array {
  const record = new Uint8Array(headBytes + body.length);
  const head = new DataView(record.buffer);
  head.setUint32(0, body.length);
  head.setUint32(4, crc32c(body));
  record.set(body, headBytes);
  return record;
}
