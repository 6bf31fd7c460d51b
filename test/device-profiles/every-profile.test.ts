import { describe, expect, it } from 'vitest';
import { settingsIn } from '../../device-profiles/check-condition.ts';
import { checkProfile, profiles } from '../../device-profiles/index.ts';
import { rulesOf } from '../../edge/alarm/rules-of.ts';
import { type Condition, noAnswer, type PointSpec, type ProfileSpec, type Setting } from '../../sdk/model/profile.ts';
import { defaultSettings } from '../support/default-settings.ts';

const all: readonly ProfileSpec[] = profiles;
const names = (value: unknown): readonly string[] =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? value.flatMap(names) : [];

it('no two profiles have one id', () => expect(new Set(all.map((p) => p.id)).size).toBe(all.length));

describe.each(all)('$id', (profile) => {
  const points: [string, PointSpec][] = Object.entries(profile.points);
  const conditions: [string, Condition][] = Object.entries(profile.conditions ?? {});
  const settings: [string, Setting][] = Object.entries(profile.settings ?? {});
  const declared = new Set(settings.map(([name]) => name));
  const used = new Set([
    ...points.flatMap(([, p]) => ('at' in p ? names(p.at) : [])),
    ...points.flatMap(([, p]) => ('decimals' in p ? names(p.decimals) : [])),
    ...points.flatMap(([, p]) => ('scale' in p ? names(p.scale) : [])),
    ...conditions.flatMap(([, c]) => settingsIn(c)),
  ]);

  it('has points', () => expect(points.length).toBeGreaterThan(0));
  it('says what it counts as', () => expect(profile.category).toBeDefined());
  it('cites its source', () => expect(profile.source.trim().length).toBeGreaterThan(10));
  it('has a name in both languages', () =>
    expect([profile.name.en, profile.name.zh].every((name) => name.trim() !== '')).toBe(true));
  it('names only topic-safe points and conditions', () => {
    for (const [name] of [...points, ...conditions]) expect(name).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9-]*$/);
  });
  it('declares every setting it uses, and uses every setting it declares', () => expect(used).toEqual(declared));
  it('is polled well within the silence it promises', () => {
    // One period until the first failure, one time-out, and one probe (a quarter of the promise) until it is judged.
    expect(profile.pollMs + 1_000 + Math.max(profile.pollMs, profile.silenceMs / 4)).toBeLessThan(profile.silenceMs);
    expect(
      rulesOf({ profile, settings: defaultSettings(profile), pollMs: profile.pollMs }).find(
        (r) => r.condition === noAnswer,
      )?.onDelay,
    ).toBeGreaterThan(0);
  });
  it('contradicts itself nowhere', () => expect(checkProfile(profile)).toEqual([]));
  if (profile.unverified !== undefined)
    it('says why its map is not to be trusted', () => expect(profile.unverified?.length).toBeGreaterThan(20));

  describe.each(points)('point %s', (_, spec) => {
    if ('range' in spec)
      it('has a resolution within its range', () =>
        expect(spec.resolution).toBeLessThanOrEqual(spec.range[1] - spec.range[0]));
    if ('of' in spec)
      it('has names for its codes, none twice', () =>
        expect(new Set(Object.values(spec.of)).size).toBe(Object.keys(spec.of).length));
    if (spec.from === 'discrete') it('is not written', () => expect(spec).not.toHaveProperty('writable'));
    it('comes from where its kind can come from', () => {
      const isBit = spec.as === 'bool' && !('bit' in spec);
      expect(isBit ? ['coil', 'discrete', 'line-in', 'line-out'] : ['holding', 'input']).toContain(spec.from);
    });
  });

  if (conditions.length > 0) {
    describe.each(conditions)('condition %s', (name, condition) => {
      it('cites its source', () => expect(condition.source.trim()).not.toBe(''));
      it('becomes a rule with real numbers', () => {
        const rule = rulesOf({ profile, settings: defaultSettings(profile), pollMs: profile.pollMs }).find(
          (r) => r.condition === name,
        );
        expect([rule?.onDelay, rule?.offDelay].every((ms) => Number.isFinite(ms) && Number(ms) >= 0)).toBe(true);
        expect(rule?.text).not.toMatch(/NaN|undefined/);
      });
      if (condition.kind === 'fire' || condition.kind === 'call')
        it('is latched: only a person ends it', () => expect(condition.latched).toBe(true));
    });
  }

  if (settings.length > 0) {
    describe.each(settings)('setting %s', (_, setting) => {
      it('says what it means', () => expect(setting.help.length).toBeGreaterThan(10));
    });
  }
});
