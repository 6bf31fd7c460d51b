import type { AlarmPhase, HeardKind, SuppressionKind } from '../../../sdk/model/alarm.ts';
import type { Said } from '../terminal/language.ts';

/** All that `fengsui alarms list` says besides the explanations. */
export const alarmWords = {
  kind: { en: 'kind', zh: '类型' },
  phase: { en: 'stands', zh: '状态' },
  since: { en: 'since', zh: '时间' },
  where: { en: 'alarm', zh: '报警' },
  device: { en: 'device', zh: '设备' },
  none: { en: 'nothing stands', zh: '当前没有报警' },
  silenced: { en: 'silenced', zh: '已消音' },
  /** {}: a time */
  until: { en: 'until {}', zh: '至 {}' },
  /** {}: a person */
  by: { en: 'by {}', zh: '操作人 {}' },
  hidden: { en: 'not announced', zh: '不上报' },
  remark: { en: 'announced all the same', zh: '仍照常上报' },
} as const satisfies Record<string, Said>;

export const kindWords = {
  fire: { en: 'FIRE', zh: '火警' },
  call: { en: 'CALL', zh: '一键报警' },
  'pre-alarm': { en: 'pre-alarm', zh: '预警' },
  supervisory: { en: 'supervisory', zh: '监管' },
  tamper: { en: 'tamper', zh: '防拆' },
  fault: { en: 'fault', zh: '故障' },
  test: { en: 'test', zh: '测试' },
  other: { en: 'other', zh: '其他' },
} as const satisfies Record<HeardKind, Said>;

export const phaseWords = {
  normal: { en: 'normal', zh: '正常' },
  pending: { en: 'pending', zh: '待定' },
  'active-unacked': { en: 'ACTIVE', zh: '报警中，未确认' },
  'active-acked': { en: 'active, acknowledged', zh: '报警中，已确认' },
  'cleared-unacked': { en: 'cleared, not acknowledged', zh: '已消除，未确认' },
} as const satisfies Record<AlarmPhase, Said>;

export const suppressionWords = {
  shelved: { en: 'shelved', zh: '搁置' },
  disabled: { en: 'disabled', zh: '屏蔽' },
  'out-of-service': { en: 'out of service', zh: '停用' },
  'by-design': { en: 'suppressed by design', zh: '按设计抑制' },
} as const satisfies Record<SuppressionKind, Said>;
