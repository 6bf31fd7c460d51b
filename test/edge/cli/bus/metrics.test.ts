import { describe, expect, it } from 'vitest';
import { busMetrics } from '../../../../edge/cli/bus/metrics.ts';
import { busFigures, statusOf, unitFigures } from '../../../support/link-figures.ts';

const { turnaround: _, ...quiet } = unitFigures(2, { state: 'silent', requests: 40, answers: 0 });
const text = busMetrics(statusOf(busFigures('street', [unitFigures(1), quiet]), busFigures('field', [])));
const lines = text.split('\n');

describe('metrics for Prometheus', () => {
  it('count per bus and per unit', () => {
    expect(lines).toEqual(
      expect.arrayContaining([
        '# TYPE fengsui_bus_requests_total counter',
        'fengsui_bus_requests_total{bus="street"} 1000',
        'fengsui_bus_requests_total{bus="field"} 1000',
        'fengsui_unit_answers_total{bus="street",unit="2"} 0',
        'fengsui_unit_crc_errors_total{bus="street",unit="1"} 3',
        'fengsui_unit_foreign_frames_total{bus="street",unit="1"} 2',
        'fengsui_unit_late_frames_total{bus="street",unit="1"} 4',
      ]),
    );
  });

  it('call what can fall a gauge, in base units', () => {
    expect(lines).toEqual(
      expect.arrayContaining([
        '# TYPE fengsui_bus_utilisation_ratio gauge',
        'fengsui_bus_utilisation_ratio{bus="street"} 0.34',
        '# TYPE fengsui_unit_turnaround_p99_seconds gauge',
        'fengsui_unit_turnaround_p99_seconds{bus="street",unit="1"} 0.0125',
        'fengsui_gateway_uptime_seconds 7980',
      ]),
    );
  });

  it('have no turnaround for a unit that never answered', () => {
    expect(text).not.toMatch(/turnaround_p50_seconds\{bus="street",unit="2"\}/);
  });

  it('give a unit exactly one state', () => {
    const states = lines.filter((line) => line.startsWith('fengsui_unit_state{bus="street",unit="2"'));
    expect(states).toHaveLength(6);
    expect(states.filter((line) => line.endsWith(' 1'))).toEqual([
      'fengsui_unit_state{bus="street",unit="2",state="silent"} 1',
    ]);
  });

  it('keep to the text format: each metric once, with help and type before its samples, and a line feed at the end', () => {
    expect(text.endsWith('\n')).toBe(true);
    const seen = new Set<string>();
    let current = '';
    for (const line of lines.slice(0, -1)) {
      const help = /^# HELP (fengsui_[a-z0-9_]+) \S/.exec(line)?.[1];
      if (help) {
        expect(seen.has(help)).toBe(false);
        seen.add(help);
        current = help;
      } else if (line.startsWith('#')) {
        expect(line).toBe(`# TYPE ${current} ${current.endsWith('_total') ? 'counter' : 'gauge'}`);
      } else {
        expect(line).toMatch(/^fengsui_[a-z0-9_]+(\{([a-z]+="[^"\\]*",?)+\})? \d+(\.\d+)?$/);
        expect(line.split(/[{ ]/)[0]).toBe(current);
      }
    }
  });

  it('escape what would break a label', () => {
    expect(busMetrics(statusOf(busFigures('a"b\\c\nd', [])))).toContain('{bus="a\\"b\\\\c\\nd"} 1000\n');
  });

  it('of a gateway without Modbus are its uptime alone', () => {
    expect(busMetrics(statusOf()).split('\n')).toHaveLength(4);
  });
});
