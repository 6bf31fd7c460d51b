import { describe, expect, it } from 'vitest';
import type { RuleFacts } from '../../../sdk/model/alarm.ts';
import { explainAlarm, ruleText } from '../../../sdk/model/explain-alarm.ts';
import { millis } from '../../../sdk/model/time.ts';

const at = { point: 'pressure', condition: 'low' };
const now = { onDelay: millis(0) };

it.each<[facts: RuleFacts, en: string, zh: string]>([
  [
    { test: 'below', limit: 0.14, unit: 'MPa', onDelay: millis(5_000) },
    'pressure below 0.14 MPa for 5 s',
    '压力低于 0.14 MPa，持续 5 秒',
  ],
  [{ test: 'above', limit: 1.2, ...now }, 'pressure above 1.2', '压力高于 1.2'],
  [{ test: 'is', limit: 'smoke or fire', ...now }, 'pressure is smoke or fire', '压力为“烟雾报警”或“火警”'],
  [
    { test: 'rises', limit: 15, unit: 'K', within: millis(300_000), ...now },
    'pressure rises by 15 K within 5 min',
    '压力在 5 分钟内上升 15 K',
  ],
  [
    { test: 'falls', limit: 0.15, unit: 'MPa', within: millis(10_000), ...now },
    'pressure falls by 0.15 MPa within 10 s',
    '压力在 10 秒内下降 0.15 MPa',
  ],
  [
    { test: 'stuck', within: millis(172_800_000), ...now },
    'pressure has not changed for 48 h',
    '压力已有 48 小时没有变化',
  ],
  [
    { test: 'quality', limit: 'out-of-range or device-marker', ...now },
    'pressure is out of its range or marked as missing by the device itself',
    '压力超出量程或被设备自身标为无效',
  ],
  [{ test: 'quality', limit: 'a new one', ...now }, 'pressure is a new one', '压力a new one'],
  [
    { test: 'no-answer', onDelay: millis(44_000), within: millis(60_000) },
    'no good answer for 44 s; silence is reported within 60 s',
    '44 秒内没有有效应答；失联在 60 秒内报告',
  ],
  [
    { test: 'coincidence', limit: 2, ...now },
    'at least 2 detectors of the zone see a fire',
    '本防区至少 2 个探测器发现火情',
  ],
  [{ test: 'ended', ...now }, 'nobody looks at this condition any more', '该条件已不再监视'],
  [
    { test: 'below', limit: 3, samples: [3, 5], ...now },
    'pressure below 3 in 3 of 5 samples',
    '压力低于 3（最近 5 次采样中至少 3 次）',
  ],
])('a rule is said in both languages: %j', (facts, en, zh) => {
  expect([ruleText({ ...facts, ...at }, 'en'), ruleText({ ...facts, ...at }, 'zh')]).toEqual([en, zh]);
});

describe('an alarm', () => {
  const facts = { test: 'below', limit: 0.14, unit: 'MPa', ...now } as const;
  const cause = {
    ...facts,
    point: 'pressure',
    value: 0.1,
    rule: 'pressure below 0.14 MPa',
    held: millis(90_000),
    source: 's',
  };
  const both = (change: Omit<Parameters<typeof explainAlarm>[0], 'cause' | 'condition'>): readonly string[] =>
    (['en', 'zh'] as const).map((lang) => explainAlarm({ cause, condition: 'low', ...change }, lang));

  it('says what was seen, for how long, how often, and by which rule', () => {
    expect(both({ count: 4 })).toEqual([
      '0.1 MPa: pressure below 0.14 MPa; it had been so for 90 s; 4 times; rule from: s',
      '0.1 MPa：压力低于 0.14 MPa；已持续 90 秒；共 4 次；依据：s',
    ]);
  });

  it('that is over says so', () => {
    expect(both({ phase: 'cleared-unacked' })).toEqual([
      '0.1 MPa: no longer “pressure below 0.14 MPa”; it had been so for 90 s; rule from: s',
      '0.1 MPa：不再“压力低于 0.14 MPa”；已持续 90 秒；依据：s',
    ]);
  });

  it.each([
    ['shelved', '搁置'],
    ['disabled', '屏蔽'],
    ['out-of-service', '停用'],
    ['by-design', '抑制'],
  ] as const)('at rest that is %s says that alone', (how, zh) => {
    expect(both({ phase: 'normal', suppression: { how, why: 'repair' } })).toEqual([`${how}: repair`, `${zh}：repair`]);
  });
});
