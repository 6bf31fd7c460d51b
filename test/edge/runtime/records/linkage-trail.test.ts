import { describe, expect, it } from 'vitest';
import { linkageTrail } from '../../../../edge/runtime/records/linkage-trail.ts';
import type { Unstamped, Writing } from '../../../../edge/runtime/records/record-store.ts';
import { deviceId } from '../../../../sdk/model/ids.ts';
import { monoTime } from '../../../../sdk/model/time.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { settled } from '../../../support/settled.ts';

const siren = { output: deviceId('siren'), point: 'sounding' };

function stage() {
  const clock = fakeClock();
  const told: (Unstamped & Writing)[] = [];
  const trail = linkageTrail({ clock, record: async (what, writing) => void told.push({ ...what, ...writing }) });
  return { clock, told, trail };
}

describe('the trail of an output', () => {
  it('comes behind what its cause writes in the same turn', async () => {
    const { told, trail } = stage();
    trail.switched(siren, true, ['smoke/smoke']);
    expect(told).toEqual([]);
    await settled();
    expect(told).toHaveLength(1);
  });

  it('says when it was told, by what, and after how long it was read back and had its effect', async () => {
    const { clock, told, trail } = stage();
    await clock.advance(1_000);
    trail.switched(siren, true, ['smoke/smoke']);
    trail.proven(siren, true, monoTime(1_290));
    trail.effective(siren, monoTime(7_000));
    await settled();
    const output = { kind: 'linkage', device: 'siren', point: 'sounding', on: true };
    expect(told).toEqual([
      { ...output, step: 'switched', at: 1_000, causes: ['smoke/smoke'] },
      { ...output, step: 'proven', at: 1_290, afterMs: 290 },
      { ...output, step: 'effective', at: 7_000, afterMs: 6_000 },
    ]);
  });

  it('has each step of a switch once, and all of them anew with the next', async () => {
    const { told, trail } = stage();
    for (const on of [true, false]) {
      trail.switched(siren, on, on ? ['smoke/smoke'] : []);
      for (let n = 0; n < 3; n++) trail.proven(siren, on, monoTime(n));
      for (let n = 0; n < 3; n++) trail.notWritten(siren, on, 'no answer');
    }
    await settled();
    expect(told.map((r) => 'step' in r && [r.step, r.on])).toEqual([
      ['switched', true],
      ['proven', true],
      ['not-written', true],
      ['switched', false],
      ['proven', false],
      ['not-written', false],
    ]);
  });

  it('takes nothing for a proof that was read before, or reads as the switch before', async () => {
    const { clock, told, trail } = stage();
    await clock.advance(1_000);
    trail.proven(siren, false, monoTime(900)); // nobody has told it anything yet
    trail.switched(siren, true, ['smoke/smoke']);
    trail.proven(siren, true, monoTime(999));
    trail.proven(siren, false, monoTime(1_001));
    trail.effective({ ...siren, point: 'other' }, monoTime(1_001));
    await settled();
    expect(told).toHaveLength(1);
  });

  it('says so where a walk test lets it sound', async () => {
    const { told, trail } = stage();
    trail.switched(siren, true, []);
    trail.switched(siren, false, []);
    await settled();
    expect(told).toMatchObject([{ step: 'switched', on: true, isTest: true }, { on: false }]);
    expect(told[1]).not.toHaveProperty('isTest');
  });

  it('names so many causes of a storm, and cuts a reason without end', async () => {
    const { told, trail } = stage();
    trail.switched(
      siren,
      true,
      Array.from({ length: 100 }, (_, i) => `smoke-${i}/smoke`),
    );
    trail.notWritten(siren, true, 'x'.repeat(10_000));
    await settled();
    expect(told[0]).toMatchObject({ causes: { length: 16 } });
    expect(told[1]).toMatchObject({ why: 'x'.repeat(200) });
  });
});
