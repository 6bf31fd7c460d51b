import { describe, expect, it } from 'vitest';
import type { Causes, LinkageRule } from '../../../edge/linkage/linkage.ts';
import { endRule, followRule, linkageActor } from '../../../edge/runtime/linkage-actor.ts';
import { linkageTrail } from '../../../edge/runtime/records/linkage-trail.ts';
import type { RecordStore, Unstamped } from '../../../edge/runtime/records/record-store.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { deviceId } from '../../../sdk/model/ids.ts';
import type { PointValue } from '../../../sdk/model/point.ts';
import { millis, monoTime } from '../../../sdk/model/time.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { settled } from '../../support/settled.ts';

const siren = deviceId('siren');
const rules: readonly LinkageRule[] = [
  { name: 'evacuate', when: new Set(['hall/smoke', 'attic/smoke']), output: siren, point: 'on', sounder: true },
];
const reads = (value: boolean): PointValue => ({ quality: 'good', at: monoTime(0), value });

/** An output whose writes finish when the test says so. */
function stage(driven = rules) {
  const writes: { on: boolean; done: () => void; fail: (e: unknown) => void }[] = [];
  const mismatches: boolean[] = [];
  const effects: boolean[] = [];
  const log = recordingLog();
  const clock = fakeClock();
  const records: Unstamped[] = [];
  const record: RecordStore = async (what) => void records.push(what);
  const actor = linkageActor({
    rules: driven,
    log,
    clock,
    write: (_output, _point, on) => new Promise((done, fail) => writes.push({ on, done, fail })),
    mismatch: (output, isSo) => {
      expect(output).toBe(siren);
      mismatches.push(isSo);
    },
    withoutEffect: (_output, isSo) => effects.push(isSo),
    trail: linkageTrail({ clock, record }),
  });
  const asked = (): boolean[] => writes.map((w) => w.on);
  const finish = async (index: number, error?: unknown): Promise<void> => {
    if (error === undefined) writes[index]?.done();
    else writes[index]?.fail(error);
    await settled();
  };
  const events = (): string[] => log.lines.map((l) => l.event);
  return { actor, asked, finish, mismatches, effects, events, clock, records };
}
const causes = (...active: string[]): Causes => ({ active: new Set(active), sounding: new Set(active) });
const fire = causes('hall/smoke');
const none = causes();

describe('linkageActor', () => {
  it('switches in the same turn as the alarm, without waiting for anything', () => {
    const s = stage();
    s.actor.update(fire);
    expect(s.asked()).toEqual([true]);
  });

  it('an output that follows does not hide a stuck one of the same board', () => {
    const board = deviceId('relays');
    const two: readonly LinkageRule[] = ['relay1', 'relay2'].map((point) => ({
      name: point,
      when: new Set(['hall/smoke']),
      output: board,
      point,
      sounder: false,
    }));
    const told: boolean[] = [];
    const write = (): Promise<void> => Promise.resolve();
    const actor = linkageActor({
      rules: two,
      log: recordingLog(),
      clock: fakeClock(),
      write,
      mismatch: (_board, isSo) => told.push(isSo),
      withoutEffect: () => undefined,
      trail: linkageTrail({ clock: fakeClock(), record: async () => undefined }),
    });
    actor.update(fire);
    actor.readBack(board, 'relay1', reads(false));
    actor.readBack(board, 'relay2', reads(true));
    expect(told).toEqual([true, true]);
    actor.readBack(board, 'relay1', reads(true));
    expect(told.at(-1)).toBe(false);
  });

  it('a second cause of the same output switches nothing again', async () => {
    const s = stage();
    s.actor.update(fire);
    await s.finish(0);
    s.actor.update(causes('hall/smoke', 'attic/smoke'));
    s.actor.update(causes('attic/smoke'));
    expect(s.asked()).toEqual([true]);
  });

  it('all causes gone: off', async () => {
    const s = stage();
    s.actor.update(fire);
    await s.finish(0);
    s.actor.update(none);
    expect(s.asked()).toEqual([true, false]);
  });

  it('a change while writing is written after it, and only the last one counts', async () => {
    const s = stage();
    s.actor.update(fire);
    s.actor.update(none);
    s.actor.update(fire);
    s.actor.update(none);
    expect(s.asked()).toEqual([true]);
    await s.finish(0);
    expect(s.asked()).toEqual([true, false]);
    await s.finish(1);
    expect(s.asked()).toEqual([true, false]);
  });

  it('back and forth while writing needs no second write', async () => {
    const s = stage();
    s.actor.update(fire);
    s.actor.update(none);
    s.actor.update(fire);
    await s.finish(0);
    expect(s.asked()).toEqual([true]);
  });

  it('is proven once by what the output reads back, and not told with every reading', async () => {
    const s = stage();
    s.actor.update(fire);
    await s.finish(0);
    s.actor.readBack(siren, 'on', reads(true));
    s.actor.readBack(siren, 'on', reads(true));
    expect(s.events()).toEqual(['linkage.switch', 'linkage.proven']);
    expect(s.mismatches).toEqual([false, false]);
  });

  it('must be proven anew after each switch', async () => {
    const s = stage();
    s.actor.update(fire);
    await s.finish(0);
    s.actor.readBack(siren, 'on', reads(true));
    s.actor.update(none);
    await s.finish(1);
    s.actor.readBack(siren, 'on', reads(false));
    expect(s.events().filter((e) => e === 'linkage.proven')).toHaveLength(2);
  });

  it('an output that is stuck is a mismatch, and is told again with every reading', async () => {
    const s = stage();
    s.actor.update(fire);
    await s.finish(0);
    s.actor.readBack(siren, 'on', reads(false));
    await s.finish(1);
    s.actor.readBack(siren, 'on', reads(false));
    expect(s.asked()).toEqual([true, true, true]);
    expect(s.mismatches).toEqual([true, true]);
  });

  it('an output that is on without a cause is switched off, also after a restart', () => {
    const s = stage();
    s.actor.readBack(siren, 'on', reads(true));
    expect(s.asked()).toEqual([false]);
    expect(s.mismatches).toEqual([true]);
  });

  it('a reading while a write is under way starts no second one', () => {
    const s = stage();
    s.actor.update(fire);
    s.actor.readBack(siren, 'on', reads(false));
    expect(s.asked()).toEqual([true]);
  });

  it('a write that fails is logged with its reason, and tried again with the next reading', async () => {
    const s = stage();
    s.actor.update(fire);
    await s.finish(0, new FengsuiError('BUS_TIMEOUT'));
    expect(s.events()).toEqual(['linkage.switch', 'linkage.not-written']);
    expect(s.asked()).toEqual([true]);
    s.actor.readBack(siren, 'on', reads(false));
    expect(s.asked()).toEqual([true, true]);
  });

  it('leaves a trail of what was told, why it could not be, and that it did it', async () => {
    const s = stage();
    s.actor.readBack(siren, 'on', reads(false));
    s.actor.update(fire);
    await s.finish(0, new FengsuiError('BUS_TIMEOUT', 'no answer'));
    s.actor.readBack(siren, 'on', reads(false));
    await s.finish(1);
    s.actor.readBack(siren, 'on', reads(true));
    s.actor.readBack(siren, 'on', reads(true));
    s.actor.update(none);
    await settled();
    expect(s.records).toMatchObject([
      { step: 'switched', device: 'siren', point: 'on', on: true, causes: ['hall/smoke'] },
      { step: 'not-written', on: true, why: 'no answer' },
      { step: 'proven', on: true, afterMs: 0 },
      { step: 'switched', on: false },
    ]);
  });

  it('a write that fails after the wish changed is followed by the new wish at once', async () => {
    const s = stage();
    s.actor.update(fire);
    s.actor.update(none);
    await s.finish(0, new FengsuiError('BUS_DOWN'));
    expect(s.asked()).toEqual([true, false]);
  });

  it.each<[why: string, output: string, point: string, value: PointValue]>([
    ['a lost reading', 'siren', 'on', { quality: 'lost', at: monoTime(0), why: 'timeout' }],
    ['a doubtful reading', 'siren', 'on', { quality: 'doubtful', at: monoTime(0), value: true, why: 'unconfirmed' }],
    ['an output that no rule drives', 'lamp', 'on', reads(true)],
    ['another point of the output', 'siren', 'armed', reads(true)],
  ])('%s proves nothing and switches nothing', (_, output, point, value) => {
    const s = stage();
    s.actor.readBack(deviceId(output), point, value);
    expect([s.asked(), s.mismatches]).toEqual([[], []]);
  });
});

describe('a sounder', () => {
  it('is silent for an alarm that was silenced, and sounds again for the next', () => {
    const s = stage();
    s.actor.update(fire);
    s.actor.update({ active: fire.active, sounding: new Set() });
    s.actor.update({ active: fire.active, sounding: new Set(['attic/smoke']) });
    expect(s.events().filter((e) => e === 'linkage.switch')).toHaveLength(3);
  });

  it('chirps for half a second, and not where it sounds already', async () => {
    const s = stage();
    s.actor.chirp('hall/smoke');
    expect(s.asked()).toEqual([true]);
    await s.finish(0);
    await s.clock.advance(499);
    expect(s.asked()).toEqual([true]);
    await s.clock.advance(1);
    expect(s.asked()).toEqual([true, false]);
    await s.finish(1);
    s.actor.update(fire);
    await s.finish(2);
    s.actor.chirp('hall/smoke');
    await s.clock.advance(500);
    expect(s.asked()).toEqual([true, false, true]);
  });

  it('of another condition does not chirp', () => {
    const s = stage();
    s.actor.chirp('cellar/smoke');
    expect(s.asked()).toEqual([]);
  });
});

describe('a barrier that is to be open', () => {
  const gate = deviceId('gate-end');
  const barrier: readonly LinkageRule[] = [
    {
      name: 'open',
      when: new Set(['hall/smoke']),
      output: siren,
      point: 'on',
      sounder: false,
      proof: { device: gate, point: 'atEnd', within: millis(15_000) },
    },
  ];

  it('is told to be without effect until its end switch says otherwise', async () => {
    const s = stage(barrier);
    s.actor.effect(gate, 'atEnd', reads(false)); // closed, and meant to be
    s.actor.update(fire);
    s.actor.effect(gate, 'atEnd', reads(false));
    s.actor.effect(gate, 'atEnd', reads(true));
    expect(s.effects).toEqual([false, true, false]);
    await settled();
    expect(s.records).toMatchObject([
      { step: 'switched', on: true },
      { step: 'effective', on: true, afterMs: 0 },
    ]);
  });

  it('may be open without being told to: a guard has let somebody in', () => {
    const s = stage(barrier);
    s.actor.effect(gate, 'atEnd', reads(true));
    expect(s.effects).toEqual([false]);
  });

  it.each<[string, PointValue]>([
    ['that cannot be read', { quality: 'lost', at: monoTime(0), why: 'timeout' }],
    ['that is in doubt', { quality: 'doubtful', at: monoTime(0), value: true, why: 'unconfirmed' }],
  ])('with an end switch %s is not judged by it', (_what, value) => {
    const s = stage(barrier);
    s.actor.update(fire);
    s.actor.effect(gate, 'atEnd', value);
    expect(s.effects).toEqual([]);
  });

  it('has the time that the site gives it, and is a fault then', () => {
    expect(endRule(millis(15_000))).toMatchObject({ onDelay: 15_000, kind: 'fault', condition: 'end-not-reached' });
  });
});

describe('followRule', () => {
  it('gives the output 3 s', () =>
    expect(followRule).toMatchObject({ onDelay: 3_000, kind: 'fault', condition: 'not-following' }));
});

describe('an output that is lent to a command', () => {
  it('is left alone, whatever it reads, and is as the alarms want it once it is given back', async () => {
    const s = stage();
    const lent = s.actor.lend(siren, 'on');
    s.actor.readBack(siren, 'on', reads(true));
    expect([s.asked(), s.mismatches]).toEqual([[], []]);
    lent?.giveBack();
    expect(s.asked()).toEqual([false]);
    await s.finish(0);
    s.actor.readBack(siren, 'on', reads(true));
    expect([s.asked(), s.mismatches]).toEqual([[false, false], [true]]);
  });

  it('is not lent while an alarm holds it on', () => {
    const s = stage();
    s.actor.update(fire);
    expect(s.actor.lend(siren, 'on')).toBeUndefined();
  });

  it('belongs to an alarm that comes meanwhile at once, and is proven as ever', async () => {
    const s = stage();
    const lent = s.actor.lend(siren, 'on');
    expect(lent?.isWanted()).toBe(false);
    s.actor.update(fire);
    expect([s.asked(), lent?.isWanted()]).toEqual([[true], true]);
    await s.finish(0);
    s.actor.readBack(siren, 'on', reads(false));
    expect(s.asked()).toEqual([true, true]);
  });

  it('is switched off when the alarm is over before it is given back, but only then', async () => {
    const s = stage();
    const lent = s.actor.lend(siren, 'on');
    s.actor.update(fire);
    await s.finish(0);
    s.actor.update(none);
    expect(s.asked()).toEqual([true]);
    lent?.giveBack();
    expect(s.asked()).toEqual([true, false]);
  });

  it('may be one that no alarm knows', () => {
    const s = stage();
    s.actor.lend(deviceId('gate'), 'relay')?.giveBack();
    expect(s.asked()).toEqual([]);
  });
});
