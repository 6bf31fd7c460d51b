import { type MonoTime, minutes, seconds } from '../../../sdk/model/time.ts';
import type { WearStatus } from '../../../sdk/wire/methods.ts';
import type { Written } from '../../platform/written-bytes.ts';

/** What had been written at a moment. */
export type WearSample = Written & { readonly mono: MonoTime };

export const sampleEvery = minutes(10);
const day = seconds(86_400);
const daysAYear = 365.25;
/** What a gateway is built for: a card that lasts shorter is worn out before the installation is. */
const serviceYears = 10;
const longestForecast = 1_000;

/** Pure: the samples of the last day, oldest first. */
export const accounted = (before: readonly WearSample[], sample: WearSample): readonly WearSample[] => [
  ...before.filter(({ mono }) => sample.mono - mono <= day + sampleEvery / 2),
  sample,
];

/** Pure. @param cardTbw how much may be written to the card in its life, in 10^12 bytes. */
export function wearOf(samples: readonly WearSample[], cardTbw: number): WearStatus | undefined {
  const [own, card] = [perDay(samples, 'own'), perDay(samples, 'card')];
  const worst = card ?? own;
  if (worst === undefined) return undefined;
  return {
    overMs: Math.round(spanOf(samples)),
    ...(own !== undefined && { ownPerDay: Math.round(own) }),
    ...(card !== undefined && { cardPerDay: Math.round(card) }),
    cardYears: Math.round(yearsAt(worst, cardTbw) * 10) / 10,
  };
}

/** Pure: whether the writes of one whole day were more than the card can bear each day of its service. */
export function isWorn(samples: readonly WearSample[], cardTbw: number): boolean {
  const worst = perDay(samples, 'card') ?? perDay(samples, 'own');
  return spanOf(samples) >= day - sampleEvery && worst !== undefined && yearsAt(worst, cardTbw) < serviceYears;
}

/** How long a card lasts when so many bytes are written to it each day. */
export const yearsAt = (bytesPerDay: number, cardTbw: number): number =>
  Math.min(longestForecast, (cardTbw * 1e12) / (Math.max(1, bytesPerDay) * daysAYear));

const spanOf = (samples: readonly WearSample[]): number => (samples.at(-1)?.mono ?? 0) - (samples[0]?.mono ?? 0);

function perDay(samples: readonly WearSample[], of: 'own' | 'card'): number | undefined {
  const [first, last] = [samples[0]?.[of], samples.at(-1)?.[of]];
  const span = spanOf(samples);
  if (first === undefined || last === undefined || span <= 0 || last < first) return undefined;
  return ((last - first) / span) * day;
}
