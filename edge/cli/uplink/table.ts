import type { DeliveryStatus, HopTimes, UplinkStatus } from '../../../sdk/wire/methods.ts';
import { columns } from '../terminal/columns.ts';
import { filled, type Lang } from '../terminal/language.ts';
import { span } from '../terminal/span.ts';
import { uplinkWords } from './words.ts';

const hops = ['stored', 'sent', 'taken', 'received', 'held', 'all'] as const satisfies readonly (keyof HopTimes)[];

/** Whether anybody hears this gateway, and how long alarms are on their way, for people. */
export function uplinkTable({ urgent, urgentMs, uplinks }: DeliveryStatus, lang: Lang): string {
  const say = (word: keyof typeof uplinkWords): string => uplinkWords[word][lang];
  if (uplinks.length === 0) return `${say('none')}\n`;
  const head = [say('uplink'), say('state'), say('alarms'), ...hops.map(say)];
  const rows = uplinks.map((uplink) => [uplink.id, stateOf(uplink, lang), ...figures(uplink.hops)]);
  const waiting = urgent === 0 ? say('allHeard') : filled(say('waiting'), String(urgent), span(urgentMs ?? 0, lang));
  const legend = uplinks.some((uplink) => uplink.hops) ? say('meaning') : say('noneTimed');
  return `${[...columns([head, ...rows], 0), '', legend, waiting].join('\n')}\n`;
}

function stateOf({ up, standby }: UplinkStatus, lang: Lang): string {
  if (up) return uplinkWords.up[lang];
  return uplinkWords[standby ? 'standby' : 'down'][lang];
}

const figures = (times: HopTimes | undefined): readonly string[] => [
  times ? String(times.count) : '–',
  ...hops.map((hop) => {
    const [p50, , most] = times?.[hop] ?? [];
    return p50 === undefined || most === undefined ? '–' : `${p50} / ${most}`;
  }),
];
