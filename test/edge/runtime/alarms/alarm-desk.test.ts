import { describe, expect, it } from 'vitest';
import { municipalHydrant } from '../../../../device-profiles/generic/municipal-hydrant.ts';
import { wirelessSmokeAlarm } from '../../../../device-profiles/generic/wireless-smoke-alarm.ts';
import { troubleRule } from '../../../../edge/alarm/rule.ts';
import { rulesOf } from '../../../../edge/alarm/rules-of.ts';
import { alarmsPage } from '../../../../edge/runtime/alarm-commands.ts';
import { deviceId } from '../../../../sdk/model/ids.ts';
import type { ProfileSpec } from '../../../../sdk/model/profile.ts';
import { later, millis, monoTime, seconds } from '../../../../sdk/model/time.ts';
import { decodeAlarm } from '../../../../sdk/wire/alarm-message.ts';
import { deskRun } from '../../../support/alarm-desk-run.ts';
import { defaultSettings } from '../../../support/default-settings.ts';

import { type MemoryDisk, memoryDisk } from '../../../support/memory-journal.ts';

import { settled } from '../../../support/settled.ts';

const hall = deviceId('hall');
const gate = deviceId('gate');
const rules = (profile: ProfileSpec) =>
  rulesOf({ profile, settings: defaultSettings(profile), pollMs: profile.pollMs });

/** One run of a gateway over a disk that outlives it. */
async function run(disk: MemoryDisk = memoryDisk(), boot = 1) {
  const r = await deskRun({ disk, boot });
  return { ...r, smoke: (value: string): void => r.desk.value(hall, 'status', r.good(value)) };
}
async function watching(disk?: MemoryDisk, boot?: number) {
  const r = await run(disk, boot);
  r.desk.watch(hall, rules(wirelessSmokeAlarm));
  r.desk.watch(gate, rules(municipalHydrant));
  return r;
}

describe('a change', () => {
  it('is told at once, before the disk, and is stored with its number', async () => {
    const r = await watching();
    r.smoke('smoke');
    expect(r.events()).toEqual(['hall/smoke raised 1']);
    expect(r.activeAtChange).toEqual([['hall/smoke']]);
    await settled();
    expect(r.stored()).toBe(1);
    expect(r.disk.lanes.alarm.map((e) => decodeAlarm(e.body))).toEqual([
      { log: r.journal.id, seq: 1, change: r.changes[0] },
    ]);
  });

  it('does not wait for a disk that takes nothing: linkage hears of it, the uplink only when it is stored', async () => {
    const r = await watching();
    r.disk.fail('full');
    r.smoke('smoke');
    await settled();
    expect([r.events().length, r.stored()]).toEqual([1, 0]);
    r.disk.recover();
    await settled();
    expect(r.stored()).toBe(1);
  });

  it('is stamped with boot, and with the wall time of its reading, not of its judgement', async () => {
    const r = await watching(memoryDisk(), 77);
    await r.clock.advance(5_000);
    r.clock.setTrust('unknown');
    r.desk.value(hall, 'status', { quality: 'good', at: monoTime(3_000), value: 'smoke' });
    expect(r.changes[0]?.at).toEqual({ boot: 77, mono: 3_000, wall: Date.UTC(2026, 0, 1) + 3_000, trust: 'unknown' });
  });

  it('touches only the conditions of its own point and device', async () => {
    const r = await watching();
    r.desk.value(hall, 'battery', r.good(100));
    r.desk.value(deviceId('nobody'), 'status', r.good('smoke'));
    expect(r.events()).toEqual([]);
  });

  it('stands as unstored until its last change is on disk', async () => {
    const r = await watching();
    r.disk.fail('disk full');
    r.smoke('smoke');
    await settled();
    expect(r.desk.standing()).toMatchObject([{ device: 'hall', phase: 'active-unacked', isUnstored: true }]);
    expect(alarmsPage(r.desk.standing()).alarms).toMatchObject([{ device: 'hall', isUnstored: true }]);
    r.disk.recover();
    await settled();
    expect(alarmsPage(r.desk.standing()).alarms[0]).not.toHaveProperty('isUnstored');
    r.disk.fail('disk full');
    r.desk.acknowledge('hall', 'smoke', 1, 'duty');
    expect(r.desk.standing()).toMatchObject([{ phase: 'active-acked', isUnstored: true }]);
  });

  it('that cannot be stored for good is told in the log', async () => {
    const r = await watching();
    await r.journal[Symbol.asyncDispose]();
    r.smoke('smoke');
    await settled();
    expect(r.log.lines.at(-1)).toMatchObject({ event: 'alarm.not-stored', fields: { key: 'hall/smoke' } });
  });
});

describe('after a restart', () => {
  it('what was active on a device that is gone from the list is told to be over, once', async () => {
    const before = await watching();
    before.smoke('smoke');
    await settled();
    const after = await run(before.disk, 2);
    after.desk.endUnwatched();
    after.desk.endUnwatched();
    expect(after.events()).toEqual([`${hall}/smoke cleared 1`]);
    expect(after.changes[0]).toMatchObject({ kind: 'fire', phase: 'normal' });
    expect(after.desk.active.size).toBe(0);
  });

  it('an alarm that still stands raises nothing again, and stays latched', async () => {
    const before = await watching();
    before.smoke('smoke');
    await settled();
    const after = await watching(before.disk, 2);
    expect([...after.desk.active]).toEqual(['hall/smoke']);
    after.smoke('smoke');
    after.smoke('normal');
    expect(after.events()).toEqual([]);
    expect(after.desk.standing()).toEqual(before.changes);
  });

  it('an acknowledged alarm is still acknowledged', async () => {
    const before = await watching();
    before.smoke('smoke');
    before.desk.acknowledge('hall', 'smoke', 1, 'duty');
    await settled();
    const after = await watching(before.disk);
    expect(after.desk.standing()).toMatchObject([{ phase: 'active-acked', operator: 'duty' }]);
  });

  it('occurrences are counted on', async () => {
    const before = await watching();
    before.smoke('smoke');
    before.desk.reset('hall', 'smoke', undefined, 'duty');
    await settled();
    const after = await watching(before.disk);
    expect(after.desk.standing()).toEqual([]);
    after.smoke('smoke');
    expect(after.events()).toEqual(['hall/smoke raised 2']);
  });

  it('what was waiting for its on-delay waits its full time', async () => {
    const before = await watching();
    before.desk.value(gate, 'pressure', before.good(0.1));
    const after = await watching(before.disk);
    after.desk.value(gate, 'pressure', after.good(0.1));
    await after.clock.advance(4_999);
    after.desk.value(gate, 'pressure', after.good(0.1));
    expect(after.events()).not.toContain('gate/low raised 1');
  });

  it('a state that cannot be read is told, and the others are restored', async () => {
    const before = await watching();
    before.smoke('smoke');
    await settled();
    before.disk.kept.set('alarm/gate/low', Uint8Array.of(0xff));
    const after = await watching(before.disk);
    expect(after.log.lines).toMatchObject([{ event: 'alarm.state-unreadable', fields: { key: 'alarm/gate/low' } }]);
    expect([...after.desk.active]).toEqual(['hall/smoke']);
  });
});

describe('operators', () => {
  it('who acknowledges is kept with the change', async () => {
    const r = await watching();
    r.smoke('smoke');
    expect(r.desk.acknowledge('hall', 'smoke', 1, 'duty')).toBe('active-acked');
    expect(r.changes.at(-1)).toMatchObject({ event: 'acked', operator: 'duty', phase: 'active-acked' });
  });

  it('who acknowledges an occurrence that is no more is told so', async () => {
    const r = await watching();
    r.smoke('smoke');
    r.desk.reset('hall', 'smoke', undefined, 'duty');
    r.smoke('smoke');
    expect(() => r.desk.acknowledge('hall', 'smoke', 1, 'duty')).toThrow(
      expect.objectContaining({
        code: 'CONFLICT',
        message: 'hall/smoke is at occurrence 2, not 1: look again before you act',
      }),
    );
  });

  it.each<[why: string, condition: string, message: string]>([
    ['what is not latched', 'detector-fault', 'hall/detector-fault is not latched: it clears by itself'],
    ['what is not active', 'smoke', 'hall/smoke is not active'],
  ])('who resets %s is told so', async (_, condition, message) => {
    const r = await watching();
    expect(() => r.desk.reset('hall', condition, undefined, 'duty')).toThrow(
      expect.objectContaining({ code: 'CONFLICT', message }),
    );
  });

  it.each([
    ['hall', 'smoek'],
    ['attic', 'smoke'],
  ])('%s/%s is not found', async (device, condition) => {
    const r = await watching();
    expect(() => r.desk.reset(device, condition, undefined, 'duty')).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND' }),
    );
    expect(() => r.desk.acknowledge(device, condition, 1, 'duty')).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND' }),
    );
  });
});

describe('forget', () => {
  it('tells that what was active is over, and by whom', async () => {
    const r = await watching();
    r.smoke('smoke');
    r.desk.forget(hall, 'duty');
    expect(r.changes.at(-1)).toMatchObject({
      event: 'cleared',
      phase: 'normal',
      operator: 'duty',
      cause: { rule: 'the device was removed' },
    });
    expect([[...r.desk.active], r.desk.standing()]).toEqual([[], []]);
  });

  it('tells nothing of what was quiet or waiting', async () => {
    const r = await watching();
    r.desk.value(gate, 'pressure', r.good(0.1));
    r.desk.forget(gate, 'duty');
    r.desk.forget(deviceId('nobody'), 'duty');
    expect(r.events()).toEqual([]);
  });

  it('a device that comes back under its name goes on counting, so that no occurrence has two meanings', async () => {
    const r = await watching();
    r.smoke('smoke');
    r.desk.forget(hall, 'duty');
    r.desk.watch(hall, rules(wirelessSmokeAlarm));
    expect([...r.desk.active]).toEqual([]);
    r.smoke('smoke');
    expect(r.events()).toEqual(['hall/smoke raised 1', 'hall/smoke cleared 1', 'hall/smoke raised 2']);
  });
});

describe('watch', () => {
  it('again, with the same conditions: an alarm stays as it is', async () => {
    const r = await watching();
    r.smoke('smoke');
    r.desk.watch(hall, rules(wirelessSmokeAlarm));
    expect([r.events(), [...r.desk.active]]).toEqual([['hall/smoke raised 1'], ['hall/smoke']]);
  });

  it('again, without the condition: it is told to be over, and holds no output on', async () => {
    const r = await watching();
    r.smoke('smoke');
    r.desk.watch(hall, rules(municipalHydrant));
    expect(r.changes.at(-1)).toMatchObject({
      event: 'cleared',
      cause: { rule: 'the device has no such condition any more' },
    });
    expect([...r.desk.active]).toEqual([]);
  });
});

describe('the device as a whole, and the gateway itself', () => {
  it('a silent device raises its fault, and an answer clears it', async () => {
    const r = await watching();
    const lost = (): void => r.desk.answered(gate, { quality: 'lost', at: r.clock.mono(), why: 'timeout' });
    lost();
    await r.clock.advance(60_000);
    lost();
    r.desk.answered(gate, r.good(1));
    expect(r.events()).toEqual(['gate/no-answer raised 1', 'gate/no-answer cleared 1']);
  });

  it('a trouble is judged by its rule', async () => {
    const r = await run();
    const bus = deviceId('rs485');
    r.desk.watch(bus, [troubleRule({ condition: 'bus-down', onDelay: seconds(5), offDelay: seconds(0), source: 's' })]);
    r.desk.trouble(bus, 'bus-down', true);
    await r.clock.advance(5_000);
    r.desk.trouble(bus, 'bus-down', true);
    r.desk.trouble(bus, 'bus-down', false);
    expect(r.events()).toEqual(['rs485/bus-down raised 1', 'rs485/bus-down cleared 1']);
  });

  it('the most urgent of several alarms is what a device shows', async () => {
    const r = await watching();
    expect(r.desk.mostUrgent(hall)).toBeUndefined();
    r.desk.value(hall, 'battery', r.good(1));
    r.desk.value(hall, 'battery', { quality: 'good', at: later(r.clock.mono(), millis(60_000)), value: 1 });
    expect(r.desk.mostUrgent(hall)).toBe('fault');
    r.smoke('smoke');
    expect(r.desk.mostUrgent(hall)).toBe('fire');
    expect(r.desk.mostUrgent(deviceId('nobody'))).toBeUndefined();
  });
});
