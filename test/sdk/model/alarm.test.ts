import { describe, expect, it } from 'vitest';
import { type AlarmCause, alarmKinds, isHidden } from '../../../sdk/model/alarm.ts';
import { explainAlarm } from '../../../sdk/model/explain-alarm.ts';
import { millis } from '../../../sdk/model/time.ts';

describe('a suppression', () => {
  const suppression = { how: 'out-of-service', why: 'repair' };
  it('hides no fire, no call, and nothing that is not known', () => {
    const hidden = [...alarmKinds, 'other' as const].filter((kind) => isHidden({ kind, suppression }));
    expect(hidden).toEqual(['pre-alarm', 'supervisory', 'tamper', 'fault', 'test']);
  });
  it('that is not there hides nothing', () => {
    expect(alarmKinds.filter((kind) => isHidden({ kind }))).toEqual([]);
  });
});

describe('what is known in words only', () => {
  const cause: AlarmCause = {
    point: 'pressure',
    test: 'trouble',
    value: 0.12,
    onDelay: millis(0),
    held: millis(0),
    rule: 'pressure below 0.14 MPa for 5 s',
    source: '',
  };
  it('is explained in them', () => {
    expect(explainAlarm({ condition: 'low', cause }, 'zh')).toBe('0.12：pressure below 0.14 MPa for 5 s');
    expect(explainAlarm({ condition: 'low', cause }, 'en')).toBe('0.12: pressure below 0.14 MPa for 5 s');
  });
  it('of a trouble needs no “true”', () => {
    const down = { ...cause, value: true, point: '', rule: 'the bus cannot be reached', source: 'ours' };
    expect(explainAlarm({ condition: 'bus-down', cause: down }, 'zh')).toBe('总线无法连接；依据：ours');
    expect(explainAlarm({ condition: 'bus-down', cause: down }, 'en')).toBe(
      'the bus cannot be reached; rule from: ours',
    );
  });
  it.each(['constructor', '__proto__', 'toString'])('has no meaning by inheritance: %s', (name) => {
    const is: AlarmCause = { ...cause, test: 'is', point: name, value: name, limit: name };
    expect(explainAlarm({ condition: name, cause: is }, 'zh')).toBe(`${name}：${name}为“${name}”`);
  });
});
