import { FengsuiError } from '../model/errors.ts';
import type { Site } from '../wire/topics.ts';
import type { Directory } from './gateway-directory.ts';

/** A gateway that could not be asked, and why. What it would have said is not known. */
export type Unanswered = { readonly gateway: string; readonly error: FengsuiError };

export type Answers<T> = { readonly answers: readonly T[]; readonly unanswered: readonly Unanswered[] };

/**
 * Asks one gateway; or without a name each of the district, where those that fail are told beside the others' answers.
 * @throws FengsuiError of the one gateway that was named; ABORTED
 */
export async function askEvery<T>(
  directory: Directory,
  gateway: string | undefined,
  ask: (site: Site) => Promise<T>,
): Promise<Answers<T>> {
  if (gateway !== undefined) return { answers: [await ask(directory.reach(gateway))], unanswered: [] };
  const all = await Promise.all(
    directory.entries().map(async ({ site }) => {
      try {
        return { answer: [await ask(directory.reach(site.gateway))] };
      } catch (error) {
        if (!FengsuiError.is(error) || error.code === 'ABORTED') throw error;
        return { answer: [], failure: { gateway: site.gateway, error } };
      }
    }),
  );
  return {
    answers: all.flatMap((one) => one.answer),
    unanswered: all.flatMap((one) => (one.failure ? [one.failure] : [])),
  };
}
