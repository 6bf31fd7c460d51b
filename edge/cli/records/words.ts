import type { Audit, GatewayRecord, Linkage } from '../../../sdk/client/record.ts';
import type { RunEnd } from '../../../sdk/model/record.ts';
import type { Lang, Said } from '../terminal/language.ts';

/** All that `fengsui records` says, but for the records themselves. */
export const recordWords = {
  time: { en: 'time', zh: '时间' },
  record: { en: 'record', zh: '记录' },
  none: { en: 'there are no records', zh: '没有记录' },
} as const satisfies Record<string, Said>;

/** A record in a sentence. Pure. */
export const recordText = (record: GatewayRecord, lang: Lang): string =>
  record.kind === 'linkage' ? linkageText(record, lang) : auditText(record, lang);

function linkageText(r: Linkage, lang: Lang): string {
  const zh = lang === 'zh';
  const [output, state] = [`${r.device}/${r.point}`, zh ? (r.on ? '开' : '关') : r.on ? 'on' : 'off'];
  const after = r.afterMs === undefined ? '' : zh ? `，用时 ${r.afterMs} 毫秒` : ` after ${r.afterMs} ms`;
  const why = r.why === undefined ? '' : zh ? `：${r.why}` : `: ${r.why}`;
  switch (r.step) {
    case 'switched':
      return `${output} ${zh ? `下令${state}` : `was told to be ${state}`}${causeText(r, lang)}`;
    case 'proven':
      return `${output} ${zh ? `回读确认${state}` : `read back ${state}`}${after}`;
    case 'effective':
      return `${output} ${zh ? `${state}，动作到位` : `${state}: it has had its effect`}${after}`;
    case 'not-written':
      return `${output} ${zh ? `未能下令${state}` : `could not be told to be ${state}`}${after}${why}`;
    case 'other':
      return `${output} ${zh ? `${state}，未知步骤` : `${state}: a step that this version does not know`}`;
  }
}

function causeText({ causes, isTest }: Linkage, lang: Lang): string {
  if (isTest) return lang === 'zh' ? '（逐点测试）' : ', by a walk test';
  if (!causes || causes.length === 0) return '';
  return lang === 'zh' ? `，起因 ${causes.join('、')}` : `, because of ${causes.join(', ')}`;
}

const ends = {
  nothing: { en: 'for the first time', zh: '首次启动' },
  stop: { en: 'after a stop in order', zh: '上次正常停止' },
  failure: { en: 'after it was killed, failed or lost its power', zh: '上次异常终止或断电' },
} as const satisfies Record<RunEnd, Said>;

function auditText(r: Audit, lang: Lang): string {
  const zh = lang === 'zh';
  switch (r.act) {
    case 'command':
      return commandText(r, lang);
    case 'started':
      return zh
        ? `网关启动，版本 ${r.version}，配置 ${short(r.configHash)}，设备表 ${r.configVersion}，${ends[r.after].zh}`
        : `started: version ${r.version}, configuration ${short(r.configHash)}, device list ${r.configVersion}, ${ends[r.after].en}`;
    case 'stopped':
      return zh ? `网关正常停止：${r.why}` : `stopped in order: ${r.why}`;
    case 'configured':
      return zh
        ? `配置已更改为 ${short(r.configHash)}${listed('，新增', r.added)}${listed('，移除', r.removed)}${listed('，变更', r.changed)}`
        : `the configuration is another one, ${short(r.configHash)}${listed('; added', r.added)}${listed('; removed', r.removed)}${listed('; changed', r.changed)}`;
    case 'clock-stepped': {
      const by = `${r.byMs > 0 ? '+' : ''}${r.byMs / 1_000} s`;
      return zh
        ? `系统时钟被调整 ${by}${times(r.count, lang)}`
        : `the clock of the host was set by ${by}${times(r.count, lang)}`;
    }
    case 'other':
      return zh ? '未知的操作' : 'something that this version has no name for';
  }
}

/** Everything else is the code of a refusal. */
const outcomes: Readonly<Record<string, Said>> = {
  done: { en: 'done', zh: '已执行' },
  executed: { en: 'done', zh: '已执行' },
  verified: { en: 'done and proven', zh: '已执行并到位' },
  'not-proven': { en: 'done, but not proven', zh: '已执行，未到位' },
  interrupted: { en: 'interrupted, nobody knows', zh: '中断，结果未知' },
};

function commandText(r: Extract<Audit, { readonly act: 'command' }>, lang: Lang): string {
  const zh = lang === 'zh';
  const target = [r.device, r.condition].filter((part) => part !== undefined).join('/');
  const program = r.client === '' ? '' : zh ? `（${r.client}）` : ` (${r.client})`;
  const who = r.operator ?? `${zh ? '未知人员' : 'nobody known'}${program}`;
  const what = `${r.method}${target === '' ? '' : ` ${target}`}`;
  const outcome = outcomes[r.outcome]?.[lang] ?? (zh ? `被拒绝 ${r.outcome}` : `refused, ${r.outcome}`);
  const detail = r.detail === undefined ? '' : zh ? `：${r.detail}` : `: ${r.detail}`;
  return `${who} ${what} ${zh ? '' : '– '}${outcome}${times(r.count, lang)}${detail}`;
}

const short = (hash: string): string => hash.slice(0, 12);
const listed = (word: string, ids: readonly string[]): string => (ids.length === 0 ? '' : `${word} ${ids.join(', ')}`);
const times = (count: number, lang: Lang): string =>
  count <= 1 ? '' : lang === 'zh' ? `，共 ${count} 次` : `, ${count} times`;
