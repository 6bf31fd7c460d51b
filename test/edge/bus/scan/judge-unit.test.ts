import { describe, expect, it } from 'vitest';
import type { Heard } from '../../../../edge/bus/scan/ask-unit.ts';
import { type Finding, judgeUnit, type Verdict } from '../../../../edge/bus/scan/judge-unit.ts';

const says = (...values: number[]): Heard[] => values.map((value) => ({ kind: 'words', words: [value] }));
const refused: Heard = { kind: 'refused', exception: 2 };
const damaged: Heard = { kind: 'damaged', detail: 'CRC' };
const silent: Heard = { kind: 'silent' };
const finding = (heard: Heard[], more: Partial<Finding> = {}): Finding => ({
  setting: '9600 8N1',
  unit: 3,
  from: 'holding',
  heard,
  damaged: heard.filter((h) => h === damaged).length,
  surplus: 0,
  ...more,
});
const clean = finding(says(1, 1), { unit: 4 });

describe('what was heard of one address', () => {
  it.each<[why: string, heard: Finding, others: Finding[], verdict: Verdict['kind']]>([
    ['a steady value is one device', finding(says(5, 5, 5, 5, 5, 5)), [], 'present'],
    ['an exception is a device too', finding([refused, refused]), [], 'present'],
    ['a drifting value is one device', finding(says(100, 140, 180, 230, 300, 380)), [], 'present'],
    ['a value that trembles by little is one device', finding(says(1000, 1015, 1000, 1015, 1000)), [], 'present'],
    ['a small value that trembles is one device', finding(says(1, 2, 1, 3, 1)), [], 'present'],
    ['a value that leaps once is one device', finding(says(0, 0, 0, 500, 500, 500)), [], 'present'],
    ['three values that come and go are one restless device', finding(says(0, 500, 0, 900, 0)), [], 'present'],
    ['two far values in turn are two devices', finding(says(5, 800, 5, 5, 800, 5)), [], 'conflict'],
    ['answers and refusals in turn are two devices', finding([...says(5, 5), refused, ...says(5)]), [], 'conflict'],
    ['a second answer to one request is a second device', finding(says(5, 5, 5), { surplus: 1 }), [], 'conflict'],
    ['one damaged answer happens', finding([...says(5, 5, 5), damaged]), [clean], 'present'],
    ['much damage on a line that damages all is noise', finding([...says(5), damaged, damaged]), [], 'present'],
    ['much damage where others are clean is two at once', finding([...says(5), damaged, damaged]), [clean], 'conflict'],
    ['damage that the bus hid by asking again counts', finding(says(5, 5, 5), { damaged: 2 }), [clean], 'conflict'],
    ['nothing but damage is no device yet', finding([damaged, damaged, damaged]), [], 'damaged'],
    ['nothing but damage where others are clean is two at once', finding([damaged, damaged]), [clean], 'conflict'],
    ['who is silent at times is still one', finding([...says(5), silent, ...says(5)]), [clean], 'present'],
  ])('%s', (_why, heard, others, verdict) => {
    expect(judgeUnit(heard, [heard, ...others]).kind).toBe(verdict);
  });

  it('takes no other setting as proof that the line is clean', () => {
    const elsewhere = { ...clean, setting: '4800 8N1' };
    expect(judgeUnit(finding([damaged, damaged]), [elsewhere]).kind).toBe('damaged');
  });

  it('says what speaks for two devices', () => {
    const verdict = judgeUnit(finding([...says(5, 800, 5), refused, silent], { surplus: 2 }), []);
    expect(verdict.evidence).toEqual([
      { kind: 'alternates', values: [5, 800] },
      { kind: 'refuses-and-answers' },
      { kind: 'surplus-answers', count: 2 },
      { kind: 'sometimes-silent', count: 1, of: 5 },
    ]);
  });
});
