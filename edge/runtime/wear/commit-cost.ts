import type { Site } from '../config/site.ts';

/**
 * What a group commit costs on ext4 (noatime, lazytime), in bytes that reach the card: the write-ahead log's pages and
 * the file system's own journal, and then each value, compressed. Fitted to measurements on a loop device at 1 to 100
 * values a commit; a real card and kernel may differ by a third. An alarm change is a commit of its own.
 */
const perCommit = 13_500;
const perValue = 47;
/** A value that does not change is told this often all the same. */
const toldEachSeconds = 60;
const secondsADay = 86_400;

/** Bytes a day, as long as no value changes and no alarm comes. */
export function commitsPerDay({ devices, journal }: Site): { readonly bytes: number; readonly perAlarm: number } {
  const points = devices.reduce((sum, { profile }) => sum + Object.keys(profile.points).length, 0);
  const values = (points / toldEachSeconds) * secondsADay;
  // Where nothing is told within an interval nothing is committed.
  const commits = Math.min((secondsADay * 1_000) / journal.commitMs, values);
  return { bytes: commits * perCommit + values * perValue, perAlarm: perCommit };
}
