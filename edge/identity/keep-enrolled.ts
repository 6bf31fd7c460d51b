import { rm } from 'node:fs/promises';
import { readIfThere, writeNew } from '../../sdk/identity/secret-files.ts';
import { FengsuiError } from '../../sdk/model/errors.ts';
import type { Enrolled } from './enrol.ts';

/**
 * Writes what a gateway was given beside its key. Nothing is written over.
 * @throws FengsuiError CONFLICT when other files are there
 */
export async function keepEnrolled(
  { ca, cert }: { readonly ca: string; readonly cert: string },
  { facts, certificate }: Enrolled,
): Promise<void> {
  await writeSame(ca, facts.authority);
  await writeSame(cert, certificate);
}

/** Writes a file, or finds it as it is to be; what a power cut has left of it is written anew. @throws FengsuiError CONFLICT */
export async function writeSame(path: string, text: string): Promise<void> {
  const there = await readIfThere(path);
  if (there === undefined) return writeNew(path, text, 0o644);
  if (there.trim() === text.trim()) return;
  if (isCutOff(there)) {
    await rm(path);
    return writeNew(path, text, 0o644);
  }
  throw new FengsuiError(
    'CONFLICT',
    `${path} is there already, with other contents, and is not written over. Is it of an earlier enrolment? Move it and the key away, then try again`,
  );
}

const begin = '-----BEGIN CERTIFICATE-----';
const end = '-----END CERTIFICATE-----';

/** Nothing of it has reached the disk, or its end has not. What is no certificate is somebody else's. */
function isCutOff(text: string): boolean {
  const written = text.replaceAll('\0', '');
  return begin.startsWith(written.slice(0, begin.length)) && !written.includes(end);
}
