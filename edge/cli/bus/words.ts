import type { UnitState } from '../../../sdk/model/link-quality.ts';
import type { Said } from '../terminal/language.ts';

/** All that `fengsui bus stat` says in its table. */
export const busWords = {
  unit: { en: 'unit', zh: '地址' },
  whole: { en: 'all', zh: '合计' },
  state: { en: 'state', zh: '状态' },
  requests: { en: 'requests', zh: '请求' },
  good: { en: 'good', zh: '有效应答' },
  timeouts: { en: 'time-outs', zh: '超时' },
  crcErrors: { en: 'CRC', zh: '校验错' },
  exceptions: { en: 'exceptions', zh: '异常' },
  foreign: { en: 'foreign', zh: '无关帧' },
  late: { en: 'late', zh: '迟到' },
  p50: { en: 'p50 ms', zh: 'p50 毫秒' },
  p99: { en: 'p99 ms', zh: 'p99 毫秒' },
  device: { en: 'device', zh: '设备' },
  /** {}: percent */
  inUse: { en: 'line in use over the last minute: {} %', zh: '最近一分钟线路占用 {} %' },
  /** {}: a length of time */
  since: { en: 'Counts since the gateway started, {} ago.', zh: '计数自网关启动起，已 {}。' },
  goodMeans: {
    en: 'good: share of the requests that were answered with data.',
    zh: '有效应答：得到数据的请求所占比例。',
  },
  turnaroundMeans: {
    en: 'p50, p99: from the end of a request to the first byte of its answer, over the last answers only.',
    zh: 'p50、p99：从请求结束到应答首字节的时间，只统计最近的应答。',
  },
  foreignMeans: {
    en: 'foreign: intact frames that fitted no request. late: came after their time was over.',
    zh: '无关帧：完整但不属于任何请求的帧。迟到：超时之后才到的应答。',
  },
  noFigures: { en: 'no Modbus bus is configured', zh: '未配置 Modbus 总线' },
} as const satisfies Record<string, Said>;

export const stateWords = {
  unknown: { en: 'not known yet', zh: '未知' },
  answering: { en: 'answering', zh: '应答正常' },
  silent: { en: 'SILENT', zh: '无应答' },
  refusing: { en: 'REFUSING', zh: '拒绝请求' },
  garbled: { en: 'GARBLED', zh: '数据损坏' },
  'other-device': { en: 'OTHER DEVICE', zh: '设备不符' },
} as const satisfies Record<UnitState, Said>;
