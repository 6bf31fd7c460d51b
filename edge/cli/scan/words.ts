import type { Evidence, Verdict } from '../../bus/scan/judge-unit.ts';
import type { Lang, Said } from '../terminal/language.ts';

/** All that `fengsui scan` says to a person. */
export const scanWords = {
  unit: { en: 'unit', zh: '地址' },
  left: { en: 'questions left', zh: '次询问待发' },
  about: { en: 'about', zh: '约' },
  heard: { en: 'heard', zh: '发现' },
  unknown: { en: 'unknown device', zh: '未知设备' },
  notIdentified: { en: 'not identified', zh: '未识别' },
  or: { en: 'or', zh: '或' },
  confirm: { en: 'please confirm', zh: '请确认' },
  unverified: { en: 'UNVERIFIED PROFILE', zh: '未核实的设备档案' },
  nobody: {
    en: 'Nobody answered. Check power, wiring (swap A and B once), and the address and speed set in the device.',
    zh: '无设备应答。请检查供电、接线（A/B 对调再试）以及设备的地址和波特率设置。',
  },
  traffic: {
    en: 'Answers were heard that nobody here asked for: another master is talking on this line, at',
    zh: '收到并非应答本机的数据：总线上另有主机在通信，参数为',
  },
  minutes: { en: 'min', zh: '分钟' },
} as const satisfies Record<string, Said>;

export const verdictWords = {
  present: { en: 'present', zh: '在线' },
  conflict: { en: 'ADDRESS CONFLICT', zh: '地址冲突' },
  damaged: { en: 'DAMAGED ANSWERS', zh: '应答损坏' },
} as const satisfies Record<Verdict['kind'], Said>;

/** What a person can do about it. */
export const verdictAdvice = {
  present: { en: '', zh: '' },
  conflict: {
    en: 'more than one device seems to have this address: leave one connected at a time and give each its own',
    zh: '可能有多台设备使用同一地址：请逐台接入并分别设置地址',
  },
  damaged: {
    en: 'bytes come, but no intact answer: wrong speed or parity, noise, a missing terminator, or two devices at once',
    zh: '收到数据但无完整应答：波特率或校验位不符、干扰、缺少终端电阻，或两台设备同时应答',
  },
} as const satisfies Record<Verdict['kind'], Said>;

export function evidenceText(evidence: Evidence, lang: Lang): string {
  const zh = lang === 'zh';
  switch (evidence.kind) {
    case 'alternates':
      return zh
        ? `数值在 ${evidence.values.join(' 与 ')} 之间来回跳变`
        : `the same register reads ${evidence.values.join(' and ')} in turn`;
    case 'refuses-and-answers':
      return zh ? '同一请求时而应答、时而拒绝' : 'the same request is answered at one time and refused at another';
    case 'surplus-answers':
      return zh ? `多出 ${evidence.count} 个应答` : `${evidence.count} answers more than requests`;
    case 'damaged': {
      const clean = zh ? '，而其他地址正常' : ', while others on the line are clean';
      const text = zh
        ? `${evidence.of} 次询问中 ${evidence.count} 个应答损坏`
        : `${evidence.count} damaged answers to ${evidence.of} requests`;
      return evidence.othersClean ? text + clean : text;
    }
    case 'sometimes-silent':
      return zh
        ? `${evidence.of} 次询问中 ${evidence.count} 次无应答`
        : `no answer to ${evidence.count} of ${evidence.of} requests`;
  }
}
