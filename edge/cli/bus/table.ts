import type { LinkCounts, Turnaround } from '../../../sdk/model/link-quality.ts';
import type { BusStatus, StatusResult } from '../../../sdk/wire/methods.ts';
import { few } from '../../runtime/field/load-words.ts';
import { columns } from '../terminal/columns.ts';
import { filled, type Lang } from '../terminal/language.ts';
import { span } from '../terminal/span.ts';
import { busWords, stateWords } from './words.ts';

/** Names of the devices at a unit of a bus. */
export type DevicesAt = (bus: string, unit: number) => readonly string[];

/** Figures of every bus and unit for people. */
export function busTable(status: StatusResult, devicesAt: DevicesAt, lang: Lang): string {
  const say = (word: keyof typeof busWords): string => busWords[word][lang];
  if (status.buses.length === 0) return `${say('noFigures')}\n`;
  const legend = [
    filled(say('since'), span(status.uptimeMs, lang)),
    say('goodMeans'),
    say('turnaroundMeans'),
    say('foreignMeans'),
  ];
  return [...status.buses.map((bus) => oneBus(bus, devicesAt, lang)), legend.join('\n'), ''].join('\n');
}

function oneBus(bus: BusStatus, devicesAt: DevicesAt, lang: Lang): string {
  const say = (word: keyof typeof busWords): string => busWords[word][lang];
  const head = [
    say('unit'),
    ...(['requests', 'good', 'timeouts', 'crcErrors', 'exceptions', 'foreign', 'late', 'p50', 'p99'] as const).map(say),
    say('state'),
    say('device'),
  ];
  const units = bus.units.map((unit) => [
    String(unit.unit),
    ...figures(unit),
    stateWords[unit.state][lang],
    few(devicesAt(bus.id, unit.unit)) || '–',
  ]);
  const rows = columns([head, [say('whole'), ...figures(bus), '', ''], ...units], head.length - 2);
  return `${bus.id}  ${filled(say('inUse'), String(Math.round(bus.utilisation * 100)))}\n${rows.join('\n')}\n`;
}

const figures = (of: LinkCounts & { readonly turnaround?: Turnaround }): readonly string[] => [
  count(of.requests),
  share(of.answers, of.requests),
  count(of.timeouts),
  count(of.crcErrors),
  count(of.exceptions),
  count(of.foreign),
  count(of.late),
  time(of.turnaround?.p50Ms),
  time(of.turnaround?.p99Ms),
];

const count = (n: number): string => n.toLocaleString('en');
const time = (ms: number | undefined): string => (ms === undefined ? '–' : ms.toFixed(1));

/** Cut and never rounded up: 100 % means all of them, and 0 % none. */
export function share(part: number, whole: number): string {
  if (whole === 0) return '–';
  const percent = Math.floor((part * 1_000) / whole) / 10;
  if (percent === 0 && part > 0) return '< 0.1 %';
  return percent === 100 ? '100 %' : `${percent.toFixed(1)} %`;
}
