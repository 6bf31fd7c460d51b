import { type ChildProcess, fork, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A child of a benchmark or trial, and how to end it. */
export type RigChild = { readonly process: ChildProcess; readonly gone: Promise<void> };

const goneOf = (child: ChildProcess): Promise<void> => new Promise((resolve) => child.once('exit', () => resolve()));

/** Starts `fengsui run` on a configuration in a folder of its own, `under` another program if that is given; the log goes to a file there. */
export function startGateway(program: URL, folder: string, under: readonly string[] = []): RigChild {
  const [command, ...parameters] = [...under, program.pathname, 'run', '--config', join(folder, 'site.yaml')];
  const child = spawn(command, parameters, {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr.pipe(createWriteStream(join(folder, 'gateway.log'), { flags: 'a' }));
  return { process: child, gone: goneOf(child) };
}

export async function siteFolder(yaml: string): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'fengsui-rig-'));
  await writeFile(join(path, 'site.yaml'), yaml);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export type RegisterServer = RigChild & {
  readonly ports: readonly number[];
  /** Resolves with the Unix ms at which the register had the value. */
  set(server: number, unit: number, address: number, value: number): Promise<number>;
};

/** Modbus TCP servers in a process of their own; see test/bench/register-server.ts. */
export function startRegisterServer(script: URL, servers: number, units: number): Promise<RegisterServer> {
  const child = fork(script, [String(servers), String(units)]);
  const waiting: ((at: number) => void)[] = [];
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the register server ended with ${code}`)));
    child.on('message', (message) => {
      if (typeof message !== 'object' || message === null) return;
      if ('at' in message) waiting.shift()?.(Number(message.at));
      if (!('ports' in message)) return;
      resolve({
        process: child,
        gone: goneOf(child),
        ports: Object.values(message.ports ?? {}).map(Number),
        set: (server, unit, address, value) =>
          new Promise((done) => {
            waiting.push(done);
            child.send({ set: [server, unit, address, value] });
          }),
      });
    });
  });
}

export async function endRigChild(child: RigChild): Promise<void> {
  if (child.process.exitCode !== null || child.process.signalCode !== null) return;
  child.process.kill('SIGTERM');
  const impatience = setTimeout(() => child.process.kill('SIGKILL'), 5_000);
  await child.gone;
  clearTimeout(impatience);
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
