import { describe, expect, it } from 'vitest';
import { recordText } from '../../../edge/cli/record-words.ts';
import { recordTable } from '../../../edge/cli/records.ts';
import { recordOf } from '../../../sdk/client/record.ts';
import type { HeardRecord } from '../../../sdk/model/record.ts';
import { monoTime, wallTime } from '../../../sdk/model/time.ts';
import { records } from '../../golden/records.ts';

const noon = new Date(2026, 10, 25, 12, 0, 1, 20).getTime();
const at = { boot: 1, mono: monoTime(0), wall: wallTime(noon), trust: 'synced' } as const;
const read = (record: HeardRecord) => recordOf('gw-1', record, []);

const said: Readonly<Record<string, readonly [en: string, zh: string]>> = {
  'an output that was told': [
    'siren/sounding was told to be on, because of smoke/smoke, call/pressed',
    'siren/sounding 下令开，起因 smoke/smoke、call/pressed',
  ],
  'an output that was told by a walk test': [
    'siren/sounding was told to be on, by a walk test',
    'siren/sounding 下令开（逐点测试）',
  ],
  'an output that was read back': [
    'siren/sounding read back on after 290 ms',
    'siren/sounding 回读确认开，用时 290 毫秒',
  ],
  'a barrier that arrived': [
    'siren/sounding on: it has had its effect after 6200 ms',
    'siren/sounding 开，动作到位，用时 6200 毫秒',
  ],
  'an output that could not be told': [
    'siren/sounding could not be told to be off after 3000 ms: no answer within 3000 ms',
    'siren/sounding 未能下令关，用时 3000 毫秒：no answer within 3000 ms',
  ],
  'a command that was done': [
    '李伟 (duty) provision main – done: generic/fire-main',
    '李伟 (duty) provision main 已执行：generic/fire-main',
  ],
  'a command that was refused': [
    'nobody known (sdk-2) reset smoke/smoke – refused, FORBIDDEN, 300 times: not allowed',
    '未知人员（sdk-2） reset smoke/smoke 被拒绝 FORBIDDEN，共 300 次：not allowed',
  ],
  'a start': [
    'started: version 0.1.0, configuration c0ffee, device list 3, after it was killed, failed or lost its power',
    '网关启动，版本 0.1.0，配置 c0ffee，设备表 3，上次异常终止或断电',
  ],
  'a stop': ['stopped in order: SIGTERM', '网关正常停止：SIGTERM'],
  'another configuration': [
    'the configuration is another one, c0ffee; added a; changed b, c',
    '配置已更改为 c0ffee，新增 a，变更 b, c',
  ],
  'a clock that was set back': [
    'the clock of the host was set by -86400 s, 2 times',
    '系统时钟被调整 -86400 s，共 2 次',
  ],
};

describe('a record in words', () => {
  it.each(records)('says of $name what happened, in both languages', ({ name, record }) => {
    expect([recordText(read(record), 'en'), recordText(read(record), 'zh')]).toEqual(said[name]);
  });

  it('names no program where a receipt was refused', () => {
    const act = { act: 'command', method: 'receipt', outcome: 'FORBIDDEN', client: '', count: 1 } as const;
    const receipt = read({ kind: 'audit', at, ...act });
    expect(recordText(receipt, 'en')).toBe('nobody known receipt – refused, FORBIDDEN');
    expect(recordText(receipt, 'zh')).toBe('未知人员 receipt 被拒绝 FORBIDDEN');
  });

  it('says that it does not know what a later version has written', () => {
    const step = read({ kind: 'linkage', at, step: 'other', device: 'siren', point: 'on', on: true });
    const act = read({ kind: 'audit', at, act: 'other' });
    expect([recordText(step, 'en'), recordText(step, 'zh')]).toEqual([
      'siren/on on: a step that this version does not know',
      'siren/on 开，未知步骤',
    ]);
    expect([recordText(act, 'en'), recordText(act, 'zh')]).toEqual([
      'something that this version has no name for',
      '未知的操作',
    ]);
  });
});

describe('the table of records', () => {
  it('tells the time to the millisecond, and lets nothing command the terminal', () => {
    const table = recordTable([read({ kind: 'audit', at, act: 'stopped', why: 'x\u001b[2J' })], 'en');
    expect(table).toBe('time                     record\n2026-11-25 12:00:01.020  stopped in order: x\ufffd[2J\n');
  });

  it('says so where there is none', () => {
    expect([recordTable([], 'en'), recordTable([], 'zh')]).toEqual(['there are no records\n', '没有记录\n']);
  });
});
