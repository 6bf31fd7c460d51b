import type { WearStatus } from '../../../sdk/wire/methods.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Written, writtenBytes } from '../../platform/written-bytes.ts';
import { accounted, isWorn, sampleEvery, type WearSample, wearOf } from './wear-account.ts';

/** Counts what is written to the card that the journal lies on. */
export type WearDesk = {
  /** For the status; empty until something can be told. */
  readonly figures: () => { readonly wear?: WearStatus };
  /** More is written a day than the card can bear for the years of its service. */
  readonly isWorn: () => boolean;
  readonly run: (signal: AbortSignal) => Promise<void>;
};

export function wearDesk(
  journal: { readonly path: string; readonly cardTbw: number },
  clock: Clock,
  written: (folder: string) => Promise<Written> = writtenBytes,
): WearDesk {
  let samples: readonly WearSample[] = [];
  return {
    figures: () => {
      const wear = wearOf(samples, journal.cardTbw);
      return wear ? { wear } : {};
    },
    isWorn: () => isWorn(samples, journal.cardTbw),
    async run(signal) {
      while (!signal.aborted) {
        samples = accounted(samples, { mono: clock.mono(), ...(await written(journal.path)) });
        await clock.sleep(sampleEvery, signal).catch(() => undefined); // the loop sees the abort
      }
    },
  };
}
