import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../../edge/bus/scan/judge-unit.ts';
import { freshScan } from '../../../../edge/bus/scan/scan-plan.ts';
import { type FoundUnit, progressLine, scanJson, scanTable } from '../../../../edge/cli/scan/report.ts';
import type { NumberPoint, ProfileSpec } from '../../../../sdk/model/profile.ts';
import { millis, monoTime } from '../../../../sdk/model/time.ts';

const pressure: NumberPoint = {
  from: 'holding',
  at: 4,
  as: 'i16',
  unit: 'MPa',
  resolution: 0.001,
  range: [0, 2],
};
const profile = (unverified?: string): ProfileSpec => ({
  id: 'test/dial',
  name: { en: 'Fire main pressure', zh: '消防水压' },
  source: 'made up for this test',
  points: { pressure },
  pollMs: 1_000,
  silenceMs: 10_000,
  ...(unverified === undefined ? {} : { unverified }),
});
const finding = (unit: number): Finding => ({
  setting: '9600 8N1',
  unit,
  from: 'holding',
  heard: [{ kind: 'words', words: [88] }],
  damaged: 0,
  surplus: 0,
});
const present = (unit: number, ...candidates: FoundUnit['candidates']): FoundUnit => ({
  finding: finding(unit),
  verdict: { kind: 'present', evidence: [] },
  asked: true,
  candidates,
});
const candidate = (confidence: number, spec = profile()): FoundUnit['candidates'][number] => ({
  profile: spec,
  by: 'plausible',
  confidence,
  evidence: ['holding 3 = 3 (0–4)'],
  live: { point: 'pressure', spec: pressure, value: { quality: 'good', at: monoTime(0), value: 0.4213 } },
});
const state = (traffic: readonly string[] = []) => ({ ...freshScan, traffic });

describe('the report of a scan', () => {
  it('shows each unit with its likely profile and a value to compare with the dial', () => {
    const text = scanTable([present(3, candidate(0.92)), present(17)], state(), 'zh');
    expect(text.split('\n')).toEqual([
      ' 3  9600 8N1  消防水压 (test/dial)  92 %  0.421 MPa',
      '17  9600 8N1  ? 未知设备            —     holding 0: 88',
      '',
    ]);
  });

  it('asks a person where it only guesses, with what the guess rests on', () => {
    const text = scanTable([present(3, candidate(0.799), candidate(0.6))], state(), 'en');
    expect(text).toContain(' 79 %');
    expect(text).toContain('please confirm: holding 3 = 3 (0–4)');
    expect(text).toContain('or Fire main pressure (test/dial)  60 %  0.421 MPa');
  });

  it('says of an unverified profile that it is one', () => {
    const text = scanTable([present(3, candidate(0.7, profile('map from memory')))], state(), 'en');
    expect(text).toContain('[UNVERIFIED PROFILE: map from memory]');
  });

  it('does not call a unit unknown that nobody asked', () => {
    const left = { ...present(17), asked: false };
    expect(scanTable([left], state(), 'en')).toBe('17  9600 8N1  not identified  —  holding 0: 88\n');
    expect(scanTable([left], state(), 'zh')).toContain('未识别');
    const { units } = JSON.parse(scanJson({ units: [left, present(18)], traffic: [], left: 0 }));
    expect(units).toMatchObject([{ asked: false }, { asked: true }]);
  });

  it('names a conflict, its evidence and what to do, and no profile', () => {
    const conflict: FoundUnit = {
      finding: finding(3),
      verdict: { kind: 'conflict', evidence: [{ kind: 'surplus-answers', count: 2 }] },
      asked: false,
      candidates: [],
    };
    const [row, ...rest] = scanTable([conflict], state(), 'zh').split('\n');
    expect(row).toContain('地址冲突');
    expect(rest.join('\n')).toContain('请逐台接入');
    expect(rest.join('\n')).toContain('多出 2 个应答');
    expect(JSON.parse(scanJson({ units: [conflict], traffic: [], left: 0 })).units[0]).toMatchObject({
      verdict: 'conflict',
      candidates: [],
    });
  });

  it('shows a value that must not be believed with the reason', () => {
    const doubtful = { ...candidate(0.9) };
    const odd: FoundUnit['candidates'][number] = {
      ...doubtful,
      live: {
        point: 'pressure',
        spec: pressure,
        value: { quality: 'doubtful', at: monoTime(0), value: 9, why: 'out-of-range' },
      },
    };
    const lost: FoundUnit['candidates'][number] = {
      ...doubtful,
      live: { point: 'pressure', spec: pressure, value: { quality: 'lost', at: monoTime(0), why: 'device-marker' } },
    };
    const text = scanTable([present(3, odd), present(4, lost)], state(), 'en');
    expect(text).toContain('9.000 MPa (out-of-range)');
    expect(text).toContain('pressure: device-marker');
  });

  it('tells of another master', () => {
    expect(scanTable([], state(['4800 8N1']), 'en')).toMatch(/another master is talking on this line, at 4800 8N1/);
  });

  it('gives programs what people are told, guesses marked as such', () => {
    const units = [present(3, candidate(0.799), candidate(0.99))];
    const { units: told } = JSON.parse(scanJson({ units, traffic: ['4800 8N1'], left: 4 }));
    expect(told[0].candidates).toMatchObject([
      { profile: 'test/dial', confidence: 0.79, needsConfirmation: true, live: { value: 0.4213, unit: 'MPa' } },
      { confidence: 0.99, needsConfirmation: false },
    ]);
  });

  it('writes progress over itself on a screen, and only discoveries elsewhere', () => {
    const progress = {
      step: { endpoint: { kind: 'serial', path: '/dev/ttyS1', baud: 9_600, parity: 'none', stopBits: 1 }, unit: 37 },
      findings: [finding(37)],
      state: { ...freshScan, findings: [finding(37)] },
      left: { steps: 210, time: millis(100_000) },
    } as const;
    expect(progressLine(progress, 'zh', true)).toContain('地址 37 · 9600 8N1 · 210 次询问待发, 约 2 分钟');
    expect(progressLine(progress, 'en', false)).toBe('heard: 37  9600 8N1  present\n');
    expect(progressLine({ ...progress, findings: [] }, 'en', false)).toBe('');
  });
});
