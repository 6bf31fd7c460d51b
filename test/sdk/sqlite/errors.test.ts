import { expect, it } from 'vitest';
import { DamagedFile, isBusy, isDamage, isFull, isOfSqlite } from '../../../sdk/sqlite/errors.ts';

const coded = (errcode: number): Error => Object.assign(new Error('words'), { errcode });

it.each<[error: unknown, kinds: string]>([
  [coded(11), 'sqlite damage'],
  [coded(522), 'sqlite damage'],
  [coded(1), 'sqlite damage'],
  [new DamagedFile('cut off'), 'sqlite damage'],
  [new Error('database disk image is malformed'), 'sqlite damage'],
  [coded(13), 'sqlite full'],
  [new Error('database or disk is full'), 'sqlite full'],
  [coded(5), 'sqlite busy'],
  [new Error('database is locked'), 'sqlite busy'],
  [coded(266), 'sqlite'], // an input/output error while reading
  [new Error('disk I/O error'), 'sqlite'], // and as the package for Node 20 tells it
  [new Error('x is not a function'), ''],
  [new TypeError('x is not a function'), ''],
  ['disk I/O error', ''],
])('%s: %s', (error, kinds) => {
  const found = [
    isOfSqlite(error) && 'sqlite',
    isDamage(error) && 'damage',
    isFull(error) && 'full',
    isBusy(error) && 'busy',
  ];
  expect(found.filter(Boolean).join(' ')).toBe(kinds);
});
