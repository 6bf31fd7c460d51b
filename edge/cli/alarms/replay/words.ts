import type { AlarmEvent, AlarmKind } from '../../../../sdk/model/alarm.ts';
import type { Lang, Said } from '../../terminal/language.ts';
import { kindWords } from '../words.ts';

/** In small letters: nothing burns in a replay. */
export const kindText = (kind: AlarmKind, lang: Lang): string => kindWords[kind][lang].toLowerCase();

/** Nobody acts in a replay: of the events only these come. */
export const eventWords: Readonly<Partial<Record<AlarmEvent, Said>>> = {
  raised: { en: 'raised', zh: '发生' },
  repeated: { en: 'came back', zh: '再次发生' },
  cleared: { en: 'cleared', zh: '消除' },
};

export const replayWords = {
  head: {
    en: ['time', 'condition', 'kind', 'event', 'value', 'why'],
    zh: ['时间', '条件', '类别', '事件', '数值', '原因'],
  },
  nothing: { en: 'nothing would have been raised', zh: '不会触发任何报警' },
  summary: {
    en: ['condition', 'kind', 'raised', 'active in all', 'longest', ''],
    zh: ['条件', '类别', '次数', '累计时长', '最长', ''],
  },
  still: { en: 'still active at the end', zh: '结束时仍在报警' },
  latched: { en: 'still active at the end: it stays until it is reset', zh: '结束时仍在报警：须人工复位' },
  blind: {
    en: 'not judged: its point is not in the recording',
    zh: '未判断：记录中没有该点位',
  },
  rows: { en: 'rows', zh: '行' },
  unused: { en: 'columns that were not used:', zh: '未使用的列：' },
  sparse: {
    en: 'recorded less often than a gateway reads: what is shorter than the gaps is not in the recording. On average every',
    zh: '记录间隔大于网关的读取周期，短于间隔的变化不在记录中。平均间隔',
  },
} as const satisfies Record<string, Readonly<Record<Lang, string | readonly string[]>>>;

/** `35 s`, `12 min`, `3.5 h`: to read, not to reckon with. */
export function lengthText(ms: number, lang: Lang): string {
  const [s, min, h, d] = { en: ['s', 'min', 'h', 'd'], zh: ['秒', '分钟', '小时', '天'] }[lang];
  const number = (of: number): string => String(Number((ms / of).toFixed(1)));
  if (ms < 120_000) return `${number(1_000)} ${s}`;
  if (ms < 7_200_000) return `${number(60_000)} ${min}`;
  return ms < 172_800_000 ? `${number(3_600_000)} ${h}` : `${number(86_400_000)} ${d}`;
}
