import { beforeEach, describe, expect, it } from 'vitest';
import type { IdentityFiles, Papers } from '../../../edge/identity/identity-files.ts';
import { type Trial, trial } from '../../../edge/identity/trial.ts';
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts';
import { certificatesOf, type Folder, identityFolder } from '../../support/identity-folder.ts';
import { recordingLog } from '../../support/recording-log.ts';

describe('an uplink that has a next certificate to try', () => {
  let clock: FakeClock;
  let folder: Folder;
  let files: IdentityFiles;
  let one: Trial;
  let reconnects = 0;
  const decided: string[] = [];

  const used = (papers: Papers): string => certificatesOf(papers).serial;
  const connects = async (up: boolean): Promise<string> => {
    const serial = used(await one.papers());
    one.told(up);
    await clock.advance(0);
    await new Promise((resolve) => setTimeout(resolve, 30)); // files
    return serial;
  };

  beforeEach(async () => {
    clock = fakeClock();
    folder = await identityFolder();
    ({ files } = folder);
    reconnects = 0;
    decided.length = 0;
    one = trial({
      files,
      clock,
      log: recordingLog(),
      reconnect: () => void reconnects++,
      decided: (outcome) => decided.push(outcome),
    });
  });

  it('takes it once the broker has, and has only the new one then', async () => {
    const present = await folder.present();
    expect(await connects(true)).toBe(present);
    const next = await folder.issueNext();
    expect(await connects(true)).toBe(next);
    expect(await folder.present()).toBe(next);
    expect(decided).toEqual(['taken']);
    expect(await connects(true)).toBe(next);
  });

  it('uses both by turns while no broker is reached, for as long as it takes', async () => {
    const present = await folder.present();
    const next = await folder.issueNext();
    for (let i = 0; i < 10; i++) expect(await connects(false)).toBe(i % 2 === 0 ? next : present);
    expect(await connects(true)).toBe(next);
    expect(await folder.present()).toBe(next);
  });

  it('goes back to the present one, tries again twice, and gives the next one up', async () => {
    const present = await folder.present();
    const next = await folder.issueNext();
    for (let tries = 1; tries <= 3; tries++) {
      expect(await connects(false)).toBe(next);
      expect(await connects(true)).toBe(present);
      await clock.advance(30_000);
      expect(reconnects).toBe(Math.min(tries, 2));
    }
    expect(decided).toEqual(['refused']);
    expect(await files.certificate('next')).toBeUndefined();
    expect(await connects(true)).toBe(present);
    const another = await folder.issueNext();
    expect(await connects(true)).toBe(another);
  });
});
