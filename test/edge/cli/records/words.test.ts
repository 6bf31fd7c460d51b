import { describe, expect, it } from 'vitest';
import { recordTable } from '../../../../edge/cli/records/command.ts';
import { recordText } from '../../../../edge/cli/records/words.ts';
import { recordOf } from '../../../../sdk/client/record.ts';
import type { HeardRecord } from '../../../../sdk/model/record.ts';
import { monoTime, wallTime } from '../../../../sdk/model/time.ts';
import { goldenRecords } from '../../../support/wire/golden-records.ts';

const noon = new Date(2026, 10, 25, 12, 0, 1, 20).getTime();
const at = { boot: 1, mono: monoTime(0), wall: wallTime(noon), trust: 'synced' } as const;
const read = (record: HeardRecord) => recordOf('gw-1', record, []);

const said: Readonly<Record<string, readonly [en: string, zh: string]>> = {
  'linkage switched': [
    'siren/sounding was told to be on, because of smoke/smoke, call/pressed',
    'siren/sounding 下令开，起因 smoke/smoke、call/pressed',
  ],
  'linkage switched by a walk test': [
    'siren/sounding was told to be on, by a walk test',
    'siren/sounding 下令开（逐点测试）',
  ],
  'linkage proven': ['siren/sounding read back on after 290 ms', 'siren/sounding 回读确认开，用时 290 毫秒'],
  'linkage effective': [
    'siren/sounding on: it has had its effect after 6200 ms',
    'siren/sounding 开，动作到位，用时 6200 毫秒',
  ],
  'linkage not written': [
    'siren/sounding could not be told to be off after 3000 ms: no answer within 3000 ms',
    'siren/sounding 未能下令关，用时 3000 毫秒：no answer within 3000 ms',
  ],
  'audit of a command': [
    '李伟 (duty) provision main – done: generic/fire-main',
    '李伟 (duty) provision main 已执行：generic/fire-main',
  ],
  'audit of a command to a device': [
    '李伟 (duty + chief) invoke east-gate – done and proven: open',
    '李伟 (duty + chief) invoke east-gate 已执行并到位：open',
  ],
  'audit of a refused command': [
    'nobody known (sdk-2) reset smoke/smoke – refused, FORBIDDEN, 300 times: not allowed',
    '未知人员（sdk-2） reset smoke/smoke 被拒绝 FORBIDDEN，共 300 次：not allowed',
  ],
  'audit of a refused receipt': ['nobody known receipt – refused, FORBIDDEN', '未知人员 receipt 被拒绝 FORBIDDEN'],
  'audit of a start': [
    'started: version 0.1.0, configuration c0ffee, device list 3, after it was killed, failed or lost its power',
    '网关启动，版本 0.1.0，配置 c0ffee，设备表 3，上次异常终止或断电',
  ],
  'audit of a stop': ['stopped in order: SIGTERM', '网关正常停止：SIGTERM'],
  'audit of another configuration': [
    'the configuration is another one, c0ffee; added a; changed b, c',
    '配置已更改为 c0ffee，新增 a，变更 b, c',
  ],
  'audit of a clock set back': [
    'the clock of the host was set by -86400 s, 2 times',
    '系统时钟被调整 -86400 s，共 2 次',
  ],
};

describe('a record in words', () => {
  it.each(goldenRecords)('says of $name what happened, in both languages', ({ name, meaning: { record } }) => {
    expect([recordText(read(record), 'en'), recordText(read(record), 'zh')]).toEqual(said[name]);
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
