import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { openFileStore } from '../../../sdk/store/file/open-file-store.ts';
import { buildEndlessWriter } from '../../support/endless-writer.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const rounds = 6;

it('has all that was acknowledged before kill -9, and no half of a round more', { timeout: 60_000 }, async () => {
  const folder = await temporaryFolder();
  const script = await buildEndlessWriter(folder);
  const store = join(folder, 'store');
  let acknowledged = 0;
  for (let kill = 1; kill <= rounds; kill++) {
    const child = spawn(process.execPath, [script, store], {
      stdio: ['ignore', 'pipe', 'inherit'],
      cwd: process.cwd(),
    });
    const exited = once(child, 'exit');
    let lines = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      expect(line).toMatch(/^(open|\d+)$/);
      if (line !== 'open') acknowledged = Math.max(acknowledged, Number(line));
      if (++lines === 10 * kill) child.kill('SIGKILL');
    }
    await exited;
    await using opened = await openFileStore({ folder: store });
    const alarms = (await opened.alarms.list({ limit: 10_000 })).items;
    expect(alarms.length).toBeGreaterThanOrEqual(acknowledged);
    expect(alarms.map((e) => e.seq)).toEqual(alarms.map((_, i) => i + 1));
    expect((await opened.audit.list({ limit: 10_000 })).items.length).toBeGreaterThanOrEqual(acknowledged);
    expect((await opened.desired.get('gw-1'))?.version).toBeGreaterThanOrEqual(acknowledged);
    const ask = { gateway: 'gw-1', device: 'd', from: new Date(0), to: new Date(Date.now()), limit: 10_000 };
    const samples = (await opened.history.range(ask)).items;
    expect(samples.length % 10).toBe(0);
    expect(samples.length / 10).toBeGreaterThanOrEqual(acknowledged);
  }
  expect(acknowledged).toBeGreaterThan(100);
});

it('lets one process in, and the next as soon as the first is killed', { timeout: 60_000 }, async () => {
  const folder = await temporaryFolder();
  const script = await buildEndlessWriter(folder);
  const store = join(folder, 'store');
  const first = spawn(process.execPath, [script, store], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(first, 'exit');
  for await (const line of createInterface({ input: first.stdout })) if (line === '3') break;
  const refused = await openFileStore({ folder: store }).catch((e: unknown) => e);
  expect(refused).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('only one process') });
  first.kill('SIGKILL');
  await exited;
  await using opened = await openFileStore({ folder: store });
  expect(await openFileStore({ folder: store }).catch((e: unknown) => e)).toMatchObject({ code: 'UNAVAILABLE' });
  expect((await opened.alarms.list()).items.length).toBeGreaterThan(0);
});
