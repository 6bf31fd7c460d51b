import { spawnSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Told } from './written.ts';
import { toldIn } from './written.ts';

/** What a program did to its files, in order. Paths are absolute. */
export type Call =
  | { readonly kind: 'create'; readonly path: string }
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'rename'; readonly path: string; readonly to: string }
  | { readonly kind: 'write'; readonly path: string; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly path: string; readonly size: number }
  /** It returned; it covers what was called before the call `before`, counted from the start of the record. */
  | { readonly kind: 'sync'; readonly path: string; readonly before: number }
  | { readonly kind: 'told'; readonly told: Told };

const traced = 'openat,creat,pwrite64,write,pwritev,writev,ftruncate,fallocate,fsync,fdatasync,unlink,unlinkat,rename';
/** No write of SQLite is longer than a page. */
const longestText = 70_000;

/** Runs a program of this repository under strace (Debian's), and appends what it did below `directory` to `calls`. */
export async function recordCalls(argv: readonly string[], directory: string, calls: Call[]): Promise<void> {
  const out = `${directory}.strace`;
  const options = ['-f', '-y', '-xx', '-qq', '-s', String(longestText), '-e', `trace=${traced}`, '-e', 'signal=none'];
  const { status, signal, error, stderr } = spawnSync('strace', [...options, '-o', out, process.execPath, ...argv], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (error) throw error;
  if (status !== 0 && signal !== 'SIGKILL') throw new Error(`the recorded program ended with ${status}: ${stderr}`);
  const begun = new Map<string, { text: string; before: number }>();
  for await (const line of createInterface({ input: createReadStream(out, 'latin1') })) {
    const [, thread = '', text = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text);
    if (text.endsWith('<unfinished ...>')) {
      begun.set(thread, { text: text.slice(0, -'<unfinished ...>'.length).trimEnd(), before: calls.length });
      continue;
    }
    const start = resumed ? begun.get(thread) : { text: '', before: calls.length };
    if (!start) continue;
    const call = callIn(start.text + (resumed?.[1] ?? text), directory, start.before);
    if (call) calls.push(call);
  }
}

/** A line of strace, as a call that concerns the folder; undefined for any other, and for one that failed. */
export function callIn(line: string, directory: string, before: number): Call | undefined {
  const [, name = '', rest = '', result = ''] = /^(\w+)\((.*)\)\s+= (-?\d+)/.exec(line) ?? [];
  if (name === '' || Number(result) < 0) return undefined;
  const path = textIn(/<([^>]*)>/.exec(rest)?.[1] ?? '');
  const quoted = /"((?:[^"\\]|\\.)*)"/.exec(rest)?.[1] ?? '';
  const numbers =
    rest
      .slice(rest.lastIndexOf('"') + 1)
      .match(/\d+/g)
      ?.map(Number) ?? [];
  if (name === 'write') {
    const told = /^1\b/.test(rest) ? toldIn(textIn(quoted)) : undefined;
    if (told) return { kind: 'told', told };
  }
  if (name === 'rename') return renameIn(rest, directory);
  const named = name.startsWith('unlink') || name === 'openat' ? absolute(path, textIn(quoted)) : path;
  if (named !== directory && !named.startsWith(`${directory}/`)) return undefined;
  switch (name) {
    case 'openat':
      return rest.includes('O_CREAT') ? { kind: 'create', path: named } : undefined;
    case 'unlink':
    case 'unlinkat':
      return { kind: 'remove', path: named };
    case 'pwrite64': {
      const bytes = bytesIn(quoted).subarray(0, Number(result));
      return { kind: 'write', path, at: numbers[1] ?? 0, bytes };
    }
    case 'ftruncate':
      return { kind: 'truncate', path, size: Number(/, (\d+)$/.exec(rest)?.[1]) };
    case 'fsync':
    case 'fdatasync':
      return { kind: 'sync', path, before };
    default:
      throw new Error(`the trial does not know what ${name} does to a file: ${line.slice(0, 200)}`);
  }
}

function renameIn(rest: string, directory: string): Call | undefined {
  const [from = '', to = ''] = [...rest.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => textIn(text));
  return from.startsWith(`${directory}/`) ? { kind: 'rename', path: from, to } : undefined;
}

const absolute = (folder: string, name: string): string => (name.startsWith('/') ? name : `${folder}/${name}`);

/** strace writes every byte as `\x41` with `-xx`. */
function bytesIn(quoted: string): Buffer {
  return Buffer.from(quoted.replaceAll('\\x', ''), 'hex');
}

const textIn = (text: string): string => (text.includes('\\x') ? bytesIn(text).toString('utf8') : text);
