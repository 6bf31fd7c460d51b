import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type PtyPair = AsyncDisposable & { readonly near: string; readonly far: string };

/** A null-modem cable: two pseudo-terminals joined with each other. Needs socat. */
export async function ptyPair(): Promise<PtyPair> {
  const folder = mkdtempSync(join(tmpdir(), 'fengsui-pty-'));
  const near = join(folder, 'near');
  const far = join(folder, 'far');
  const socat = spawn('socat', [`pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`], { stdio: 'ignore' });
  while (!existsSync(near) || !existsSync(far)) await new Promise((turn) => setTimeout(turn, 5));
  return {
    near,
    far,
    async [Symbol.asyncDispose]() {
      const gone = once(socat, 'exit');
      socat.kill('SIGKILL');
      await gone;
      rmSync(folder, { recursive: true });
    },
  };
}
