import { describe, expect, it } from 'vitest';
import { conditionKey, type LinkageRule, outputKey, wantedOutputs } from '../../../edge/linkage/linkage.ts';
import { deviceId } from '../../../sdk/model/ids.ts';

const rule = (output: string, ...when: string[]): LinkageRule => ({
  name: 'any',
  when: new Set(when),
  output: deviceId(output),
  point: 'on',
  sounder: false,
});
const wanted = (rules: readonly LinkageRule[], ...active: string[]): Record<string, boolean> =>
  Object.fromEntries(wantedOutputs(rules, { active: new Set(active), sounding: new Set(active) }));

describe('wantedOutputs', () => {
  const siren = rule('siren', 'hall/smoke', 'attic/smoke');

  it.each<[why: string, active: string[], on: boolean]>([
    ['no alarm: off', [], false],
    ['an alarm that no rule names: off', ['hall/fault'], false],
    ['one cause of many is enough', ['attic/smoke'], true],
    ['all causes', ['hall/smoke', 'attic/smoke'], true],
  ])('%s', (_, active, on) => expect(wanted([siren], ...active)).toEqual({ 'siren/on': on }));

  it('two rules for one output: it is on while either asks for it, in whatever order they stand', () => {
    const rules = [rule('siren', 'hall/smoke'), rule('siren', 'gate/call')];
    for (const order of [rules, rules.toReversed()]) {
      expect(wanted(order, 'hall/smoke')).toEqual({ 'siren/on': true });
      expect(wanted(order, 'gate/call')).toEqual({ 'siren/on': true });
      expect(wanted(order)).toEqual({ 'siren/on': false });
    }
  });

  it('one cause switches every output that names it, and no other', () => {
    expect(wanted([siren, rule('barrier', 'hall/smoke'), rule('lift', 'gate/call')], 'hall/smoke')).toEqual({
      'siren/on': true,
      'barrier/on': true,
      'lift/on': false,
    });
  });

  it('nothing is wanted without rules', () => expect(wanted([], 'hall/smoke')).toEqual({}));

  it('keys are device and name', () => {
    expect([conditionKey(deviceId('hall'), 'smoke'), outputKey(siren)]).toEqual(['hall/smoke', 'siren/on']);
  });
});
