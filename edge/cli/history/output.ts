import type { Scalar } from '../../../sdk/model/point.ts';
import { columns } from '../terminal/columns.ts';
import type { Lang } from '../terminal/language.ts';
import { harmless, localTime } from '../terminal/text.ts';
import type { HistoryArguments } from './arguments.ts';
import type { BucketItem, HistoryItem, HistoryOutput } from './item.ts';
import { senmlOutput } from './senml.ts';
import { historyWords } from './words.ts';

/** @param place district, town, gateway and device, each followed by a slash */
export function historyOutput(wanted: HistoryArguments, place: string): HistoryOutput {
  switch (wanted.form) {
    case 'csv':
      return csvOutput(wanted.every !== undefined);
    case 'senml':
      return senmlOutput(place);
    case 'json':
      return jsonOutput(wanted.every !== undefined);
    case 'table':
      return tableOutput(wanted.every !== undefined, wanted.lang);
  }
}

type Cell = Scalar | undefined;

const bucketCells = ({ count, leftOut, min, max, mean, last, unit }: BucketItem): readonly Cell[] => [
  count,
  leftOut,
  min,
  max,
  mean === undefined ? undefined : shortMean(mean),
  last,
  unit,
];

/** Without the dirt of binary fractions. */
const shortMean = (mean: number): number => Number(mean.toPrecision(9));

/** RFC 4180. The columns of readings, and the words for their quality, are those that `fengsui alarms replay` takes. */
function csvOutput(isSummed: boolean): HistoryOutput {
  const line = (cells: readonly Cell[]): string => `${cells.map(csvCell).join(',')}\r\n`;
  const head = isSummed
    ? ['from', 'point', 'count', 'left_out', 'min', 'max', 'mean', 'last', 'unit']
    : ['timestamp', 'point', 'value', 'unit', 'quality'];
  const cells = (item: HistoryItem): readonly Cell[] => {
    if (item.kind === 'bucket') return [item.from.toISOString(), item.point, ...bucketCells(item)];
    const quality = item.quality === 'good' ? 'good' : item.why;
    return [item.at?.toISOString(), item.point, item.value, item.unit, quality];
  };
  return {
    head: () => line(head),
    items: (items) => items.map((item) => line(cells(item))).join(''),
    tail: () => '',
  };
}

function csvCell(cell: Cell): string {
  const text = cell === undefined ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One object, written as it comes; its items are those of the SDK. */
function jsonOutput(isSummed: boolean): HistoryOutput {
  let separator = '';
  return {
    head: () => `{"${isSummed ? 'buckets' : 'readings'}":[`,
    items: (items) =>
      items
        .map((item) => {
          const text = `${separator}\n${JSON.stringify({ ...item, kind: undefined })}`;
          separator = ',';
          return text;
        })
        .join(''),
    tail: () => '\n]}\n',
  };
}

function tableOutput(isSummed: boolean, lang: Lang): HistoryOutput {
  const word = (name: keyof typeof historyWords): string => historyWords[name][lang];
  const heads = isSummed
    ? (['from', 'point', 'count', 'leftOut', 'min', 'max', 'mean', 'last', 'unit'] as const)
    : (['time', 'point', 'value', 'unit', 'quality'] as const);
  const cells = (item: HistoryItem): readonly Cell[] => {
    if (item.kind === 'bucket') return [localTime(item.from), item.point, ...bucketCells(item)];
    const told = item.quality === 'good' ? '' : `${word(item.quality)}: ${item.why}`;
    return [item.at && localTime(item.at), item.point, item.value, item.unit, told];
  };
  let isFirst = true;
  return {
    head: () => '',
    items(items) {
      const rows = items.map((item) => cells(item).map((cell) => (cell === undefined ? '' : String(cell))));
      const lines = columns(isFirst ? [heads.map(word), ...rows] : rows, 0);
      isFirst = false;
      return `${lines.map(harmless).join('\n')}\n`;
    },
    tail: (count) => (count === 0 ? `${word('none')}\n` : ''),
  };
}
