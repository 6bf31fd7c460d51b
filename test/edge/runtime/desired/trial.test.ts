import { describe, expect, it } from 'vitest';
import { beginTrial, type Sight, type Verdict, watchTrial } from '../../../../edge/runtime/desired/trial.ts';
import type { PointValue } from '../../../../sdk/model/point.ts';
import { monoTime } from '../../../../sdk/model/time.ts';
import { hydrant, onBus, siteOf } from '../../../support/site-yaml.ts';

const [gate, yard, barn, other] = siteOf(
  `${onBus(hydrant('gate', 1), hydrant('yard', 2), hydrant('barn', 3))}  - id: far
    tcp: "127.0.0.1:502"
    devices: [{ ${hydrant('other', 1)} }]
`,
).devices;
if (!gate || !yard || !barn || !other) throw new Error('the site has four devices');

const good = (at: number): PointValue => ({ quality: 'good', at: monoTime(at), value: 1 });
const lost = (at: number): PointValue => ({ quality: 'lost', at: monoTime(at), why: 'timeout' });
const sight = (at: number, answered: Record<string, PointValue>, problems: Record<string, string> = {}): Sight => ({
  at: monoTime(at),
  answered: new Map(Object.entries(answered)),
  problems: new Map(Object.entries(problems)),
});
const before = sight(1_000, { gate: good(900), yard: good(900), other: good(900) });
const begin = (trialMs?: number) => beginTrial([gate, yard, other], [gate, yard, other, barn], before, trialMs);

/** What became of it after these sights; it must have gone on till the last. */
function after(trial: ReturnType<typeof begin>, ...sights: readonly Sight[]): Verdict {
  return sights.reduce<Verdict>(
    (verdict, next) => {
      if (verdict.kind !== 'goes-on') throw new Error(`it was over before: ${verdict.kind}`);
      return watchTrial(verdict.trial, next);
    },
    { kind: 'goes-on', trial },
  );
}

describe('a trial', () => {
  it('watches those that answered, on buses that the change touches', () => {
    const trial = begin();
    expect([trial.kept.map(({ id }) => id), trial.fresh.map(({ id }) => id)]).toEqual([['gate', 'yard'], ['barn']]);
    const dark = beginTrial([gate, yard], [gate, yard, barn], sight(0, { gate: lost(0) }));
    expect(dark.kept).toEqual([]);
  });

  it.each([
    [undefined, 120_000],
    [5_000, 5_000],
    [10, 4_000],
    [9_999_999, 600_000],
  ])('for %s ms lasts %i ms', (wanted, length) => {
    expect(begin(wanted).length).toBe(length); // four polls of a second at least
  });

  it('does not take an answer from before for one of now', () => {
    const old = { gate: good(900), yard: good(900), barn: good(900) };
    expect(after(begin(10_000), sight(9_000, old)).kind).toBe('goes-on');
    expect(after(begin(10_000), sight(11_000, old))).toMatchObject({ kind: 'kept', problems: [{ device: 'barn' }] });
  });

  it('bears a bus that connects anew, and not one that stays away', () => {
    const all = { gate: good(2_000), yard: good(2_000), barn: lost(2_000) };
    const down = { rs485: 'refused' };
    const connects = after(
      begin(),
      sight(2_000, all),
      sight(3_000, all, down),
      sight(7_000, all),
      sight(9_000, all, down),
    );
    expect(connects.kind).toBe('goes-on');
    expect(after(begin(), sight(2_000, all), sight(3_000, all, down), sight(8_000, all, down)).kind).toBe('failed');
    expect(after(begin(), sight(2_000, all, { far: 'refused' }), sight(8_000, all, { far: 'refused' })).kind).toBe(
      'goes-on',
    );
  });

  it('at its end does not take one lost answer for silence, and a silence of half its length for one', () => {
    const once = { gate: good(9_000), yard: lost(10_900), barn: lost(10_900) };
    const heard = sight(8_000, { ...once, yard: good(7_900) });
    expect(after(begin(10_000), heard, sight(11_000, once)).kind).toBe('kept');
    const early = sight(4_000, { ...once, gate: good(3_900), yard: good(3_900) });
    expect(after(begin(10_000), early, sight(11_000, once))).toMatchObject({
      kind: 'failed',
      problems: [{ device: 'yard' }],
    });
  });

  it('ends early only when every neighbour was heard since, and after some rounds', () => {
    const all = (at: number) => ({ gate: good(at), yard: good(at), barn: good(at) });
    expect(after(begin(), sight(3_000, all(2_900))).kind).toBe('goes-on');
    expect(after(begin(), sight(6_000, { ...all(5_900), yard: good(900) })).kind).toBe('goes-on');
    expect(after(begin(), sight(6_000, { ...all(5_900), yard: lost(5_900) })).kind).toBe('goes-on');
    expect(after(begin(), sight(6_000, all(5_900)))).toEqual({ kind: 'kept', problems: [] });
  });
});
