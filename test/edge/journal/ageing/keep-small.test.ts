import { expect, it } from 'vitest';
import { keepSmall } from '../../../../edge/journal/ageing/keep-small.ts';
import { settled } from '../../../support/settled.ts';

/** A lane that says this when it is looked at. */
async function failuresOf(error: Error): Promise<unknown[]> {
  const failures: unknown[] = [];
  const refuses = (): never => {
    throw error;
  };
  const telemetry = {
    file: { transaction: (work: () => unknown) => work(), mark: () => undefined },
    lane: { extent: refuses, read: refuses },
    aged: { rows: {}, away: {} },
    isCrowded: () => true,
  };
  const around = {
    telemetry: telemetry as never,
    history: undefined,
    tableBytes: () => undefined,
    onFailure: (e: unknown) => failures.push(e),
  };
  const small = keepSmall(
    { directory: '', maxBytes: 1, maxDays: 1, newId: 1, history: { days: 1, maxBytes: 1 } },
    around,
  );
  small.wake();
  await settled();
  return failures;
}

it.each([
  new Error('disk I/O error'),
  Object.assign(new Error('i/o'), { errcode: 266 }),
  new Error('database or disk is full'),
])('a disk that refuses to be read (%s) is tried again with the next entry, and costs no thread', async (error) => {
  expect(await failuresOf(error)).toEqual([]);
});

it.each([new Error('database disk image is malformed'), new TypeError('a mistake of ours')])(
  'nothing can go on after %s',
  async (error) => {
    expect(await failuresOf(error)).toEqual([error]);
  },
);
