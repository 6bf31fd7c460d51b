import { describe, expect, it } from 'vitest';
import { csvRows } from '../../../../edge/cli/alarms/replay/csv-rows.ts';
import type { HistoryForm } from '../../../../edge/cli/history/arguments.ts';
import type { BucketItem, HistoryItem, ReadingItem } from '../../../../edge/cli/history/item.ts';
import { historyOutput } from '../../../../edge/cli/history/output.ts';
import type { Lang } from '../../../../edge/cli/terminal/language.ts';

const at = new Date('2026-11-25T08:00:00.123Z');
const place = { gateway: 'gw-1', device: 'gate' };
const good = (point: string, value: number | boolean | string, unit?: string): ReadingItem => ({
  kind: 'reading',
  ...place,
  point,
  quality: 'good',
  value,
  unit,
  at,
});
const doubtful: ReadingItem = {
  ...good('pressure', 0, 'MPa'),
  quality: 'doubtful',
  value: 99,
  at,
  why: 'out-of-range',
};
const lost: ReadingItem = { ...good('pressure', 0, 'MPa'), quality: 'lost', value: undefined, at, why: 'timeout' };
const bucket: BucketItem = {
  kind: 'bucket',
  ...place,
  point: 'pressure',
  unit: 'MPa',
  from: at,
  to: new Date(at.getTime() + 3_600_000),
  count: 3,
  leftOut: 1,
  last: 0.4,
  min: 0.2,
  max: 0.5,
  mean: 1.1 / 3,
};
const contact: BucketItem = {
  ...bucket,
  point: 'open',
  unit: undefined,
  last: true,
  min: undefined,
  max: undefined,
  mean: undefined,
};

function written(form: HistoryForm, pages: readonly (readonly HistoryItem[])[], lang: Lang = 'en'): string {
  const every = pages.flat().some(({ kind }) => kind === 'bucket') ? 3_600_000 : undefined;
  const wanted = { config: '', device: 'gate', points: undefined, from: 0, to: 1, every, form, lang };
  const output = historyOutput(wanted, '330603/001/gw-1/gate/');
  return [output.head(), ...pages.map((page) => output.items(page)), output.tail(pages.flat().length)].join('');
}

describe('CSV', () => {
  it('has a row a reading, and its quality in the words of a replay', () => {
    expect(written('csv', [[good('pressure', 0.4, 'MPa'), doubtful], [lost]])).toBe(
      [
        'timestamp,point,value,unit,quality',
        '2026-11-25T08:00:00.123Z,pressure,0.4,MPa,good',
        '2026-11-25T08:00:00.123Z,pressure,99,MPa,out-of-range',
        '2026-11-25T08:00:00.123Z,pressure,,MPa,timeout',
        '',
      ].join('\r\n'),
    );
  });
  it('has a row a span', () => {
    expect(
      written('csv', [[bucket, contact]])
        .split('\r\n')
        .slice(0, 3),
    ).toEqual([
      'from,point,count,left_out,min,max,mean,last,unit',
      '2026-11-25T08:00:00.123Z,pressure,3,1,0.2,0.5,0.366666667,0.4,MPa',
      '2026-11-25T08:00:00.123Z,open,3,1,,,,true,',
    ]);
  });
  it('is read back as it was, whatever a text holds', () => {
    const text = 'a "b", c\nd';
    const rows = csvRows();
    const read = [...rows.push(written('csv', [[good('word', text)]])), ...rows.end()];
    expect(read.at(-1)?.cells[2]).toBe(text);
  });
});

describe('SenML', () => {
  it('has good values only, in its own units, and the base name once', () => {
    const items = [good('pressure', 0.421, 'MPa'), doubtful, lost, good('open', true), good('status', 'smoke')];
    const t = 1_795_593_600.123;
    expect(
      JSON.parse(written('senml', [items, [good('level', 55, '%'), good('signal', -70, 'dBm'), good('code', 3, '1')]])),
    ).toEqual([
      { bn: '330603/001/gw-1/gate/', n: 'pressure', t, u: 'Pa', v: 421_000 },
      { n: 'open', t, vb: true },
      { n: 'status', t, vs: 'smoke' },
      { n: 'level', t, u: '/', v: 0.55 },
      { n: 'signal', t, u: 'dBW', v: -100 },
      { n: 'code', t, v: 3 },
    ]);
  });
  it('has a record for each figure of a span', () => {
    const records: { n: string; v?: number; vb?: boolean }[] = JSON.parse(written('senml', [[bucket], [contact]]));
    expect(records.map(({ n, v, vb }) => [n, v ?? vb])).toEqual([
      ['pressure/count', 3],
      ['pressure/min', 200_000],
      ['pressure/max', 500_000],
      ['pressure/mean', 366_666.666667],
      ['pressure/last', 400_000],
      ['open/count', 3],
      ['open/last', true],
    ]);
  });
});

it.each<[HistoryForm, string]>([
  ['json', '{"readings":[\n]}\n'],
  ['senml', '[\n]\n'],
  ['csv', 'timestamp,point,value,unit,quality\r\n'],
  ['table', 'nothing was read in this time\n'],
])('of nothing, %s is still whole', (form, text) => {
  expect(written(form, [])).toBe(text);
});

it('JSON is one object, over all pages', () => {
  expect(JSON.parse(written('json', [[good('pressure', 0.4, 'MPa')], [lost]]))).toEqual({
    readings: [
      { ...place, point: 'pressure', quality: 'good', value: 0.4, unit: 'MPa', at: at.toISOString() },
      { ...place, point: 'pressure', quality: 'lost', unit: 'MPa', at: at.toISOString(), why: 'timeout' },
    ],
  });
  expect(JSON.parse(written('json', [[bucket]])).buckets).toMatchObject([{ point: 'pressure', count: 3, last: 0.4 }]);
});

it('the table is for people, in both languages, and no value commands the terminal', () => {
  expect(written('table', [[good('word', '\u001b[2Jx'), lost]])).toMatch(
    /^time +point +value +unit +quality\n.*\ufffd\[2Jx\n.*lost: timeout\n$/u,
  );
  expect(written('table', [[bucket]], 'zh')).toMatch(
    /^起始 +测点 +次数 +未计入 +最小 +最大 +平均 +最后 +单位\n.*0\.366666667 +0\.4 +MPa\n$/,
  );
});
