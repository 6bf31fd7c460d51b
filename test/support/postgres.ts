import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './mosquitto.ts';

/** A server of a test, on 127.0.0.1 with passwords, in a folder that is gone with it. */
export type Postgres = AsyncDisposable & {
  readonly port: number;
  /** As the superuser `postgres`, or as another user. */
  readonly url: (user?: string, password?: string) => string;
  /** As `systemctl restart` does, without waiting for clients. */
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
  /** `kill -9` of the whole server. */
  readonly crash: () => Promise<void>;
};

export const superPassword = 'a secret/with:@ signs';

/** The newest version of Debian's server. */
function binaries(): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).filter((v) => existsSync(join(root, v, 'bin', 'initdb'))) : [];
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
  return newest === undefined ? undefined : join(root, newest, 'bin');
}

/**
 * Whether Debian's PostgreSQL is there, so that a test can be skipped where it is not. On CI nothing is skipped.
 * @throws Error when `CI` is set and it is missing
 */
export function hasPostgres(): boolean {
  const isThere = binaries() !== undefined;
  if (!isThere && process.env['CI'])
    throw new Error('PostgreSQL is missing, and CI must not skip a test: apt-get install postgresql');
  return isThere;
}

/** The server refuses to run as root. */
function serverUser(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

export async function startPostgres(): Promise<Postgres> {
  const bin = binaries() ?? '';
  const user = serverUser();
  const folder = await mkdtemp(join(tmpdir(), 'fengsui-postgres-'));
  const password = join(folder, 'password');
  await writeFile(password, superPassword);
  if (user.uid !== undefined && user.gid !== undefined)
    for (const path of [folder, password]) chownSync(path, user.uid, user.gid);
  const data = join(folder, 'data');
  const run = (program: string, args: readonly string[]): Promise<void> => finished(join(bin, program), args, user);
  const auth = ['--username', 'postgres', '--pwfile', password, '--auth', 'scram-sha-256'];
  const texts = ['--encoding', 'UTF8', '--locale', 'C.UTF-8', '--no-sync'];
  await run('initdb', ['--pgdata', data, ...auth, ...texts]);
  const port = await freePort();
  const settings = `-c listen_addresses=127.0.0.1 -c port=${port} -c unix_socket_directories=${folder} -c max_connections=40 -c log_min_messages=panic`;
  const start = (): Promise<void> =>
    run('pg_ctl', [
      'start',
      '--wait',
      '--silent',
      '--pgdata',
      data,
      '--log',
      join(folder, 'log'),
      '--options',
      settings,
    ]);
  const stop = (mode: string) => (): Promise<void> =>
    run('pg_ctl', ['stop', '--wait', '--silent', '--mode', mode, '--pgdata', data]);
  await start();
  const shut = stop('immediate');
  return {
    port,
    url: (name = 'postgres', secret = superPassword) =>
      `postgres://${name}:${encodeURIComponent(secret)}@127.0.0.1:${port}/postgres`,
    start,
    stop: stop('fast'),
    crash: shut,
    async [Symbol.asyncDispose]() {
      await shut().catch(() => undefined); // a test may have stopped it
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function finished(program: string, args: readonly string[], user: object): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], ...user });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words += text;
  });
  return new Promise((resolve, reject) => {
    // Not `close`: the server that was started keeps the pipe.
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}: ${words}`)),
    );
    child.once('error', reject);
  });
}
