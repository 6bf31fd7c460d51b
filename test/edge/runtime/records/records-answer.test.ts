import { describe, expect, it } from 'vitest';
import type { Journal } from '../../../../edge/journal/journal.ts';
import { recordsAnswer } from '../../../../edge/runtime/records/records-answer.ts';
import { monoTime, wallTime } from '../../../../sdk/model/time.ts';
import { decodeCbor, encodeCbor } from '../../../../sdk/wire/cbor.ts';
import { hearEntry } from '../../../../sdk/wire/lane-entry.ts';
import { fieldsOf } from '../../../../sdk/wire/parse.ts';
import { encodeRecord } from '../../../../sdk/wire/record-message.ts';
import { readRunClock } from '../../../../sdk/wire/run-clock.ts';
import { alarmBytes } from '../../../support/fake-gateway.ts';
import { memoryJournal } from '../../../support/memory-journal.ts';

const at = { boot: 1, mono: monoTime(0), wall: wallTime(1), trust: 'synced' } as const;
const record = (seq: number): Uint8Array =>
  encodeRecord({ log: 7, seq, record: { kind: 'audit', at, act: 'stopped', why: `${seq}` } });
const clocks = [{ boot: 1, points: [{ mono: monoTime(5), wall: wallTime(1_790_000_000_000) }] }];

async function laneOf(...encode: readonly ((seq: number) => Uint8Array)[]): Promise<Journal> {
  const journal = memoryJournal();
  for (const each of encode) await journal.append('alarm', wallTime(1), each);
  return journal;
}
async function ask(journal: Journal, params: object = {}) {
  const answer = fieldsOf(await recordsAnswer({ journal, clocks }, fieldsOf(params, 'params')), 'answer');
  const bytes = (text: unknown): Uint8Array => Uint8Array.from(Buffer.from(String(text), 'base64'));
  const known = decodeCbor(bytes(answer.raw('clocks')));
  return {
    seqs: answer.list('records').map((text) => hearEntry(bytes(text)).seq),
    clocks: Array.isArray(known) ? known.map((raw) => readRunClock(raw, 'clock')) : [],
  };
}

describe('what was recorded, asked on the gateway itself', () => {
  it('is told oldest first, without alarms and without what nobody can read', async () => {
    const journal = await laneOf(
      record,
      (seq) => alarmBytes(seq),
      () => Uint8Array.of(0xff),
      () => encodeCbor(new Map([[0, 99]])),
      record,
    );
    expect(await ask(journal)).toEqual({ seqs: [1, 5], clocks });
  });

  it('is told the newest of, as many as are asked for', async () => {
    const journal = await laneOf(record, (seq) => alarmBytes(seq), record, record);
    expect((await ask(journal, { last: 2 })).seqs).toEqual([3, 4]);
  });

  it('is looked for far back among alarms', async () => {
    const alarms = Array.from({ length: 1_200 }, () => (seq: number) => alarmBytes(seq));
    expect((await ask(await laneOf(record, ...alarms, record))).seqs).toEqual([1, 1_202]);
  });

  it('is nothing on a journal that is empty', async () => {
    expect((await ask(memoryJournal())).seqs).toEqual([]);
  });

  it.each([0, 1_001])('is refused where %i are asked for', async (last) => {
    await expect(ask(memoryJournal(), { last })).rejects.toMatchObject({ code: 'INVALID' });
  });
});
