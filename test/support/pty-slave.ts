import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ScriptedSlave, scriptedSlave } from './scripted-slave.ts';

export type PtySlave = ScriptedSlave & {
  readonly path: string;
  /** Takes the adapter away; resolves when it is gone. */
  unplug(): Promise<void>;
  /** Puts it back under the same path. */
  plug(): Promise<void>;
};

/** An RTU slave behind a pseudo-terminal. Needs socat. */
export async function ptySlave(): Promise<PtySlave> {
  const slave = await scriptedSlave('rtu');
  const folder = mkdtempSync(join(tmpdir(), 'fengsui-pty-'));
  const path = join(folder, 'tty');
  let socat: ChildProcess | undefined;
  const plug = async (): Promise<void> => {
    const before = slave.connections();
    socat = spawn('socat', [`pty,raw,echo=0,link=${path}`, `tcp:127.0.0.1:${slave.port},nodelay`], { stdio: 'ignore' });
    while (!existsSync(path) || slave.connections() === before) await new Promise((turn) => setTimeout(turn, 5));
  };
  const unplug = async (): Promise<void> => {
    const program = socat;
    socat = undefined;
    if (!program) return;
    const gone = new Promise((exit) => program.once('exit', exit));
    program.kill('SIGKILL');
    await gone;
    rmSync(path, { force: true });
  };
  await plug();
  return {
    ...slave,
    path,
    plug,
    unplug,
    async [Symbol.asyncDispose]() {
      await unplug();
      await slave[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}
