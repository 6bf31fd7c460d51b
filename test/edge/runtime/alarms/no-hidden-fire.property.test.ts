import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { wirelessSmokeAlarm } from '../../../../device-profiles/generic/wireless-smoke-alarm.ts';
import { describeError } from '../../../../sdk/model/errors.ts';
import { minutes } from '../../../../sdk/model/time.ts';
import { type DeskRun, deskRun } from '../../../support/alarm-desk-run.ts';
import { propertyRuns } from '../../../support/property-runs.ts';

const rooms = ['hall', 'attic'] as const;
const room = fc.constantFrom(...rooms);
const act = fc.oneof(
  fc.record({ do: fc.constant('see' as const), room, status: fc.constantFrom('smoke', 'normal', 'fault', 'test') }),
  fc.record({ do: fc.constantFrom('ack', 'reset', 'silence', 'shelve', 'disable', 'out', 'back', 'lift'), room }),
  fc.record({ do: fc.constantFrom('wait', 'restart') }),
);

/** Does what a person would; what is refused changes nothing, which is a part of what is tried here. */
function attempt(run: DeskRun, device: string, deed: string): void {
  const { desk } = run;
  const occurrence = run.desk.standing().find((c) => c.device === device && c.condition === 'smoke')?.occurrence ?? 0;
  const person = { why: 'a test', operator: 'duty' };
  const deeds: Record<string, () => unknown> = {
    ack: () => desk.acknowledge(device, 'smoke', occurrence, 'duty'),
    reset: () => desk.reset(device, 'smoke', occurrence, 'duty'),
    silence: () => desk.silence(device, 'smoke', occurrence, 'duty'),
    shelve: () => desk.suppress({ device, condition: 'smoke', how: 'shelved', length: minutes(5), ...person }),
    disable: () => desk.suppress({ device, condition: 'detector-fault', how: 'disabled', ...person }),
    out: () => desk.suppress({ device, condition: '', how: 'out-of-service', ...person }),
    back: () => desk.lift({ device, condition: '' }, 'duty'),
    lift: () => desk.lift({ device, condition: 'detector-fault' }, 'duty'),
  };
  try {
    deeds[deed]?.();
  } catch (e) {
    expect(describeError(e)).toMatch(/not|never/);
  }
}

async function start(before?: DeskRun): Promise<DeskRun> {
  const run = await deskRun(before && { disk: before.disk, boot: 2 });
  for (const device of rooms) run.watch(device, wirelessSmokeAlarm);
  return run;
}

it('whatever people do in whatever order, a fire is announced from its first sight until it is reset, and told to the platform', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 40 }), async (acts) => {
      let run = await start();
      /** The naive truth: a fire burns from the first smoke until somebody resets it. */
      const burning = new Set<string>();
      for (const action of acts) {
        if (action.do === 'see') {
          run.sees(action.room, 'status', action.status);
          if (action.status === 'smoke') burning.add(action.room);
        } else if (action.do === 'wait') await run.wait(3);
        else if (action.do === 'restart') run = await start(run);
        else {
          const before = run.changes.length;
          if ('room' in action) attempt(run, action.room, action.do);
          for (const change of run.changes.slice(before)) if (change.event === 'reset') burning.delete(change.device);
        }
        for (const device of rooms) {
          expect([device, run.desk.active.has(`${device}/smoke`)]).toEqual([device, burning.has(device)]);
          const told = run.entries().findLast((c) => c.device === device && c.condition === 'smoke');
          expect(told?.phase.startsWith('active') ?? false).toBe(burning.has(device));
        }
      }
    }),
    propertyRuns(60),
  );
}, 60_000);
