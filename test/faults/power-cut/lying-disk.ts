import type { Call } from './record-calls.ts';

/**
 * What a power cut leaves of what was not synced. `whole`: everything, as if the cache had been written in time. `none`:
 * nothing. `mixed`: of each block of 4 KiB the old or any later state, of names and lengths any earlier state. `torn`:
 * as `mixed`, and one block that was being written holds garbage, together with what it shared that block with.
 */
export const cuts = ['whole', 'none', 'mixed', 'torn'] as const;
export type Cut = (typeof cuts)[number];

const block = 4_096;

type Pending =
  | { readonly number: number; readonly at: number; readonly bytes: Buffer }
  | { readonly number: number; readonly size: number };
type File = { durable: Buffer; pending: Pending[] };
type Naming = { readonly path: string; readonly file: File | undefined };

export type LyingDisk = {
  /** The next call of a record. */
  apply(call: Call): void;
  /** The files after a cut at this moment. */
  cut(kind: Cut, random: () => number): ReadonlyMap<string, Buffer>;
};

/** A disk that keeps what was synced, and is free in what it makes of the rest. Files that `apply` is told of are its only ones. */
export function lyingDisk(): LyingDisk {
  const names = new Map<string, File>(); // as programs see them
  let durableNames = new Map<string, File>();
  let naming: Naming[] = []; // not yet durable; a journalling file system keeps their order
  let number = 0;

  const nameNow = (path: string, file: File | undefined): void => {
    if (file) names.set(path, file);
    else names.delete(path);
    naming.push({ path, file });
  };
  const settleNames = (count: number): void => {
    durableNames = renamed(durableNames, naming.slice(0, count));
    naming = naming.slice(count);
  };
  const fileAt = (path: string): File => {
    const known = names.get(path);
    if (known) return known;
    throw new Error(`a call on ${path}, which was never opened`);
  };
  return {
    apply(call) {
      const current = number++;
      switch (call.kind) {
        case 'create':
          if (!names.has(call.path)) nameNow(call.path, { durable: Buffer.alloc(0), pending: [] });
          break;
        case 'remove':
          nameNow(call.path, undefined);
          break;
        case 'rename':
          nameNow(call.to, fileAt(call.path));
          nameNow(call.path, undefined);
          break;
        case 'write':
          fileAt(call.path).pending.push({ number: current, at: call.at, bytes: call.bytes });
          break;
        case 'truncate':
          fileAt(call.path).pending.push({ number: current, size: call.size });
          break;
        case 'sync': {
          const file = names.get(call.path);
          if (!file) return settleNames(naming.length); // of the folder itself
          const covered = file.pending.filter((p) => p.number < call.before);
          file.durable = covered.reduce(applied, file.durable);
          file.pending = file.pending.filter((p) => p.number >= call.before);
          settleNames(naming.findLastIndex((n) => n.file === file) + 1);
          break;
        }
        case 'told':
          break;
      }
    },
    cut(kind, random) {
      const kept = { whole: naming.length, none: 0 };
      const count = kind === 'whole' || kind === 'none' ? kept[kind] : Math.floor(random() * (naming.length + 1));
      const files = [...renamed(durableNames, naming.slice(0, count))];
      const written = files.filter(([, { pending }]) => pending.some((p) => 'bytes' in p));
      const torn = kind === 'torn' ? written[Math.floor(random() * written.length)]?.[0] : undefined;
      return new Map(files.map(([path, file]) => [path, after(file, kind, random, path === torn)]));
    },
  };
}

function renamed(names: ReadonlyMap<string, File>, steps: readonly Naming[]): Map<string, File> {
  const now = new Map(names);
  for (const { path, file } of steps) {
    if (file) now.set(path, file);
    else now.delete(path);
  }
  return now;
}

function after({ durable, pending }: File, kind: Cut, random: () => number, tear: boolean): Buffer {
  if (kind === 'whole') return pending.reduce(applied, durable);
  if (kind === 'none') return durable;
  return blockwise(durable, pending, random, tear);
}

function applied(content: Buffer, step: Pending): Buffer {
  if ('size' in step) return resized(content, step.size);
  const next = resized(content, Math.max(content.length, step.at + step.bytes.length));
  step.bytes.copy(next, step.at);
  return next;
}

function resized(content: Buffer, size: number): Buffer {
  const next = Buffer.alloc(size);
  content.copy(next, 0, 0, Math.min(size, content.length));
  return next;
}

/** Every block that was written to is as it was, or as it was after any of the writes to it. */
function blockwise(durable: Buffer, pending: readonly Pending[], random: () => number, tear: boolean): Buffer {
  const sizes = pending.filter((p) => 'size' in p);
  const shortened = sizes[Math.floor(random() * (sizes.length + 1))];
  let content = shortened ? applied(durable, shortened) : Buffer.from(durable);
  const touched = new Map<number, { at: number; bytes: Buffer }[]>();
  for (const write of pending) {
    if (!('bytes' in write)) continue;
    for (const piece of piecesOf(write)) {
      const number = Math.floor(piece.at / block);
      const pieces = touched.get(number);
      if (pieces) pieces.push(piece);
      else touched.set(number, [piece]);
    }
  }
  for (const pieces of touched.values()) {
    const taken = Math.floor(random() * (pieces.length + 1));
    for (const piece of pieces.slice(0, taken)) content = put(content, piece);
  }
  const numbers = [...touched.keys()];
  const garbled = numbers[Math.floor(random() * numbers.length)];
  return tear && garbled !== undefined ? garble(content, garbled * block, random) : content;
}

function piecesOf({ at, bytes }: { readonly at: number; readonly bytes: Buffer }): { at: number; bytes: Buffer }[] {
  const pieces = [];
  for (let from = at; from < at + bytes.length; ) {
    const to = Math.min(at + bytes.length, (Math.floor(from / block) + 1) * block);
    pieces.push({ at: from, bytes: bytes.subarray(from - at, to - at) });
    from = to;
  }
  return pieces;
}

/** In place where it fits: `content` is ours. */
function put(content: Buffer, { at, bytes }: { at: number; bytes: Buffer }): Buffer {
  const end = at + bytes.length;
  const room = end > content.length ? resized(content, end) : content;
  bytes.copy(room, at);
  return room;
}

function garble(content: Buffer, from: number, random: () => number): Buffer {
  const whole = resized(content, Math.max(content.length, from + block));
  for (let i = from; i < from + block; i++) whole[i] = Math.floor(random() * 256);
  return whole;
}
