import { describe, expect, it } from 'vitest';
import { alarmTable } from '../../../../edge/cli/alarms/table.ts';
import { type AlarmParts, alarmOf } from '../../../../sdk/client/alarm.ts';
import { wallTime } from '../../../../sdk/model/time.ts';
import { alarmChange } from '../../../support/fake-gateway.ts';

const noon = new Date(2026, 10, 25, 12, 0, 5).getTime();
const low = (more: Partial<AlarmParts> = {}) => {
  const { event: _event, at: _at, ...rest } = alarmChange(1);
  return alarmOf({ ...rest, gateway: 'gw-1', at: noon, ...more });
};
const names = new Map([
  ['hydrant-1', '村口消火栓'],
  ['hall', 'Hall'],
]);
const repair = { how: 'out-of-service', why: 'wiring', operator: 'Li (duty)' } as const;
const standing = [
  low({ device: 'hall', condition: 'smoke', kind: 'fire', silenced: true, suppression: repair }),
  low({
    phase: 'cleared-unacked',
    suppression: { how: 'shelved', why: 'pump test', until: wallTime(noon + 3_600_000) },
  }),
  low({ device: 'street', condition: 'other-trouble', kind: 'other', phase: 'active-acked' }),
];

describe('the table of alarms', () => {
  it('says of each where it stands, why, and what was done to it', () => {
    expect(alarmTable(standing, names, 'en')).toBe(
      `kind         stands                     since                alarm                 device
FIRE         ACTIVE                     2026-11-25 12:00:05  hall/smoke            Hall
  0.12 MPa: pressure below 0.14 MPa for 5 s; it had been so for 5 s; rule from: GB 50974-2014 7.2.8
  silenced
  out of service, by Li (duty), announced all the same: wiring
supervisory  cleared, not acknowledged  2026-11-25 12:00:05  hydrant-1/low         村口消火栓
  0.12 MPa: no longer “pressure below 0.14 MPa for 5 s”; it had been so for 5 s; rule from: GB 50974-2014 7.2.8
  shelved, until 2026-11-25 13:00:05, not announced: pump test
other        active, acknowledged       2026-11-25 12:00:05  street/other-trouble  –
  0.12 MPa: pressure below 0.14 MPa for 5 s; it had been so for 5 s; rule from: GB 50974-2014 7.2.8
`,
    );
  });

  it('says since when it stands, whatever has happened to it meanwhile', () => {
    const acked = low({ phase: 'active-acked', since: wallTime(noon - 3_600_000) });
    expect(alarmTable([acked], names, 'en')).toContain('2026-11-25 11:00:05  hydrant-1/low');
  });

  it('says it in Chinese, in columns', () => {
    expect(alarmTable(standing.slice(0, 2), names, 'zh')).toBe(
      `类型  状态            时间                 报警           设备
火警  报警中，未确认  2026-11-25 12:00:05  hall/smoke     Hall
  0.12 MPa：压力低于 0.14 MPa，持续 5 秒；已持续 5 秒；依据：GB 50974-2014 7.2.8
  已消音
  停用，操作人 Li (duty)，仍照常上报：wiring
监管  已消除，未确认  2026-11-25 12:00:05  hydrant-1/low  村口消火栓
  0.12 MPa：不再“压力低于 0.14 MPa，持续 5 秒”；已持续 5 秒；依据：GB 50974-2014 7.2.8
  搁置，至 2026-11-25 13:00:05，不上报：pump test
`,
    );
  });

  it('says so when nothing stands', () => {
    expect(alarmTable([], names, 'en')).toBe('nothing stands\n');
    expect(alarmTable([], names, 'zh')).toBe('当前没有报警\n');
  });

  it('lets nobody write to the terminal', () => {
    const table = alarmTable([low({ suppression: { how: 'disabled', why: '\x1b[2J\nfake row' } })], names, 'en');
    expect(table).toContain('disabled, not announced: �[2J�fake row\n');
  });
});
