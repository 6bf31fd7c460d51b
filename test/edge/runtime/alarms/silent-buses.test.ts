import { describe, expect, it } from 'vitest';
import { municipalHydrant } from '../../../../device-profiles/generic/municipal-hydrant.ts';
import { silentRule } from '../../../../edge/runtime/alarms/silent-buses.ts';
import { deviceId } from '../../../../sdk/model/ids.ts';
import { type DeskRun, deskRun } from '../../../support/alarm-desk-run.ts';

const hydrants = ['h-1', 'h-2', 'h-3'];
/** Longer than the silence that the profile promises to report. */
const longSilence = 60;

async function street(): Promise<DeskRun> {
  const run = await deskRun();
  run.desk.watch(deviceId('rs485'), [silentRule]);
  for (const id of hydrants) run.watch(id, municipalHydrant, { bus: 'rs485' });
  for (const id of hydrants) run.sees(id, 'pressure', 0.3);
  return run;
}
const silence = (run: DeskRun, silent: readonly string[]) => (): void => {
  for (const id of hydrants) {
    if (silent.includes(id)) run.misses(id);
    else run.sees(id, 'pressure', 0.3);
  }
};

describe('a line of which no device answers', () => {
  it('is one fault of the bus; those of its devices are kept back by design', async () => {
    const run = await street();
    await run.wait(longSilence, silence(run, hydrants));
    expect([...run.desk.active]).toEqual(['rs485/bus-silent']);
    const kept = run.changes.filter((c) => c.condition === 'no-answer');
    expect(kept.map((c) => [c.event, c.suppression?.how])).toEqual(hydrants.map(() => ['raised', 'by-design']));
  });

  it('is over with its first device, and they come back with it', async () => {
    const run = await street();
    await run.wait(longSilence, silence(run, hydrants));
    await run.wait(2, silence(run, []));
    expect([...run.desk.active]).toEqual([]);
    expect(run.desk.suppressed()).toEqual([]);
    expect(run.events().filter((e) => e.includes('bus-silent'))).toEqual([
      'rs485/bus-silent raised 1',
      'rs485/bus-silent cleared 1',
    ]);
  });

  it('that comes back without one of its devices tells of that one within a minute', async () => {
    const run = await street();
    await run.wait(longSilence, silence(run, hydrants));
    await run.wait(59, silence(run, ['h-2']));
    expect([...run.desk.active]).toEqual([]);
    await run.wait(2, silence(run, ['h-2']));
    expect([...run.desk.active]).toEqual(['h-2/no-answer']);
    expect(run.events().at(-1)).toBe('h-2/no-answer unsuppressed 1');
  });

  it('is told as many times as it happens', async () => {
    const run = await street();
    for (let i = 0; i < 2; i++) {
      await run.wait(longSilence, silence(run, hydrants));
      await run.wait(120, silence(run, []));
    }
    expect(run.events().filter((e) => e.startsWith('rs485'))).toEqual([
      'rs485/bus-silent raised 1',
      'rs485/bus-silent cleared 1',
      'rs485/bus-silent raised 2',
      'rs485/bus-silent cleared 2',
    ]);
  });
});

it('one silent device among others is its own fault', async () => {
  const run = await street();
  await run.wait(longSilence, silence(run, ['h-2']));
  expect([...run.desk.active]).toEqual(['h-2/no-answer']);
});

it('one that was silent before the line was cut stays told', async () => {
  const run = await street();
  await run.wait(longSilence, silence(run, ['h-2']));
  await run.wait(longSilence, silence(run, hydrants));
  expect([...run.desk.active].toSorted()).toEqual(['h-2/no-answer', 'rs485/bus-silent']);
});

it('a device that was taken off the line does not keep it from being silent', async () => {
  const run = await street();
  run.desk.forget(deviceId('h-3'), 'platform');
  await run.wait(longSilence, silence(run, ['h-1', 'h-2']));
  expect(run.desk.active.has('rs485/bus-silent')).toBe(true);
});
