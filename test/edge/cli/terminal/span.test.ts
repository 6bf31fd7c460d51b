import { expect, it } from 'vitest';
import { span } from '../../../../edge/cli/terminal/span.ts';

it.each([
  [0, '0 s', '0 秒'],
  [999, '0 s', '0 秒'],
  [59_999, '59 s', '59 秒'],
  [3_600_000, '1 h 0 min', '1 小时 0 分'],
  [90_061_000, '1 d 1 h', '1 天 1 小时'],
])('%d ms are told by their two largest units', (ms, en, zh) => {
  expect(span(ms, 'en')).toBe(en);
  expect(span(ms, 'zh')).toBe(zh);
});
