import { FengsuiError } from '../model/errors.ts';

export type Row = Readonly<Record<string, unknown>>;
export type Column = number | string | Uint8Array | null;

export interface Statement {
  run(...values: Column[]): { readonly changes: number | bigint };
  get(...values: Column[]): Row | undefined;
  all(...values: Column[]): readonly Row[];
}

/** What Fengsui uses of `node:sqlite`. */
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

/** Opens the file of a `file:` URI. */
export type OpenDatabase = (uri: string) => Database;

/** `node:sqlite` needs no flag from Node 22.13 on; before, the same API comes from an optional package. */
const builtInSince = { major: 22, minor: 13 };

/**
 * The one place that loads SQLite.
 *
 * A `Database` that is collected while in use crashes the process, and `close` of the package for Node 20 keeps the
 * lock until its statements are collected. So every database stays referenced here, and its thread ends after `close`.
 * @throws FengsuiError DRIVER_MISSING
 */
export async function loadSqlite(node = process.versions.node): Promise<OpenDatabase> {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  const isBuiltIn = major > builtInSince.major || (major === builtInSince.major && minor >= builtInSince.minor);
  const name = isBuiltIn ? 'node:sqlite' : '@photostructure/sqlite';
  const constructor = databaseOf(await withoutExperimentalWarning(() => loadModule(name)));
  if (!constructor) throw missing(name);
  const alive = new Set<Database>();
  return (uri) => {
    const database = new constructor(uri);
    alive.add(database);
    return database;
  };
}

type DatabaseConstructor = new (uri: string) => Database;

const isConstructor = (candidate: unknown): candidate is DatabaseConstructor => typeof candidate === 'function';

/** `DatabaseSync` was renamed `Database` (Node deprecation DEP0210). */
function databaseOf(module: unknown): DatabaseConstructor | undefined {
  if (typeof module !== 'object' || module === null) return undefined;
  if ('Database' in module && isConstructor(module.Database)) return module.Database;
  if ('DatabaseSync' in module && isConstructor(module.DatabaseSync)) return module.DatabaseSync;
  return undefined;
}

async function loadModule(name: string): Promise<unknown> {
  try {
    return await import(name); // a variable: bundlers must leave it, and one of the two is always absent
  } catch (cause) {
    throw missing(name, cause);
  }
}

const missing = (name: string, cause?: unknown): FengsuiError =>
  new FengsuiError(
    'DRIVER_MISSING',
    `SQLite is needed, and ${name} cannot be loaded: use Node 22.13 or newer, or run "npm install @photostructure/sqlite@1.2.1"`,
    { details: { name }, cause },
  );

/** Node prints a warning for `node:sqlite` at each start, which an operator can do nothing about. Only that one is dropped. */
async function withoutExperimentalWarning<T>(work: () => Promise<T>): Promise<T> {
  const emit: typeof process.emitWarning = Reflect.get(process, 'emitWarning');
  process.emitWarning = (...warning: unknown[]): void => {
    if (!String(warning[0]).startsWith('SQLite is an experimental feature')) Reflect.apply(emit, process, warning);
  };
  try {
    return await work();
  } finally {
    process.emitWarning = emit;
  }
}
