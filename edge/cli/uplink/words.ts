import type { Said } from '../terminal/language.ts';

/** All that `fengsui uplink stat` says in its table. */
export const uplinkWords = {
  uplink: { en: 'uplink', zh: '上行' },
  state: { en: 'state', zh: '状态' },
  up: { en: 'connected', zh: '已连接' },
  down: { en: 'NOT CONNECTED', zh: '未连接' },
  standby: { en: 'stands by', zh: '备用待命' },
  alarms: { en: 'alarms', zh: '报警数' },
  stored: { en: 'to disk', zh: '落盘' },
  sent: { en: 'to line', zh: '发出' },
  taken: { en: 'broker', zh: '服务器收到' },
  received: { en: 'confirmed', zh: '平台确认' },
  held: { en: 'of that, platform', zh: '其中平台处理' },
  all: { en: 'in all', zh: '合计' },
  none: { en: 'no uplink is configured', zh: '未配置上行' },
  noneTimed: {
    en: 'No alarm of this run has been confirmed yet.',
    zh: '本次运行尚无报警得到平台确认。',
  },
  meaning: {
    en: 'Milliseconds of each hop, half of the alarms / the slowest, of the last 128 that were confirmed.',
    zh: '各环节毫秒数：中位数 / 最慢，统计最近得到确认的 128 条报警。',
  },
  allHeard: { en: 'No fire or call waits for a confirmation.', zh: '没有火警或求助在等待确认。' },
  /** {}: a number, a length of time */
  waiting: {
    en: '{} fires or calls are NOT CONFIRMED, the first for {}',
    zh: '{} 条火警或求助未得到确认，最早的已等待 {}',
  },
} as const satisfies Record<string, Said>;
