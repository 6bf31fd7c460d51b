import { describe, expect, it } from 'vitest';
import { logTail } from '../../../../edge/platform/log-tail.ts';
import { logsAnswer } from '../../../../edge/runtime/diagnostics/logs-answer.ts';
import { fieldsOf } from '../../../../sdk/wire/parse.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { recordingLog } from '../../../support/recording-log.ts';

const ask = (tail: ReturnType<typeof logTail>, params: object) => logsAnswer(tail, fieldsOf(params, 'params'));
const numbers = ({ lines }: ReturnType<typeof logsAnswer>): number[] => lines.map(([number]) => number);

describe('the log of a gateway, asked for from afar', () => {
  it('begins with the last fifty lines, and goes on with what is new', () => {
    const tail = logTail(recordingLog(), fakeClock());
    for (let i = 0; i < 120; i++) tail.log.info('line', { i });
    const first = ask(tail, {});
    expect([numbers(first).at(0), numbers(first).at(-1), first.next, first.missed]).toEqual([71, 120, 120, 0]);
    expect(first.lines[0]?.[4]).toBe('{"i":70}');
    expect(ask(tail, { after: 120 })).toEqual({ lines: [], next: 120, missed: 0 });
    tail.log.warn('new');
    expect(numbers(ask(tail, { after: 120 }))).toEqual([121]);
  });

  it('comes in pages that join', () => {
    const tail = logTail(recordingLog(), fakeClock());
    for (let i = 0; i < 120; i++) tail.log.info('line');
    const pages = [ask(tail, { after: 0 })];
    while ((pages.at(-1)?.lines.length ?? 0) > 0) pages.push(ask(tail, { after: pages.at(-1)?.next ?? 0 }));
    expect(pages.flatMap(numbers)).toEqual(Array.from({ length: 120 }, (_, i) => i + 1));
  });

  it('of warnings alone passes over the rest, and never stands still', () => {
    const tail = logTail(recordingLog(), fakeClock());
    for (let i = 0; i < 200; i++) tail.log.info('line');
    tail.log.warn('bad');
    tail.log.info('line');
    expect(ask(tail, { level: 'warn' })).toMatchObject({
      lines: [[201, expect.anything(), 'warn', 'bad', '{}']],
      next: 202,
    });
    expect(ask(tail, { level: 'warn', after: 10 })).toMatchObject({ next: 202, missed: 0 });
    expect(numbers(ask(tail, { level: 'warn', after: 10 }))).toEqual([201]);
  });

  it('tells how many lines are gone that nobody has asked for', () => {
    const tail = logTail(recordingLog(), fakeClock());
    for (let i = 0; i < 1_500; i++) tail.log.info('line');
    expect(ask(tail, { after: 100 })).toMatchObject({ missed: 400 });
  });

  it('stays below the size of a reply, whatever the lines hold, and refuses a level that is none', () => {
    const tail = logTail(recordingLog(), fakeClock());
    const fields = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`field-${i}`, '火'.repeat(300)]));
    for (let i = 0; i < 60; i++) tail.log.info('line', fields);
    const page = ask(tail, { after: 0 });
    expect(page.lines.length).toBeGreaterThan(0);
    expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThan(64_000);
    expect(page.next).toBe(page.lines.length);
    expect(() => ask(tail, { level: 'debug' })).toThrow('expected info or warn');
  });
});
