import { describe, expect, it } from 'vitest';
import { busTable, share } from '../../../../edge/cli/bus/table.ts';
import { unitStates } from '../../../../sdk/model/link-quality.ts';
import { busFigures, statusOf, unitFigures } from '../../../support/link-figures.ts';

const names: Record<number, string[]> = {
  1: ['村口消火栓'],
  2: ['Pump room'],
  7: ['Slot 1', 'Slot 2', 'Slot 3', 'Slot 4', 'Slot 5'],
};
const devicesAt = (_bus: string, unit: number): readonly string[] => names[unit] ?? [];
const { turnaround: _, ...neverAnswered } = unitFigures(9);
const status = statusOf(
  busFigures('street', [
    unitFigures(1),
    unitFigures(2, { state: 'silent', requests: 12_345, answers: 12_344 }),
    unitFigures(7),
    { ...neverAnswered, state: 'unknown', requests: 0, answers: 0, timeouts: 0, crcErrors: 0, exceptions: 0 },
  ]),
);

describe('the table', () => {
  it('shows each bus and each unit with its devices, and says what it counts since when', () => {
    expect(busTable(status, devicesAt, 'en')).toBe(`street  line in use over the last minute: 34 %
unit  requests    good  time-outs  CRC  exceptions  foreign  late  p50 ms  p99 ms  state          device
 all     1,000  99.0 %          6    3           1        2     4     4.2    12.5
   1     1,000  99.0 %          6    3           1        2     4     4.2    12.5  answering      村口消火栓
   2    12,345  99.9 %          6    3           1        2     4     4.2    12.5  SILENT         Pump room
   7     1,000  99.0 %          6    3           1        2     4     4.2    12.5  answering      Slot 1, Slot 2, Slot 3 … +2
   9         0       –          0    0           0        2     4       –       –  not known yet  –

Counts since the gateway started, 2 h 13 min ago.
good: share of the requests that were answered with data.
p50, p99: from the end of a request to the first byte of its answer, over the last answers only.
foreign: intact frames that fitted no request. late: came after their time was over.
`);
  });

  it('keeps its columns in Chinese, whose characters are two cells wide', () => {
    expect(busTable(status, devicesAt, 'zh')).toBe(`street  最近一分钟线路占用 34 %
地址    请求  有效应答  超时  校验错  异常  无关帧  迟到  p50 毫秒  p99 毫秒  状态      设备
合计   1,000    99.0 %     6       3     1       2     4       4.2      12.5
   1   1,000    99.0 %     6       3     1       2     4       4.2      12.5  应答正常  村口消火栓
   2  12,345    99.9 %     6       3     1       2     4       4.2      12.5  无应答    Pump room
   7   1,000    99.0 %     6       3     1       2     4       4.2      12.5  应答正常  Slot 1, Slot 2, Slot 3 … +2
   9       0         –     0       0     0       2     4         –         –  未知      –

计数自网关启动起，已 2 小时 13 分。
有效应答：得到数据的请求所占比例。
p50、p99：从请求结束到应答首字节的时间，只统计最近的应答。
无关帧：完整但不属于任何请求的帧。迟到：超时之后才到的应答。
`);
  });

  it.each(unitStates)('has words for %s', (state) => {
    for (const lang of ['en', 'zh'] as const)
      expect(busTable(statusOf(busFigures('b', [unitFigures(1, { state })])), devicesAt, lang)).not.toContain(
        'undefined',
      );
  });

  it('of a gateway without Modbus says so', () => {
    expect(busTable(statusOf(), devicesAt, 'en')).toBe('no Modbus bus is configured\n');
  });
});

describe('a share', () => {
  it.each([
    [0, 0, '–'],
    [0, 5, '0.0 %'],
    [1, 5_000, '< 0.1 %'],
    [57, 100, '57.0 %'],
    [9_999, 10_000, '99.9 %'],
    [10_000, 10_000, '100 %'],
  ])('of %d in %d is %s: never rounded up to all, nor down to none', (part, whole, text) => {
    expect(share(part, whole)).toBe(text);
  });
});
