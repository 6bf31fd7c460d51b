import { describe, expect, it } from 'vitest';
import { wirelessSmokeAlarm } from '../../../../device-profiles/generic/wireless-smoke-alarm.ts';
import { coincidenceRule, type Zone } from '../../../../edge/alarm/zone.ts';
import { deviceId } from '../../../../sdk/model/ids.ts';
import { type DeskRun, deskRun } from '../../../support/alarm-desk-run.ts';

const stairs: Zone = { id: 'stairs', name: 'Stairs', devices: ['d-1', 'd-2', 'd-3'], coincidence: { atLeast: 2 } };
async function house(verifyMs?: number): Promise<DeskRun> {
  const run = await deskRun({ zones: [stairs] });
  run.desk.watch(deviceId('stairs'), [coincidenceRule(2)]);
  for (const id of stairs.devices) run.watch(id, wirelessSmokeAlarm, verifyMs === undefined ? {} : { verifyMs });
  return run;
}
const status = (run: DeskRun, id: string, is: 'smoke' | 'normal'): void => run.sees(id, 'status', is);

describe('a fire that is to be verified, within 20 s', () => {
  it('is a pre-alarm at once, and a fire with the second look', async () => {
    const run = await house(20_000);
    status(run, 'd-1', 'smoke');
    expect(run.events()).toEqual(['d-1/smoke-pre raised 1']);
    await run.wait(9, () => status(run, 'd-1', 'smoke'));
    expect([...run.desk.active]).toEqual(['d-1/smoke-pre']); // a receiver’s table only says again what it has said
    await run.wait(1, () => status(run, 'd-1', 'smoke'));
    expect([...run.desk.active]).toEqual(['d-1/smoke-pre', 'd-1/smoke']);
  });

  it('is none when the second look sees nothing: steam in a kitchen', async () => {
    const run = await house(20_000);
    status(run, 'd-1', 'smoke');
    await run.wait(2);
    status(run, 'd-1', 'normal');
    await run.wait(30);
    expect(run.events()).toEqual(['d-1/smoke-pre raised 1', 'd-1/smoke-pre cleared 1']);
  });

  it('is a fire at the end of the bound when there is no second look: the battery has burnt', async () => {
    const run = await house(20_000);
    status(run, 'd-1', 'smoke');
    await run.wait(19, () => run.misses('d-1'));
    expect(run.desk.active.has('d-1/smoke')).toBe(false);
    await run.wait(1);
    expect(run.desk.active.has('d-1/smoke')).toBe(true);
  });

  it('is a fire at once when another detector of the zone sees it, too', async () => {
    const run = await house(20_000);
    status(run, 'd-1', 'smoke');
    status(run, 'd-2', 'smoke');
    expect([...run.desk.active].toSorted()).toEqual([
      'd-1/smoke',
      'd-1/smoke-pre',
      'd-2/smoke',
      'd-2/smoke-pre',
      'stairs/coincidence',
    ]);
  });
});

describe('two detectors of one zone', () => {
  it('are a fire of the zone, which takes nothing from their own', async () => {
    const run = await house();
    status(run, 'd-1', 'smoke');
    expect(run.events()).toEqual(['d-1/smoke raised 1']);
    status(run, 'd-3', 'smoke');
    expect(run.events()).toEqual(['d-1/smoke raised 1', 'd-3/smoke raised 1', 'stairs/coincidence raised 1']);
    expect(run.changes.at(-1)).toMatchObject({ kind: 'fire', cause: { test: 'coincidence', limit: 2 } });
  });

  it('one after the other, the first being reset, are none', async () => {
    const run = await house();
    status(run, 'd-1', 'smoke');
    status(run, 'd-1', 'normal');
    run.desk.reset('d-1', 'smoke', 1, 'duty');
    status(run, 'd-2', 'smoke');
    expect(run.desk.active.has('stairs/coincidence')).toBe(false);
  });

  it('stay a fire of the zone until that is reset itself', async () => {
    const run = await house();
    for (const id of ['d-1', 'd-2']) status(run, id, 'smoke');
    for (const id of ['d-1', 'd-2']) {
      status(run, id, 'normal');
      run.desk.reset(id, 'smoke', 1, 'duty');
    }
    expect([...run.desk.active]).toEqual(['stairs/coincidence']);
    run.desk.reset('stairs', 'coincidence', 1, 'duty');
    expect([...run.desk.active]).toEqual([]);
  });
});
