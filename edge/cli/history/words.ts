import type { Said } from '../terminal/language.ts';

/** All that `fengsui history` says for people. */
export const historyWords = {
  time: { en: 'time', zh: '时间' },
  from: { en: 'from', zh: '起始' },
  point: { en: 'point', zh: '测点' },
  value: { en: 'value', zh: '数值' },
  unit: { en: 'unit', zh: '单位' },
  quality: { en: 'quality', zh: '质量' },
  count: { en: 'count', zh: '次数' },
  leftOut: { en: 'left out', zh: '未计入' },
  min: { en: 'min', zh: '最小' },
  max: { en: 'max', zh: '最大' },
  mean: { en: 'mean', zh: '平均' },
  last: { en: 'last', zh: '最后' },
  doubtful: { en: 'doubtful', zh: '存疑' },
  lost: { en: 'lost', zh: '无数据' },
  none: { en: 'nothing was read in this time', zh: '该时段没有读数' },
} as const satisfies Record<string, Said>;
