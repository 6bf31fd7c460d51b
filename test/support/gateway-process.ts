import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The built `fengsui`. */
export const program = fileURLToPath(new URL('../../dist/fengsui.js', import.meta.url));

export type LogLine = { readonly event: string; readonly [field: string]: unknown };

/** A gateway of a test: the built program as a process of its own, in a folder of its own that outlives its restarts. */
export interface GatewayUnderTest extends AsyncDisposable {
  /** Its configuration file. */
  readonly config: string;
  readonly log: readonly LogLine[];
  /** Of the process that was started last. */
  readonly pid: number;
  /** Resolves with the first line, past or future, that fits. */
  logged(event: string, fits?: (line: LogLine) => boolean): Promise<LogLine>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** In order. */
  stop(): Promise<void>;
  start(): void;
}

export async function startGatewayUnderTest(yaml: string): Promise<GatewayUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'fengsui-test-'));
  const config = join(folder, 'site.yaml');
  await writeFile(config, yaml);
  const log: LogLine[] = [];
  const readers = new Set<() => void>();
  let child: ChildProcess | undefined;
  let gone: Promise<void> = Promise.resolve();

  const start = (): void => {
    const started = spawn(process.execPath, [program, 'run', '--config', config], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child = started;
    gone = new Promise((resolve) => {
      started.once('exit', () => resolve());
    });
    let rest = '';
    started.stderr.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) log.push(line.startsWith('{') ? JSON.parse(line) : { event: 'text', text: line });
      for (const read of readers) read();
    });
  };
  start();
  return {
    config,
    log,
    get pid() {
      return child?.pid ?? 0;
    },
    start,
    logged: (event, fits = () => true) =>
      new Promise((resolve) => {
        const read = (): void => {
          const found = log.find((line) => line.event === event && fits(line));
          if (!found) return;
          readers.delete(read);
          resolve(found);
        };
        readers.add(read);
        read();
      }),
    async kill() {
      child?.kill('SIGKILL');
      await gone;
    },
    async stop() {
      child?.kill('SIGTERM');
      await gone;
    },
    async [Symbol.asyncDispose]() {
      child?.kill('SIGTERM');
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs `fengsui` to its end. */
export function runProgram(args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}
