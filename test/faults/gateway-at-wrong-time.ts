import { fork } from 'node:child_process';
import { join } from 'node:path';
import { fieldsOf } from '../../sdk/wire/parse.ts';
import type { RigChild } from '../support/rig.ts';

/** One line of the gateway's log, and when it came by the host's clock. */
export type Told = { readonly event: string; readonly key: string; readonly at: number };

export type WrongGateway = RigChild & {
  readonly log: readonly Told[];
  /** Sets its system clock to so far from the host's. */
  readonly set: (offset: number, synced: boolean) => void;
  /** Resolves with the first line from now on that fits; rejects after 15 s. */
  readonly next: (event: string, key?: string) => Promise<Told>;
};

const patience = 15_000;

export function gatewayAtWrongTime(folder: string, offset: number, synced: boolean): WrongGateway {
  const args = [join(folder, 'site.yaml'), String(offset), synced ? 'yes' : 'no'];
  const child = fork(new URL('./clock-gateway.js', import.meta.url), args, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const log: Told[] = [];
  const waiting = new Set<(line: Told) => void>();
  let rest = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    const at = Date.now();
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (!line.startsWith('{')) {
        console.error(line);
        continue;
      }
      const fields = fieldsOf(JSON.parse(line), 'log');
      const told = { event: fields.text('event'), key: fields.has('key') ? fields.text('key') : '', at };
      log.push(told);
      for (const look of waiting) look(told);
    }
  });
  return {
    process: child,
    gone: new Promise((resolve) => child.once('exit', () => resolve())),
    log,
    set: (to, isSynced) => void child.send({ set: to, synced: isSynced }),
    next: (event, key) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`no ${event} ${key ?? ''} within ${patience} ms`)), patience);
        const look = (line: Told): void => {
          if (line.event !== event || (key !== undefined && line.key !== key)) return;
          clearTimeout(late);
          waiting.delete(look);
          resolve(line);
        };
        waiting.add(look);
      }),
  };
}
