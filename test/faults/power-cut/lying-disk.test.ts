import { expect, it } from 'vitest';
import { seededRandom } from '../../../simulators/water/seeded-random.ts';
import { cuts, lyingDisk } from './lying-disk.ts';
import { callIn } from './record-calls.ts';

const path = '/d/file';
const page = (fill: number, at = 0) => ({ kind: 'write', path, at, bytes: Buffer.alloc(4_096, fill) }) as const;

/** What may stand at the start of the file after a cut of this kind, over many cuts. */
function outcomes(disk: ReturnType<typeof lyingDisk>, cut: (typeof cuts)[number]): Set<number | undefined> {
  return new Set(Array.from({ length: 100 }, (_, seed) => disk.cut(cut, seededRandom(seed)).get(path)?.[0]));
}

it('what was synced before the cut stays, whatever the disk does with the rest', () => {
  const disk = lyingDisk();
  disk.apply({ kind: 'create', path });
  disk.apply(page(1));
  disk.apply({ kind: 'sync', path, before: 2 });
  disk.apply(page(2, 4_096));
  for (const cut of cuts) expect(outcomes(disk, cut)).toEqual(new Set([1]));
});

it('a sync does not cover what was written after it had begun', () => {
  const disk = lyingDisk();
  disk.apply({ kind: 'create', path });
  disk.apply(page(1));
  disk.apply(page(2));
  disk.apply({ kind: 'sync', path, before: 2 });
  expect(outcomes(disk, 'none')).toEqual(new Set([1]));
  expect(outcomes(disk, 'whole')).toEqual(new Set([2]));
  expect(outcomes(disk, 'mixed')).toEqual(new Set([1, 2]));
});

it('a file whose name was never synced may be gone; a block being written may be torn', () => {
  const disk = lyingDisk();
  disk.apply({ kind: 'create', path });
  disk.apply(page(1));
  expect(outcomes(disk, 'none')).toEqual(new Set([undefined]));
  expect(outcomes(disk, 'mixed')).toEqual(new Set([undefined, 1]));
  expect(outcomes(disk, 'torn').size).toBeGreaterThan(10);
});

it('a renamed file has its old name, its new one or both until that is synced, and then its new one', () => {
  const disk = lyingDisk();
  disk.apply({ kind: 'create', path: '/d/part' });
  disk.apply({ ...page(1), path: '/d/part' });
  disk.apply({ kind: 'sync', path: '/d/part', before: 2 });
  disk.apply({ kind: 'rename', path: '/d/part', to: path });
  const names = new Set(
    Array.from({ length: 100 }, (_, seed) => [...disk.cut('mixed', seededRandom(seed)).keys()].join()),
  );
  expect(names).toEqual(new Set(['/d/part', `/d/part,${path}`, path]));
  disk.apply({ kind: 'sync', path: '/d', before: 4 });
  expect([...disk.cut('none', seededRandom(1)).keys()]).toEqual([path]);
});

const hex = (text: string): string =>
  [...Buffer.from(text)].map((b) => `\\x${b.toString(16).padStart(2, '0')}`).join('');

it.each([
  [`openat(AT_FDCWD</>, "${hex(path)}", O_RDWR|O_CREAT, 0644) = 17<${path}>`, { kind: 'create', path }],
  [`openat(AT_FDCWD</>, "${hex(path)}", O_RDWR) = 17<${path}>`, undefined],
  [`pwrite64(17<${path}>, "\\x41\\x42", 2, 24) = 2`, { kind: 'write', path, at: 24, bytes: Buffer.from('AB') }],
  [`pwrite64(17<${path}>, "\\x41\\x42", 2, 24) = -1 ENOSPC (No space left on device)`, undefined],
  [`ftruncate(17<${path}>, 100) = 0`, { kind: 'truncate', path, size: 100 }],
  [`fdatasync(17<${path}>) = 0`, { kind: 'sync', path, before: 5 }],
  [`unlink("${hex(path)}") = 0`, { kind: 'remove', path }],
  [`write(1<pipe:[1]>, "${hex('alarm 3\n')}", 8) = 8`, { kind: 'told', told: { lane: 'alarm', upTo: 3 } }],
  [`rename("${hex(path)}", "${hex('/d/other')}") = 0`, { kind: 'rename', path, to: '/d/other' }],
  ['fdatasync(17</elsewhere>) = 0', undefined],
])('a line of strace is read: %s', (line, call) => {
  expect(callIn(line, '/d', 5)).toEqual(call);
});
