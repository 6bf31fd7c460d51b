/** All that the demo says, in both languages. */
export type Lang = 'zh' | 'en';

/** `--lang`, else the locale of the terminal. */
export function languageOf(wanted: string | undefined, env: Readonly<Record<string, string | undefined>>): Lang {
  const locale = wanted ?? env['LC_ALL'] ?? env['LC_MESSAGES'] ?? env['LANG'] ?? 'en';
  return locale.startsWith('zh') ? 'zh' : 'en';
}

const words = {
  starting: { en: 'Starting village, broker and gateway …', zh: '正在启动村庄模拟、消息代理和网关……' },
  moved: { en: 'Port was taken, took another:', zh: '端口被占用，已改用：' },
  log: { en: 'The gateway’s log:', zh: '网关日志：' },
  online: { en: 'online', zh: '在线' },
  offline: { en: 'OFFLINE', zh: '离线' },
  reconnecting: { en: 'no connection to the broker', zh: '与消息代理断开' },
  backlog: { en: 'waiting in the gateway', zh: '网关内待发' },
  device: { en: 'device', zh: '设备' },
  value: { en: 'value', zh: '数值' },
  age: { en: 'age', zh: '时效' },
  quality: { en: 'quality', zh: '质量' },
  alarms: { en: 'alarms', zh: '报警记录' },
  none: { en: 'none yet', zh: '暂无' },
  now: { en: 'now', zh: '进行中' },
  quit: { en: 'Ctrl-C ends it', zh: '按 Ctrl-C 结束' },
  stopping: { en: 'Stopping …', zh: '正在停止……' },
  report: { en: 'Report', zh: '总结' },
  judged: { en: 'alarm changes judged by the gateway', zh: '网关判定的报警变化' },
  received: { en: 'received by the platform', zh: '平台收到' },
  lost: { en: 'lost', zh: '丢失' },
  repeated: { en: 'repeated', zh: '重复' },
  latency: { en: 'judgement to platform, p50 / p99', zh: '判定到平台，p50 / p99' },
  field: {
    en: 'change in the field to platform (smoke, call), p50 / worst',
    zh: '现场变化到平台（烟感、呼叫），p50 / 最差',
  },
  readings: { en: 'readings received', zh: '收到读数' },
  drained: { en: 'entries that waited during the outage and were drained', zh: '断网期间积压并已补发的条目' },
  failed: { en: 'did not go as it should', zh: '未按预期' },
  good: { en: 'good', zh: '良好' },
  doubtful: { en: 'doubtful', zh: '存疑' },
  lostValue: { en: 'lost', zh: '丢失' },
  passed: { en: 'ok', zh: '通过' },
  // incidents
  burst: { en: 'a main bursts: hydrant 7 runs low', zh: '管道爆裂：7 号消火栓压力过低' },
  smoke: { en: 'smoke in the kitchen: siren, acknowledge, reset', zh: '厨房起烟：警报、确认、复位' },
  pressed: { en: 'the call button is pressed', zh: '按下一键报警' },
  provision: { en: 'hydrant 8 is provisioned through the SDK', zh: '通过 SDK 添加 8 号消火栓' },
  outage: { en: 'the network is down while the bedroom burns', zh: '断网期间卧室报警' },
  crash: { en: 'kill -9 on the gateway in the middle of a fire', zh: '火警期间 kill -9 网关' },
  // events
  raised: { en: 'RAISED', zh: '发生' },
  cleared: { en: 'cleared', zh: '消除' },
  acked: { en: 'acknowledged', zh: '确认' },
  reset: { en: 'reset', zh: '复位' },
  silenced: { en: 'silenced', zh: '消音' },
  suppressed: { en: 'suppressed', zh: '抑制' },
  unsuppressed: { en: 'announced again', zh: '解除抑制' },
  tested: { en: 'tested', zh: '测试通过' },
  fire: { en: 'FIRE', zh: '火警' },
  call: { en: 'CALL', zh: '一键报警' },
  'pre-alarm': { en: 'pre-alarm', zh: '预警' },
  supervisory: { en: 'supervisory', zh: '监管' },
  tamper: { en: 'tamper', zh: '防拆' },
  fault: { en: 'fault', zh: '故障' },
  test: { en: 'test', zh: '测试' },
} as const satisfies Record<string, Record<Lang, string>>;

export type Word = keyof typeof words;
export type Say = (word: Word) => string;
export const speaker =
  (lang: Lang): Say =>
  (word) =>
    words[word][lang];

/** Words for what comes from elsewhere; unknown ones stay as they are. */
export const sayAny =
  (say: Say) =>
  (text: string): string =>
    isWord(text) ? say(text) : text;

const isWord = (text: string): text is Word => Object.hasOwn(words, text);
