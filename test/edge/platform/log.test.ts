import { describe, expect, it } from 'vitest';
import { jsonLog, onChange } from '../../../edge/platform/log.ts';
import { fakeClock } from '../../support/fake-clock.ts';

describe('jsonLog', () => {
  it('writes one JSON object a line, with what its parents know', () => {
    const lines: string[] = [];
    const log = jsonLog(fakeClock(), (line) => lines.push(line));
    log.info('gateway.started', { devices: 3 });
    log.child({ bus: 'a' }).child({ unit: 7 }).warn('unit.silent', { why: 'line\nbreak', nothing: undefined });
    expect(lines).toEqual([
      '{"at":"2026-01-01T00:00:00.000Z","level":"info","event":"gateway.started","devices":3}\n',
      '{"at":"2026-01-01T00:00:00.000Z","level":"warn","event":"unit.silent","bus":"a","unit":7,"why":"line\\nbreak"}\n',
    ]);
  });

  it('an event without fields is a line, too', () => {
    const lines: string[] = [];
    jsonLog(fakeClock(), (line) => lines.push(line)).warn('x');
    expect(lines).toHaveLength(1);
  });
});

describe('onChange', () => {
  it('tells changes, and not states', () => {
    const told: [string, string | undefined][] = [];
    const note = onChange<string>((to, from) => told.push([to, from]));
    for (const state of ['ok', 'ok', 'dead', 'dead', 'dead', 'ok']) note(state);
    expect(told).toEqual([
      ['ok', undefined],
      ['dead', 'ok'],
      ['ok', 'dead'],
    ]);
  });

  it('what is not a number does not change into itself', () => {
    let told = 0;
    const note = onChange<number>(() => told++);
    note(Number.NaN);
    note(Number.NaN);
    expect(told).toBe(1);
  });

  it('a report that notes a state itself does not loop', () => {
    const told: string[] = [];
    const note = onChange<string>((to) => {
      told.push(to);
      note(to);
    });
    note('once');
    expect(told).toEqual(['once']);
  });
});
