import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const entry = join(root, 'dist/index.js');

/** Loads the entry as an application does, and tells what the process has then. */
const program = `
  import { createRequire } from 'node:module';
  await import(process.argv[1]);
  console.log(JSON.stringify({ packages: Object.keys(createRequire(process.argv[1]).cache), own: process.moduleLoadList }));
`;

type Loaded = { readonly packages: readonly string[]; readonly own: readonly string[] };
let loaded: Loaded;

beforeAll(async () => {
  expect(existsSync(entry), 'npm run bundle makes it').toBe(true);
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program, entry]);
  loaded = JSON.parse(stdout);
});

/** The built files that come with one: whatever it imports, and they in turn. */
function filesWith(file: string, known = new Set<string>()): ReadonlySet<string> {
  if (known.has(file)) return known;
  known.add(file);
  const text = readFileSync(file, 'utf8');
  for (const [, near] of text.matchAll(/(?:from |import\(?)"(\.[^"]+)"/g))
    if (near) filesWith(join(dirname(file), near), known);
  return known;
}

it('the entry of the SDK loads nothing of the gateway, and nothing that signs certificates', () => {
  const sources = [...filesWith(entry)].flatMap((file): string[] => {
    const { sources: list } = JSON.parse(readFileSync(`${file}.map`, 'utf8'));
    return list.map((source: string) => relative(root, join(dirname(file), source)));
  });
  expect(sources).toContain(join('sdk', 'client', 'connect.ts'));
  const rooms = new Set(sources.map((source) => source.split('/').slice(0, 2).join('/')));
  expect([...rooms].filter((room) => !/^(sdk\/(index\.ts|client|wire|model)|device-profiles\/)/.test(room))).toEqual(
    [],
  );
});

it('the entry of the SDK loads no database, no driver and no certificates’ library', () => {
  expect(loaded.packages.some((path) => path.includes('/node_modules/mqtt/'))).toBe(true);
  const foreign = /\/(pg|pg-[a-z]+|@photostructure|koffi|serialport|@peculiar|zod|yaml|node-schedule|johnny-five)\//;
  expect(loaded.packages.filter((path) => foreign.test(path))).toEqual([]);
  expect(loaded.own.filter((name) => /sqlite/.test(name))).toEqual([]);
});
