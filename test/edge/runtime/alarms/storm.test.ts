import { expect, it } from 'vitest';
import { municipalHydrant } from '../../../../device-profiles/generic/municipal-hydrant.ts';
import { wirelessSmokeAlarm } from '../../../../device-profiles/generic/wireless-smoke-alarm.ts';
import { alarmStore } from '../../../../edge/runtime/alarms/alarm-store.ts';
import type { AlarmChange } from '../../../../sdk/model/alarm.ts';
import { FengsuiError } from '../../../../sdk/model/errors.ts';
import { deviceId } from '../../../../sdk/model/ids.ts';
import { deskRun } from '../../../support/alarm-desk-run.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { alarmChange } from '../../../support/fake-gateway.ts';
import { memoryJournal } from '../../../support/memory-journal.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { settled } from '../../../support/settled.ts';

it('a storm of a thousand devices that flap loses no fire, and tells of each flapping once', async () => {
  const run = await deskRun();
  for (let i = 0; i < 1_000; i++) run.watch(`d-${i}`, i % 10 === 0 ? wirelessSmokeAlarm : municipalHydrant);
  for (let flap = 0; flap < 20; flap++) {
    await run.wait(6, () => {
      for (let i = 0; i < 1_000; i++) {
        if (i % 10 === 0) run.sees(`d-${i}`, 'status', flap % 2 === 0 ? 'smoke' : 'normal');
        else run.sees(`d-${i}`, 'pressure', flap % 2 === 0 ? 0.12 : 0.3);
      }
    });
  }
  await settled();
  const fires = run.entries().filter((c) => c.kind === 'fire');
  expect(fires.map((c) => c.event)).toEqual(Array.from({ length: 100 }, () => 'raised'));
  const ofOne = run.entries().filter((c) => c.device === 'd-1');
  expect(ofOne.map((c) => c.event)).toEqual(['raised', 'cleared', 'repeated']);
  const standing = run.desk.standing().filter((c) => c.device === 'd-1');
  expect(standing).toMatchObject([{ count: 10 }]);
}, 30_000);

/** A journal that has room for so many changes at a time. */
function crowded(room: number) {
  const clock = fakeClock();
  const journal = memoryJournal();
  let left = room;
  const stored: AlarmChange[] = [];
  const store = alarmStore({
    journal: {
      ...journal,
      append: async (lane, at, encode, keep) => {
        if (left === 0) throw new FengsuiError('OVERLOADED', 'full');
        left--;
        return journal.append(lane, at, encode, keep);
      },
    },
    clock,
    log: recordingLog(),
    onStored: () => stored.push(alarmChange(1)),
  });
  return { clock, store, stored, restore: () => store.restore(), makeRoom: (n: number) => void (left = n) };
}
const of = (device: string, occurrence: number): AlarmChange => ({
  ...alarmChange(occurrence),
  device: deviceId(device),
});

it('changes that the journal has no room for wait, one for each condition, and are stored when there is', async () => {
  const s = crowded(1);
  s.store.store(of('a', 1));
  for (let occurrence = 1; occurrence <= 50; occurrence++) s.store.store(of('b', occurrence));
  await settled();
  expect([s.stored.length, s.store.waiting()]).toEqual([1, 1]);
  expect([s.store.isStored('a/low'), s.store.isStored('b/low')]).toEqual([true, false]);
  s.makeRoom(5);
  await s.clock.advance(1_000);
  expect([s.stored.length, s.store.waiting()]).toEqual([2, 0]);
  expect([s.store.isStored('b/low'), s.store.isStored('never/seen')]).toEqual([true, true]);
  expect([...(await s.restore())].map(([key, change]) => [key, change.occurrence])).toEqual([
    ['a/low', 1],
    ['b/low', 50],
  ]);
});
