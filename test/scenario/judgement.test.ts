import { describe, expect, it } from 'vitest';
import { deviceId } from '../../sdk/model/ids.ts';
import { caseCorpus } from '../bench/judgement/case-corpus.ts';
import { plainHydrant } from '../bench/judgement/case-profiles.ts';
import type { JudgementCase, Told, Truth } from '../bench/judgement/judgement-case.ts';
import { type Played, runCase } from '../bench/judgement/run-case.ts';
import { low, lowLow, raised } from '../bench/judgement/truths.ts';
import { verdictOf } from '../bench/judgement/verdict.ts';

const judged = async (each: JudgementCase) => {
  const { missed, falseAlarms } = verdictOf(each, await runCase(each));
  return { missed, falseAlarms: falseAlarms.map(({ device, condition, at }) => `${device}/${condition} at ${at} s`) };
};
const silent = { missed: [], falseAlarms: [] };

describe('what is true is told in time, and nothing else', () => {
  it.each(caseCorpus)('$id', async (each) => expect(await judged(each)).toEqual(silent));
});

describe('the corpus', () => {
  it('has a name of its own for each case, in both languages', () => {
    expect(new Set(caseCorpus.map(({ id }) => id)).size).toBe(caseCorpus.length);
    expect(caseCorpus.length).toBeGreaterThanOrEqual(36);
    for (const { id, name } of caseCorpus) expect(name.zh, id).toMatch(/[\u4e00-\u9fff]/);
  });

  it('plays the same each time', async () => {
    const [first] = caseCorpus;
    if (!first) throw new Error('no cases');
    expect((await runCase(first)).told).toEqual((await runCase(first)).told);
  });
});

describe('the verdict on a case', () => {
  const told = (
    name: string,
    at: number,
    event: Told['event'] = 'raised',
    kind: Told['kind'] = 'supervisory',
  ): Told => {
    const [device = '', condition = ''] = name.split('/');
    const phase = event === 'cleared' ? 'cleared-unacked' : 'active-unacked';
    return { device: deviceId(device), condition, kind, phase, event, at };
  };
  /** A hydrant that is below its limits from 10 s on. */
  const trace = Array.from({ length: 60 }, (_, at) => [at, at < 10 ? 0.3 : 0.05] as const);
  const played = (...all: readonly Told[]): Played => ({
    told: all,
    traces: new Map([['h', trace]]),
    stations: [{ id: 'h', bus: 'b', profile: plainHydrant, source: () => true }],
  });
  const verdict = (truth: readonly Truth[], ...all: readonly Told[]) => {
    const name = { en: 'a test', zh: '测试' };
    const { missed, falseAlarms } = verdictOf(
      { id: 't', name, seed: 1, lasts: 60, scene: () => ({ stations: [], script: [] }), truth },
      played(...all),
    );
    return [missed.length, falseAlarms.length];
  };
  const both = [low('h'), lowLow('h')];

  it.each<[what: string, told: readonly Told[], expected: [missed: number, false_: number]]>([
    ['both in time', [told('h/low-low', 12), told('h/low', 15)], [0, 0]],
    ['one never', [told('h/low-low', 12)], [1, 0]],
    ['low-low never: also against the rule of all hydrants', [told('h/low', 15)], [2, 0]],
    ['too late', [told('h/low-low', 12), told('h/low', 30)], [1, 1]],
    ['before there was a reason', [told('h/low-low', 12), told('h/low', 5)], [1, 1]],
    ['twice', [told('h/low-low', 12), told('h/low', 15), told('h/low', 16)], [0, 1]],
    ['under another kind', [told('h/low-low', 12), told('h/low', 15, 'raised', 'fault')], [1, 1]],
    ['something else besides', [told('h/low-low', 12), told('h/low', 15), told('x/smoke', 15)], [0, 1]],
  ])('%s', (_what, all, expected) => expect(verdict(both, ...all)).toEqual(expected));

  it('looks at how it ends, and lets nature be on the edge', () => {
    const ends = [lowLow('h'), low('h', { ends: 'cleared' })];
    const inTime = [told('h/low-low', 12), told('h/low', 15)];
    expect(verdict(ends, ...inTime)).toEqual([1, 0]);
    expect(verdict(ends, ...inTime, told('h/low', 20, 'cleared'))).toEqual([0, 0]);
    expect(verdict([lowLow('h'), low('h', { optional: true })], told('h/low-low', 12))).toEqual([0, 0]);
  });

  it('looks at how often a condition was told', () => {
    const chatter = [told('h/low', 15), told('h/low', 20, 'cleared'), told('h/low', 25, 'repeated')];
    const truth = (toldAtMost: number): readonly Truth[] => [lowLow('h'), low('h', { toldAtMost })];
    expect(verdict(truth(3), told('h/low-low', 12), ...chatter)).toEqual([0, 0]);
    expect(verdict(truth(2), told('h/low-low', 12), ...chatter)).toEqual([1, 0]);
  });

  it('counts what comes out of suppression, and what was only tested, as told', () => {
    const lowIsTold = told('h/low-low', 12);
    expect(
      verdict([lowLow('h'), raised('supervisory', 'h/low', [10, 20])], lowIsTold, told('h/low', 15, 'unsuppressed')),
    ).toEqual([0, 0]);
    expect(verdict([lowLow('h')], lowIsTold, told('k/smoke', 15, 'tested', 'test'))).toEqual([0, 1]);
  });

  it('says so when nature gave no reason for what a case expects', () => {
    expect(verdict([lowLow('h'), { ...low('x'), device: 'x' }], told('h/low-low', 12))).toEqual([1, 0]);
  });
});
