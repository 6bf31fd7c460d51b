import type { Site } from '../config/site.ts';
import { sampleBytes } from '../telemetry-recorder.ts';

/**
 * What a group commit costs on ext4 (noatime, lazytime), in bytes that reach the card: its pages in the write-ahead log,
 * and then each value, in the file and in the history. Fitted to `npm run bench -- wear` at 50 and 100 values a commit; a
 * real card and kernel may differ by a third. An alarm change is a commit of its own.
 */
const perCommit = 10_000;
const perValue = 100;
const perAlarm = 27_000;
/** A value that does not change is told this often all the same. */
const toldEachSeconds = 60;
const secondsADay = 86_400;
/** The kernel writes what nobody syncs once it is so old. */
const kernelWritesEachSeconds = 30;

/** Bytes a day, as long as no value changes and no alarm comes. */
export function commitsPerDay({ devices, journal }: Site): { readonly bytes: number; readonly perAlarm: number } {
  const points = devices.reduce((sum, { profile }) => sum + Object.keys(profile.points).length, 0);
  const values = (points / toldEachSeconds) * secondsADay;
  const everyS = Math.max(journal.commitMs / 1_000, journal.fsync === 'os' ? kernelWritesEachSeconds : 0);
  // Where nothing is told within an interval nothing is committed.
  const commits = Math.min(secondsADay / everyS, values);
  return { bytes: commits * perCommit + values * perValue, perAlarm };
}

/** The readings of so many seconds are lost at a power cut, at most. */
export const lostSeconds = ({ commitMs, fsync }: Site['journal']): number =>
  commitMs / 1_000 + (fsync === 'os' ? kernelWritesEachSeconds : 0);

/** So many numbers and states are a chunk; texts take more. */
export const readingsOfChunk = ({ chunkBytes }: Site['journal']): number => Math.floor(chunkBytes / sampleBytes);

/** How often there is a commit while every value changes with every read, in seconds. */
export function busiestCommitSeconds({ devices, journal }: Site): number {
  const perSecond = devices.reduce(
    (sum, { profile, pollMs }) => sum + (Object.keys(profile.points).length / pollMs) * 1_000,
    0,
  );
  return Math.min(journal.commitMs / 1_000, readingsOfChunk(journal) / perSecond);
}
