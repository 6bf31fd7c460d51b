import type { AlarmInput } from '../../edge/alarm/judge.ts';
import type { Doubt, Loss, Scalar } from '../../sdk/model/point.ts';
import { monoTime } from '../../sdk/model/time.ts';

/** Inputs of the judgement, for tables. Times in ms. */
export const seen = (ms: number, value: Scalar): AlarmInput => ({
  kind: 'value',
  value: { quality: 'good', at: monoTime(ms), value },
});
export const doubted = (ms: number, value: Scalar, why: Doubt = 'out-of-range'): AlarmInput => ({
  kind: 'value',
  value: { quality: 'doubtful', at: monoTime(ms), value, why },
});
export const blind = (ms: number, why: Loss = 'timeout'): AlarmInput => ({
  kind: 'value',
  value: { quality: 'lost', at: monoTime(ms), why },
});
export const acknowledged = (ms: number): AlarmInput => ({ kind: 'acknowledge', at: monoTime(ms) });
export const reset = (ms: number): AlarmInput => ({ kind: 'reset', at: monoTime(ms) });
