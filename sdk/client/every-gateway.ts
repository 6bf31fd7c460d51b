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
  // One that has moved to another town stands there twice, as long as the broker has its old documents.
  const ids = new Set(directory.entries().map(({ site }) => site.gateway));
  const all = await Promise.all(
    [...ids].map(async (id) => {
      try {
        return { answer: [await ask(directory.reach(id))] };
      } catch (error) {
        if (!FengsuiError.is(error) || error.code === 'ABORTED') throw error;
        return { answer: [], failure: { gateway: id, error } };
      }
    }),
  );
  return {
    answers: all.flatMap((one) => one.answer),
    unanswered: all.flatMap((one) => (one.failure ? [one.failure] : [])),
  };
}
