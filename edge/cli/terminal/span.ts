import type { Lang } from './language.ts';

const spans = [
  [86_400_000, { en: 'd', zh: '天' }],
  [3_600_000, { en: 'h', zh: '小时' }],
  [60_000, { en: 'min', zh: '分' }],
  [1_000, { en: 's', zh: '秒' }],
] as const;

/** The two largest units of a length of time in ms: `2 d 3 h`. */
export function span(ms: number, lang: Lang): string {
  const first = spans.findIndex(([length]) => ms >= length);
  if (first < 0) return `0 ${spans[3][1][lang]}`;
  return spans
    .slice(first, first + 2)
    .map(([length, word], i) => `${Math.floor((i === 0 ? ms : ms % (spans[first]?.[0] ?? ms)) / length)} ${word[lang]}`)
    .join(' ');
}
