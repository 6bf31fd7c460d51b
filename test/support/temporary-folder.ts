import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

/** An empty folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fengsui-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The same, gone after the last test of the file or `describe`: for what `beforeAll` makes. */
export async function temporaryFolderOfFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fengsui-test-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
