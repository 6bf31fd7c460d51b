import { describe, expect, it } from 'vitest';
import { callButton } from '../../../../device-profiles/generic/call-button.ts';
import { municipalHydrant } from '../../../../device-profiles/generic/municipal-hydrant.ts';
import { wirelessSmokeAlarm } from '../../../../device-profiles/generic/wireless-smoke-alarm.ts';
import { deviceId } from '../../../../sdk/model/ids.ts';
import type { Condition, ProfileSpec } from '../../../../sdk/model/profile.ts';
import { minutes, seconds } from '../../../../sdk/model/time.ts';
import { type DeskRun, deskRun } from '../../../support/alarm-desk-run.ts';
import { memoryDisk } from '../../../support/memory-journal.ts';
import { settled } from '../../../support/settled.ts';

const operator = 'duty';
async function watching(disk = memoryDisk(), boot = 1): Promise<DeskRun> {
  const run = await deskRun({ disk, boot });
  run.watch('hall', wirelessSmokeAlarm);
  run.watch('gate', municipalHydrant);
  run.watch('bed', callButton);
  return run;
}
/** The hydrant is below both of its limits. */
const dry = (run: DeskRun): Promise<void> => run.wait(7, () => run.sees('gate', 'pressure', 0.05));
const shelved = { device: 'gate', condition: 'low', how: 'shelved', why: 'main is being mended', operator } as const;

describe('a shelved condition', () => {
  it('is stored and shown with its reason, but announced to nobody', async () => {
    const run = await watching();
    run.desk.suppress({ ...shelved, length: minutes(30) });
    await dry(run);
    await settled();
    const raised = run.entries().find((c) => c.condition === 'low' && c.event === 'raised');
    expect(raised).toMatchObject({ suppression: { how: 'shelved', why: 'main is being mended', operator } });
    expect([...run.desk.active]).toEqual(['gate/low-low']);
    expect(run.desk.standing().map((c) => c.condition)).toContain('low');
    expect(run.desk.mostUrgent(run.changes[0]?.device as never)).toBe('supervisory');
  });

  it('comes back at its end by itself, and what is still active is told then', async () => {
    const run = await watching();
    run.desk.suppress({ ...shelved, length: minutes(1) });
    await run.wait(61, () => run.sees('gate', 'pressure', 0.05));
    expect(run.events().at(-1)).toBe('gate/low unsuppressed 1');
    expect(run.desk.active.has('gate/low')).toBe(true);
    expect(run.changes.at(-1)).not.toHaveProperty('suppression');
  });

  it('stays shelved over a restart, no longer than it was to be', async () => {
    const disk = memoryDisk();
    const before = await watching(disk);
    before.desk.suppress({ ...shelved, length: minutes(2) });
    await settled();
    const after = await watching(disk, 2);
    expect(after.desk.suppressed()).toMatchObject([{ device: 'gate', condition: 'low' }]);
    await after.wait(121);
    expect(after.desk.suppressed()).toEqual([]);
    await settled();
    expect([...disk.kept.keys()].filter((key) => key.startsWith('suppression/'))).toEqual([]);
  });

  it('of a device that is gone, or of a condition that is, ends without harm', async () => {
    const disk = memoryDisk();
    const before = await watching(disk);
    before.desk.suppress({ ...shelved, length: minutes(1) });
    before.desk.suppress({ ...shelved, condition: 'low-low', length: minutes(1) });
    await settled();
    const after = await deskRun({ disk, boot: 2 }); // the hydrant is not in the configuration any more
    await after.wait(61);
    expect([after.events(), after.desk.suppressed()]).toEqual([[], []]);
    const removed = await watching();
    removed.desk.suppress({ ...shelved, length: minutes(1) });
    removed.desk.forget(deviceId('gate'), 'platform');
    expect(removed.desk.suppressed()).toEqual([]);
  });

  it('is announced again by hand', async () => {
    const run = await watching();
    run.desk.suppress({ ...shelved, length: minutes(30) });
    await dry(run);
    run.desk.lift({ device: 'gate', condition: 'low' }, 'chief');
    expect(run.changes.at(-1)).toMatchObject({ event: 'unsuppressed', phase: 'active-unacked', operator: 'chief' });
    expect(run.desk.active.has('gate/low')).toBe(true);
  });
});

describe('what is out of service', () => {
  it('keeps its faults to itself, but no fire: that goes through with a remark', async () => {
    const run = await watching();
    run.desk.suppress({ device: 'hall', condition: '', how: 'out-of-service', why: 'being painted', operator });
    run.sees('hall', 'status', 'fault');
    run.sees('hall', 'status', 'smoke');
    const [fire] = run.changes.filter((c) => c.event === 'raised' && c.kind === 'fire');
    expect(fire).toMatchObject({ suppression: { how: 'out-of-service', why: 'being painted' } });
    expect([...run.desk.active]).toEqual(['hall/smoke']);
    expect(run.desk.mostUrgent(fire?.device as never)).toBe('fire');
  });

  it('is told of each of its conditions, by whom and why', async () => {
    const run = await watching();
    run.desk.suppress({ device: 'gate', condition: '', how: 'out-of-service', why: 'dug up', operator });
    expect(run.changes.map((c) => [c.condition, c.event, c.operator])).toEqual([
      ['low', 'suppressed', 'duty'],
      ['low-low', 'suppressed', 'duty'],
      ['stuck', 'suppressed', 'duty'],
      ['out-of-range', 'suppressed', 'duty'],
      ['no-answer', 'suppressed', 'duty'],
    ]);
  });
});

describe('what cannot be meant is refused', () => {
  it.each([
    ['a fire', { ...shelved, device: 'hall', condition: 'smoke', length: minutes(5) }, 'CONFLICT', 'is never hidden'],
    ['a call', { ...shelved, device: 'bed', condition: 'pressed', how: 'disabled' }, 'CONFLICT', 'is never hidden'],
    ['no end', shelved, 'INVALID', 'shelving needs an end'],
    ['an end in a month', { ...shelved, length: minutes(50_000) }, 'INVALID', 'shelving needs an end'],
    ['no reason', { ...shelved, why: ' ', length: minutes(5) }, 'INVALID', 'give a reason'],
    ['a whole device shelved', { ...shelved, condition: '', length: minutes(5) }, 'INVALID', 'taken out of service'],
    ['one condition out of service', { ...shelved, how: 'out-of-service' }, 'INVALID', 'a device as a whole'],
    ['nobody', { ...shelved, device: 'attic', length: minutes(5) }, 'NOT_FOUND', 'there is no device “attic”'],
    [
      'nothing',
      { ...shelved, condition: 'wet', length: minutes(5) },
      'NOT_FOUND',
      'it has low, low-low, stuck, out-of-range, no-answer',
    ],
  ] as const)('%s', async (_what, wanted, code, message) => {
    const run = await watching();
    expect(() => run.desk.suppress(wanted)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
    expect(run.desk.suppressed()).toEqual([]);
    expect(run.changes).toEqual([]);
  });

  it('lifting what is not suppressed', async () => {
    const run = await watching();
    expect(() => run.desk.lift({ device: 'gate', condition: 'low' })).toThrow('gate/low is not suppressed');
  });
});

describe('a silenced alarm', () => {
  it('stays active but sounds no more; the next one sounds again', async () => {
    const run = await watching();
    run.sees('hall', 'status', 'smoke');
    run.desk.silence('hall', 'smoke', 1, operator);
    expect([[...run.desk.active], [...run.desk.sounding]]).toEqual([['hall/smoke'], []]);
    run.desk.reset('hall', 'smoke', 1, operator);
    run.sees('hall', 'status', 'smoke');
    expect([...run.desk.sounding]).toEqual(['hall/smoke']);
  });

  it('is quiet after a restart, too', async () => {
    const disk = memoryDisk();
    const before = await watching(disk);
    before.sees('hall', 'status', 'smoke');
    before.desk.silence('hall', 'smoke', 1, operator);
    await settled();
    const after = await watching(disk, 2);
    expect([[...after.desk.active], [...after.desk.sounding]]).toEqual([['hall/smoke'], []]);
  });

  it('of another occurrence is refused, and so is a reset of it: a newer fire is never reset unseen', async () => {
    const run = await watching();
    run.sees('hall', 'status', 'smoke');
    run.desk.reset('hall', 'smoke', 1, operator);
    run.sees('hall', 'status', 'smoke');
    const stale = expect.objectContaining({
      code: 'CONFLICT',
      message: expect.stringContaining('occurrence 2, not 1'),
    });
    expect(() => run.desk.silence('hall', 'smoke', 1, operator)).toThrow(stale);
    expect(() => run.desk.reset('hall', 'smoke', 1, operator)).toThrow(stale);
    expect(run.desk.active.has('hall/smoke')).toBe(true);
  });
});

describe('a hold that an orderly stop interrupts', () => {
  it('goes on after the restart where it was', async () => {
    const disk = memoryDisk();
    const before = await watching(disk);
    await before.wait(4, () => before.sees('gate', 'pressure', 0.13));
    await before.desk.save();
    const after = await watching(disk, 2);
    await after.clock.advance(seconds(1));
    after.sees('gate', 'pressure', 0.13);
    expect(after.events()).toEqual([]);
    await after.clock.advance(seconds(2));
    after.sees('gate', 'pressure', 0.13);
    expect(after.events()).toEqual(['gate/low raised 1']); // 3 s before and 2 s after, and not 5 s after
  });
});

describe('a hold on a disk that takes nothing', () => {
  it('is written once however long that lasts, and keeps no gateway from stopping', async () => {
    const run = await deskRun();
    run.watch('gate', {
      ...municipalHydrant,
      conditions: { low: { ...municipalHydrant.conditions.low, onDelayMs: 7_200_000, risk: {} } },
    });
    run.sees('gate', 'pressure', 0.13);
    run.disk.fail('full');
    for (let n = 0; n < 60; n++) {
      await run.clock.advance(60_000);
      run.desk.tick();
    }
    expect(run.journal.status().waiting).toBe(1);
    const saved = run.desk.save();
    await run.clock.advance(2_000);
    await saved;
    expect(run.log.lines.at(-1)?.event).toBe('alarm.memory-not-stored');
  });
});

describe('new rules for a device that is watched', () => {
  const hydrantWith = (when: Condition['when']): ProfileSpec => ({
    ...municipalHydrant,
    conditions: { low: { ...municipalHydrant.conditions.low, when, onDelayMs: 0, risk: {} } },
  });

  it('keep what is active, and begin anew with what another kind of detector remembered', async () => {
    const run = await deskRun();
    run.watch('gate', hydrantWith({ falls: 0.1, withinMs: 60_000 }));
    await run.wait(3, () => run.sees('gate', 'pressure', 0.3));
    run.watch('gate', hydrantWith({ stuckMs: 60_000 }));
    await run.wait(30, () => run.sees('gate', 'pressure', 0.3));
    expect(run.events()).toEqual([]);
    await run.wait(31, () => run.sees('gate', 'pressure', 0.3));
    expect(run.events()).toEqual(['gate/low raised 1']);
    run.watch('gate', hydrantWith({ below: 0.4, deadband: 0 }));
    expect([...run.desk.active]).toEqual(['gate/low']);
  });
});
