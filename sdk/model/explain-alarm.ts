import type { AlarmCause, AlarmChange, CauseTest, RuleFacts, Suppression, SuppressionKind } from './alarm.ts';
import type { Scalar } from './point.ts';
import { noAnswer, testOverdue } from './profile.ts';

/** Languages in which an alarm can be explained. */
export type Language = 'en' | 'zh';

type Told = RuleFacts & { readonly point: string; readonly condition: string };

/** A rule in words: `pressure below 0.14 MPa for 5 s`; 压力低于 0.14 MPa，持续 5 秒. */
export function ruleText(rule: Told, lang: Language): string {
  const words = sentences[lang];
  const said = words.test[rule.test](rule);
  const delay = rule.test === 'no-answer' ? '' : words.forLong(rule.onDelay);
  const samples = rule.samples ? words.samples(...rule.samples) : '';
  return `${said}${samples}${delay}`;
}

/**
 * Why an alarm is as it is, in one sentence: what was seen, against which rule, for how long, and where the rule comes
 * from. For people; the same facts stand in `cause` for programs.
 */
export function explainAlarm(change: Explained, lang: Language): string {
  const { cause, condition, phase, count = 1, suppression } = change;
  const words = sentences[lang];
  // A condition at rest that somebody shelves is told for that alone.
  if (suppression && phase === 'normal') return words.suppressed(suppression);
  return [
    phase === 'cleared-unacked' ? words.over({ ...cause, condition }) : words.because({ ...cause, condition }),
    ...(cause.held > 0 ? [words.held(cause.held)] : []),
    ...(count > 1 ? [words.times(count)] : []),
    ...(cause.source === '' ? [] : [words.source(cause.source)]),
  ].join(lang === 'zh' ? '；' : '; ');
}

type Explained = Pick<AlarmChange, 'cause' | 'condition' | 'count'> &
  Partial<Pick<AlarmChange, 'phase'>> & {
    readonly suppression?: Pick<Suppression, 'how' | 'why'>;
  };

type Words = {
  readonly test: Readonly<Record<CauseTest, (rule: Told) => string>>;
  readonly forLong: (ms: number) => string;
  readonly samples: (atLeast: number, of: number) => string;
  readonly because: (cause: AlarmCause & { readonly condition: string }) => string;
  /** The condition is gone. */
  readonly over: (cause: AlarmCause & { readonly condition: string }) => string;
  readonly held: (ms: number) => string;
  readonly times: (count: number) => string;
  readonly suppressed: (suppression: Pick<Suppression, 'how' | 'why'>) => string;
  readonly source: (source: string) => string;
};

const english: Words = {
  test: {
    below: (r) => `${r.point} below ${measured(r)}`,
    above: (r) => `${r.point} above ${measured(r)}`,
    is: (r) => `${r.point} is ${String(r.limit)}`,
    rises: (r) => `${r.point} rises by ${measured(r)} within ${span(r.within, 'en')}`,
    falls: (r) => `${r.point} falls by ${measured(r)} within ${span(r.within, 'en')}`,
    stuck: (r) => `${r.point} has not changed for ${span(r.within, 'en')}`,
    quality: (r) => `${r.point} is ${badly(r.limit, 'en')}`,
    'no-answer': (r) =>
      `no good answer for ${span(r.onDelay, 'en')}; silence is reported within ${span(r.within, 'en')}`,
    trouble: (r) => entryOf(troubles, r.condition)?.en ?? r.condition,
    coincidence: (r) => `at least ${String(r.limit)} detectors of the zone see a fire`,
    ended: () => 'nobody looks at this condition any more',
  },
  forLong: (ms) => (ms > 0 ? ` for ${span(ms, 'en')}` : ''),
  samples: (atLeast, of) => ` in ${atLeast} of ${of} samples`,
  because: (c) => `${saysItAll(c) ? '' : `${valueOf(c)}: `}${c.rule}`,
  over: (c) => `${saysItAll(c) ? '' : `${valueOf(c)}: `}no longer “${c.rule}”`,
  held: (ms) => `it had been so for ${span(ms, 'en')}`,
  times: (count) => `${count} times`,
  suppressed: ({ how, why }) => `${how}: ${why}`,
  source: (source) => `rule from: ${source}`,
};

const chinese: Words = {
  test: {
    below: (r) => `${pointZh(r.point)}低于 ${measured(r)}`,
    above: (r) => `${pointZh(r.point)}高于 ${measured(r)}`,
    is: (r) => `${pointZh(r.point)}为“${stateZh(r.limit)}”`,
    rises: (r) => `${pointZh(r.point)}在 ${span(r.within, 'zh')}内上升 ${measured(r)}`,
    falls: (r) => `${pointZh(r.point)}在 ${span(r.within, 'zh')}内下降 ${measured(r)}`,
    stuck: (r) => `${pointZh(r.point)}已有 ${span(r.within, 'zh')}没有变化`,
    quality: (r) => `${pointZh(r.point)}${badly(r.limit, 'zh')}`,
    'no-answer': (r) => `${span(r.onDelay, 'zh')}内没有有效应答；失联在 ${span(r.within, 'zh')}内报告`,
    trouble: (r) => entryOf(troubles, r.condition)?.zh ?? r.condition,
    coincidence: (r) => `本防区至少 ${String(r.limit)} 个探测器发现火情`,
    ended: () => '该条件已不再监视',
  },
  forLong: (ms) => (ms > 0 ? `，持续 ${span(ms, 'zh')}` : ''),
  samples: (atLeast, of) => `（最近 ${of} 次采样中至少 ${atLeast} 次）`,
  // What is known in its own words only, such as a rule of another version, is told in them.
  because: (c) => `${saysItAll(c) ? '' : `${valueOf(c)}：`}${ruleZh(c)}`,
  over: (c) => `${saysItAll(c) ? '' : `${valueOf(c)}：`}不再“${ruleZh(c)}”`,
  held: (ms) => `已持续 ${span(ms, 'zh')}`,
  times: (count) => `共 ${count} 次`,
  suppressed: ({ how, why }) => `${suppressionZh[how]}：${why}`,
  source: (source) => `依据：${source}`,
};

/** A trouble that has no words yet, or a rule of an earlier version, is told as it came. */
const ruleZh = (c: AlarmCause & { readonly condition: string }): string =>
  c.test !== 'trouble' || Object.hasOwn(troubles, c.condition) ? ruleText(c, 'zh') : c.rule;

const suppressionZh: Readonly<Record<SuppressionKind, string>> = {
  shelved: '搁置',
  disabled: '屏蔽',
  'out-of-service': '停用',
  'by-design': '抑制',
};

const sentences: Readonly<Record<Language, Words>> = { en: english, zh: chinese };

const measured = ({ limit, unit }: RuleFacts): string => `${String(limit)}${unit === undefined ? '' : ` ${unit}`}`;
const valueOf = ({ value, unit }: AlarmCause): string =>
  `${String(value)}${unit === undefined || typeof value !== 'number' ? '' : ` ${unit}`}`;

/** The rule alone: there is no value, or only the yes of a trouble. */
const saysItAll = ({ test, value }: AlarmCause): boolean =>
  value === undefined || (test === 'trouble' && value === true);

function span(ms: number | undefined, lang: Language): string {
  const [s, min, h] = lang === 'zh' ? (['秒', '分钟', '小时'] as const) : (['s', 'min', 'h'] as const);
  const t = (ms ?? 0) / 1_000;
  if (t >= 7_200 && t % 3_600 === 0) return `${t / 3_600} ${h}`;
  return t >= 120 && t % 60 === 0 ? `${t / 60} ${min}` : `${Number(t.toFixed(1))} ${s}`;
}

const badly = (ways: Scalar | undefined, lang: Language): string =>
  String(ways)
    .split(' or ')
    .map((way) => entryOf(bad, way)?.[lang] ?? way)
    .join(lang === 'zh' ? '或' : ' or ');
const bad: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  'out-of-range': { en: 'out of its range', zh: '超出量程' },
  'unknown-code': { en: 'a code that is not known', zh: '为未知代码' },
  'device-marker': { en: 'marked as missing by the device itself', zh: '被设备自身标为无效' },
};

/** What troubles that have no point of their own mean. */
const troubles: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  [noAnswer]: { en: 'no good answer', zh: '没有有效应答' },
  [testOverdue]: { en: 'its test is overdue', zh: '测试已逾期' },
  'bus-down': { en: 'the bus cannot be reached', zh: '总线无法连接' },
  'bus-silent': { en: 'no device of the bus answers', zh: '总线上没有设备应答' },
  'journal-degraded': { en: 'the journal cannot write to its disk', zh: '日志无法写入存储' },
  'self-test-failed': { en: 'the daily self-test found something wrong', zh: '每日自检发现异常' },
  'end-not-reached': { en: 'the output is on, but its effect is not proven', zh: '输出已动作，但未到位' },
  'command-not-proven': { en: 'a command was carried out, but its effect is not proven', zh: '命令已执行，但未到位' },
  'output-not-released': { en: 'the output could not be switched off after a command', zh: '命令结束后输出未能断开' },
  'walk-test': { en: 'a walk test is running', zh: '正在逐点测试' },
  'not-following': { en: 'output reads back other than it should', zh: '输出反馈与指令不符' },
};

/** Names come from a wire: never something inherited. */
const entryOf = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

const pointZh = (point: string): string => entryOf(points, point) ?? point;
/** Points of the built-in profiles that raise alarms. */
const points: Readonly<Record<string, string>> = {
  pressure: '压力',
  level: '水位',
  status: '状态',
  pressed: '按钮',
  present: '主电',
  battery: '电池电量',
  age: '未通信时间',
  residualCurrent: '剩余电流',
  temperature: '温度',
};

const stateZh = (state: Scalar | undefined): string =>
  String(state)
    .split(' or ')
    .map((each) => entryOf(states, each) ?? each)
    .join('”或“');
const states: Readonly<Record<string, string>> = {
  true: '是',
  false: '否',
  smoke: '烟雾报警',
  fire: '火警',
  alarm: '报警',
  fault: '故障',
  tamper: '防拆',
  test: '测试',
  normal: '正常',
};
