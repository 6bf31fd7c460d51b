import type { Alarm } from '../../../sdk/client/alarm.ts';
import { columns } from '../terminal/columns.ts';
import { filled, type Lang } from '../terminal/language.ts';
import { harmless, localTime } from '../terminal/text.ts';
import { alarmWords, kindWords, phaseWords, suppressionWords } from './words.ts';

/** What stands, for people: a row of each alarm, and beneath it why, and what a person has done to it. */
export function alarmTable(alarms: readonly Alarm[], names: ReadonlyMap<string, string>, lang: Lang): string {
  const say = (word: keyof typeof alarmWords): string => alarmWords[word][lang];
  if (alarms.length === 0) return `${say('none')}\n`;
  const head = (['kind', 'phase', 'since', 'where', 'device'] as const).map(say);
  const rows = alarms.map((alarm) => [
    kindWords[alarm.kind][lang],
    phaseWords[alarm.phase][lang],
    localTime(alarm.since ?? alarm.at),
    `${alarm.device}/${alarm.condition}`,
    names.get(alarm.device) ?? '–',
  ]);
  const [titles, ...lines] = columns([head, ...rows], 0);
  const parts = alarms.map((alarm, i) => [
    lines[i],
    `  ${alarm.explained[lang]}`,
    ...(alarm.silenced ? [`  ${say('silenced')}`] : []),
    ...suppressed(alarm, lang),
  ]);
  return `${[titles, ...parts.flat()].map(harmless).join('\n')}\n`;
}

function suppressed({ suppression, isHidden }: Alarm, lang: Lang): readonly string[] {
  if (!suppression) return [];
  const say = (word: keyof typeof alarmWords): string => alarmWords[word][lang];
  const { how, why, operator, until } = suppression;
  const facts = [
    suppressionWords[how][lang],
    ...(until ? [filled(say('until'), localTime(until))] : []),
    ...(operator === undefined ? [] : [filled(say('by'), operator)]),
    say(isHidden ? 'hidden' : 'remark'),
  ];
  return [`  ${facts.join(lang === 'zh' ? '，' : ', ')}${lang === 'zh' ? '：' : ': '}${why}`];
}
