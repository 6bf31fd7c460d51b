import { execFile } from 'node:child_process';
import { expect, it } from 'vitest';
import { endWithin } from '../../../edge/platform/process.ts';

/** The function as another process runs it: it uses nothing but what every process has. */
const run = (script: string): Promise<string> =>
  new Promise((done) => {
    execFile(process.execPath, ['-e', `(${String(endWithin)})(300); ${script}`], (e) =>
      done(e === null ? 'by itself' : String(e.signal)),
    );
  });

it('a process that a hanging thread keeps alive is ended by force; one that ends by itself is not waited for', async () => {
  expect(await run(`new (require('node:worker_threads').Worker)('for (;;);', { eval: true })`)).toBe('SIGKILL');
  expect(await run('')).toBe('by itself');
});
